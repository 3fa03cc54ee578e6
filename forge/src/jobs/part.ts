/** The second step, for each part: has it typeset, and keeps it. */

import { makePart } from '../loop';
import { deleteBlob, writeBlob } from '../store/blobs';
import type { Export } from '../store/exports';
import { finishPart, keepPart, type Part, type StoredPart, tellPages } from '../store/parts';
import { EndedError } from './errors';
import { beginWork, readBodies, readPlan, volumeJob } from './work';

/** Typesets a part that was taken up. EndedError if it is not ours any more, and whatever goes wrong. */
export async function typesetPart(found: Export, part: Part, lease: string): Promise<void> {
  const { ports } = beginWork(found, () => keepPart(found.id, part.number, lease));
  const [plan, bodies] = await Promise.all([readPlan(found), readBodies(found.id, part.input)]);
  const job = volumeJob(found, plan, part.volume);
  const task = { start: part.start, stop: part.stop, reduced: 0, reason: '' } as const;
  const stored: StoredPart[] = [];
  for (const made of await makePart(ports, job, task, bodies)) {
    const blob = await writeBlob(found.id, `part-${part.number}`, made.data);
    stored.push({ task: made.task, notes: made.notes, blob, bytes: made.data.length });
  }
  if (!(await finishPart(found.id, part.number, lease, stored))) throw new EndedError();
  await deleteBlob(found.id, part.input);
  await tellPages(found.id);
}
