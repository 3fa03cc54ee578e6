/** The second step, for each part: has it typeset, and keeps it. */

import { makePart } from '../loop';
import { TimeUpError } from '../sdk/budget';
import { deleteBlob, writeBlob } from '../store/blobs';
import type { Export } from '../store/exports';
import { finishPart, keepPart, type Part, savePart, tellPages } from '../store/parts';
import { EndedError } from '../store/states';
import { beginWork, readBodies, readPlan, volumeJob } from './work';

/**
 * Typesets a part that was taken up, from where an earlier invocation stopped. EndedError if it is not ours any more, and
 * whatever goes wrong.
 */
export async function typesetPart(found: Export, part: Part, lease: string): Promise<void> {
  const { ports } = beginWork(found, () => keepPart(found.id, part.number, lease));
  const [plan, bodies] = await Promise.all([readPlan(found), readBodies(found.id, part.input)]);
  const job = volumeJob(found, plan, part.volume);
  const made = [...part.made];
  const pages = Math.ceil((part.stop - part.start) / part.pieces);
  for (let start = made.at(-1)?.task.stop ?? part.start; start < part.stop; ) {
    const stop = Math.min(start + pages, part.stop);
    for (const { task, data, notes } of await makePart(ports, job, { start, stop, reduced: 0, reason: '' }, bodies)) {
      const blob = await writeBlob(found.id, `part-${part.number}`, data);
      made.push({ task, notes, blob, bytes: data.length });
    }
    start = stop;
    if (start === part.stop) break;
    if (!(await savePart(found.id, part.number, lease, made))) throw new EndedError();
    part.failures = 0;
  }
  if (!(await finishPart(found.id, part.number, lease, made))) throw new EndedError();
  await deleteBlob(found.id, part.input);
  await tellPages(found.id);
}

/** What takes more than all the time of an invocation, again, is made in halves, quarters and so on. */
export function piecesAfter(error: unknown, { pieces, failures }: Part): number {
  return error instanceof TimeUpError && failures > 1 ? pieces * 2 : pieces;
}
