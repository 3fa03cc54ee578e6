/** The first step: which pages there are, and their bodies in parts. It goes on where an earlier invocation stopped. */

import {
  type BodyAnswer,
  Cutter,
  hasBody,
  limits,
  type Outline,
  type Page,
  type PartTask,
  ProblemError,
  readBodies,
  readOutline,
} from '../loop';
import { codePoints } from '../loop/unicode';
import { settingsOf } from '../settings/stored';
import { deleteBlobs } from '../store/blobs';
import { type Export, RELEASED } from '../store/exports';
import { deleteParts, firstNumber, insertPart, listNumbers, listParts, type Part } from '../store/parts';
import { deleteVolumes } from '../store/volumes';
import { countVolumes, volumeOutline } from './volumes';
import { advance, type Plan, readPlan, type Work, writeBodies, writePlan } from './work';

/** Bodies that one call reads. */
const WINDOW = 250;

/** Stores the outline and all parts. The export is `typesetting` then, and free. */
export async function makePlan(work: Work, lease: string): Promise<void> {
  const { found } = work;
  const plan = found.outline ? await readPlan(found) : await readPages(work, lease);
  const first = firstNumber(found.generation);
  await deleteParts(found.id, first);
  await deleteVolumes(found.id, first);
  // What was made for an earlier cut would only take up room.
  if (found.generation > 0) {
    await deleteBlobs(found.id, [found.outline, ...(await listParts(found.id)).map(part => part.input)]);
  }
  for (let volume = 0; volume < countVolumes(found.ranges); volume += 1) {
    const outline = volumeOutline(plan.outline, found.ranges, volume);
    await planVolume({ work, lease, plan, outline, volume, known: await listParts(found.id) });
  }
  const parts = (await listNumbers(found.id, 'all')).length;
  await advance(found, lease, { ...RELEASED, state: 'typesetting', parts, pushed: 0, done: 0 });
}

/** Reads the outline, checks that it may be exported, and stores it. */
async function readPages({ found, ports }: Work, lease: string): Promise<Plan> {
  const plan: Plan = { limits: await limits(ports), outline: await readOutline(ports, found.wish.selection) };
  const { title, pages } = plan.outline;
  await checkAllowed(found, pages);
  if (pages.length > plan.limits.namedPages) {
    throw new ProblemError('too-many-pages', { count: pages.length, limit: plan.limits.namedPages });
  }
  const name = await writePlan(found.id, plan);
  await advance(found, lease, { outline: name, title: title.slice(0, 1000), total: pages.length });
  found.outline = name;
  return plan;
}

/**
 * What administrators allow, once more: it may have changed, and pages could be in another space than the one whose
 * settings counted when the export was started.
 */
async function checkAllowed(found: Export, pages: readonly Page[]): Promise<void> {
  const own = found.space.toLowerCase();
  const foreign = pages.find(({ space }) => space && space.toLowerCase() !== own);
  if (foreign) throw new ProblemError('not-offered', { space: foreign.space ?? '' });
  const { enabled, maxPages } = await settingsOf(found.space);
  if (!enabled) throw new ProblemError('not-offered', { space: found.space });
  if (pages.length > maxPages) throw new ProblemError('too-many-pages', { count: pages.length, limit: maxPages });
}

interface VolumePlan {
  work: Work;
  lease: string;
  plan: Plan;
  outline: Outline;
  volume: number;
  /** Parts that were stored before. */
  known: readonly Part[];
}

async function planVolume({ work, lease, plan, outline, volume, known }: VolumePlan): Promise<void> {
  const { found, ports, budget } = work;
  const { pages } = outline;
  const own = known.filter(part => part.volume === volume);
  const planned = own.at(-1)?.stop ?? 0;
  const cutter = new Cutter(outline, plan.limits, found.wish.options.split);
  for (const size of own.flatMap(part => part.sizes)) {
    cutter.next(placeholder(size));
  }
  const held = new Map<string, BodyAnswer>();
  let number = firstNumber(found.generation) + known.length;
  const store = async (task: PartTask | undefined) => {
    // What the last stored part ends with is only told now.
    if (!task || task.stop <= planned) return;
    if (task.start < planned) throw new Error('parts do not fit together');
    await storePart(found, { number, volume, task }, pages, held);
    number += 1;
    await advance(found, lease, { done: donePages(found, volume, task.stop) });
  };
  for (let start = planned; start < pages.length; start += WINDOW) {
    budget.claim(budget.request);
    const window = pages.slice(start, start + WINDOW);
    const bodies = await readBodies(ports, outline, window.filter(hasBody));
    for (const page of window) {
      const body = bodies.get(page.id);
      await store(cutter.next(body));
      if (body) held.set(page.id, body);
    }
  }
  await store(cutter.end());
}

async function storePart(
  found: Export,
  { number, volume, task }: { number: number; volume: number; task: PartTask },
  pages: readonly Page[],
  held: Map<string, BodyAnswer>,
): Promise<void> {
  const own = pages.slice(task.start, task.stop);
  const bodies = new Map<string, BodyAnswer>();
  const sizes = own.map(({ id }) => {
    const body = held.get(id);
    if (body) bodies.set(id, body);
    held.delete(id);
    return body && 'body' in body ? codePoints(body.body.value) : -1;
  });
  const input = await writeBodies(found.id, number, bodies);
  await insertPart(found.id, { number, volume, start: task.start, stop: task.stop, sizes, input });
}

/** Stands for a body of so many characters: the cut depends on nothing else. */
function placeholder(size: number): BodyAnswer | undefined {
  return size < 0 ? undefined : { body: { format: 'storage', value: 'x'.repeat(size) } };
}

/** Pages of the whole document that are read. */
function donePages(found: Export, volume: number, stop: number): number {
  return (found.ranges[volume]?.[0] ?? 0) + stop;
}
