/** The steps of an export, each taken up by one invocation at a time. What comes next is done at once, or pushed. */

import { assembleBytes } from '../bounds';
import { budget } from '../sdk/budget';
import { type ExportEvent, pushEvents } from '../sdk/queue';
import { settingsOf } from '../settings/stored';
import { type Export, findExport, RELEASED, update } from '../store/exports';
import { findPart, firstNumber, listNumbers, listParts, releasePart, sumParts, takePart } from '../store/parts';
import { isRunning } from '../store/states';
import { makeDocument, recutIfTooLarge } from './assemble';
import type { Verdict } from './errors';
import { piecesAfter, typesetPart } from './part';
import { makePlan } from './plan';
import { STOP, settled, whenFree } from './settle';
import { readPlan, takeExport } from './work';

/** Plans an export, and has its parts made. */
export async function runPlan(found: Export, event: ExportEvent): Promise<Verdict> {
  const taken = await takeExport(found, ['waiting', 'reading'], 'reading');
  // An event of a part comes too late here: there will be others.
  if (!taken) return event.step === 'part' ? STOP : await busy(found.id);
  const { lease, work } = taken;
  const release = () => free(found.id, lease);
  return await settled({ found, release, tries: () => found.failures + 1, again: { step: 'plan' } }, async () => {
    await makePlan(work, lease);
    const planned = await findExport(found.id);
    if (planned?.state !== 'typesetting') return STOP;
    // Small exports need no more events.
    return planned.parts === 1 ? await runPart(planned, firstNumber(planned.generation)) : await fanOut(planned);
  });
}

/** Pushes events for parts that none was pushed for yet. */
export async function runFanOut(found: Export): Promise<Verdict> {
  if (found.pushed >= found.parts) return STOP;
  return await settled({ found, tries: () => found.failures + 1, again: { step: 'plan' } }, () => fanOut(found));
}

async function fanOut(found: Export): Promise<Verdict> {
  const numbers = (await listNumbers(found.id, 'all')).slice(found.pushed);
  const events = numbers.map((part): ExportEvent => ({ export: found.id, step: 'part', part }));
  await pushEvents(found.account, events, async count => {
    await update(found.id, ['typesetting'], { pushed: found.pushed + count });
  });
  return STOP;
}

/** Makes a part; the last one goes on with the document. */
export async function runPart(found: Export, number: number): Promise<Verdict> {
  if (number < firstNumber(found.generation)) return STOP;
  const lease = await takePart(found.id, number);
  const part = await findPart(found.id, number);
  if (!part) return STOP;
  const again = { step: 'part', part: number } as const;
  const tries = () => part.failures;
  if (lease !== undefined) {
    const release = (error: unknown) => releasePart(found.id, { number, pieces: piecesAfter(error, part) }, lease);
    return await settled({ found, again, tries, release }, async () => {
      await typesetPart(found, part, lease);
      return await afterPart(found);
    });
  }
  // Somebody else has it, or it is done, and perhaps nobody knows.
  if (!part.done) return whenFree(part.leaseUntil);
  return await settled({ found, again, tries }, () => afterPart(found));
}

async function afterPart(found: Export): Promise<Verdict> {
  const { planned, bytes } = await sumParts(found.id);
  if (planned === 0) return await assembleNow(found);
  if (bytes <= assembleBytes()) return STOP;
  // It will be too large: better now than when all parts are made.
  const [plan, parts, settings] = await Promise.all([readPlan(found), listParts(found.id), settingsOf(found.space)]);
  if (await recutIfTooLarge(found, plan, parts, settings)) await pushStep(found, 'plan');
  return STOP;
}

/** Makes the document, if all parts are there. */
export async function runAssemble(found: Export): Promise<Verdict> {
  const { planned } = await sumParts(found.id);
  return planned > 0 || found.parts === 0 ? STOP : await assembleNow(found);
}

async function assembleNow(found: Export): Promise<Verdict> {
  const time = budget();
  if (time.left() < 2 * time.request) {
    await pushStep(found, 'assemble');
    return STOP;
  }
  const taken = await takeExport(found, ['typesetting', 'assembling'], 'assembling');
  if (!taken) return await busy(found.id);
  const { lease, work } = taken;
  const release = () => free(found.id, lease);
  return await settled({ found, release, tries: () => found.failures + 1, again: { step: 'assemble' } }, async () => {
    if ((await makeDocument(work, lease)) === 'recut') await pushStep(found, 'plan');
    return STOP;
  });
}

/** Comes back when the one who has the export should be done with it. */
async function busy(id: string): Promise<Verdict> {
  const found = await findExport(id);
  return found && isRunning(found.state) ? whenFree(found.leaseUntil) : STOP;
}

async function pushStep(found: Export, step: 'plan' | 'assemble'): Promise<void> {
  await pushEvents(found.account, [{ export: found.id, step }]);
}

async function free(id: string, lease: string): Promise<void> {
  await update(id, ['reading', 'typesetting', 'assembling'], RELEASED, lease);
}
