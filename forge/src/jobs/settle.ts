/** What happens when work at an export fails. */

import { TRIES } from '../bounds';
import { ProblemError } from '../loop';
import { errorFacts, type Facts, log } from '../sdk/log';
import { type ExportEvent, pushEvents } from '../sdk/queue';
import { deleteBlobs } from '../store/blobs';
import { clean } from '../store/clean';
import { type Export, fail, findExport, hasEnded } from '../store/exports';
import { judge, type Verdict } from './errors';

export const STOP: Verdict = { kind: 'stop' };

export interface Attempt {
  found: Export;
  /** How often it was begun without getting on, with this time. */
  tries: () => number;
  /** Gives the work back, for whoever takes it up next. */
  release?: (error: unknown) => Promise<void>;
  /** The event to go on with when time is up. */
  again: Pick<ExportEvent, 'step' | 'part'>;
}

/** Does work, or what its failure asks for. Never gives `again`: the event for that is on its way. */
export async function settled(attempt: Attempt, work: () => Promise<Verdict>): Promise<Verdict> {
  const { found, again, release } = attempt;
  try {
    // Functions that run out of memory, or are killed, tell of no error.
    if (attempt.tries() > TRIES) throw new ProblemError('gave-up');
    return await work();
  } catch (error) {
    const tries = attempt.tries();
    const verdict = judge(error, tries);
    log('trouble', { export: found.id, ...again, tries, verdict: verdict.kind, ...troubleFacts(error) });
    if (verdict.kind === 'fail') await fail(found.id, verdict.problem);
    if (verdict.kind === 'fail' || verdict.kind === 'stop') await tidy(found.id);
    else await release?.(error);
    if (verdict.kind !== 'again') return verdict;
    await pushEvents(found.account, [{ export: found.id, ...again }]);
    return STOP;
  }
}

/** Seconds until whoever has a lease should be done with it. */
export function whenFree(leaseUntil: number): Verdict {
  const seconds = Math.ceil((leaseUntil - Date.now()) / 1000) + 1;
  return { kind: 'later', seconds: Math.min(900, Math.max(1, seconds)) };
}

/** Deletes what this invocation may have stored after the export had ended. */
async function tidy(id: string): Promise<void> {
  const found = await findExport(id);
  if (!found) await deleteBlobs(id);
  else if (hasEnded(found)) await clean(found);
}

function troubleFacts(error: unknown): Facts {
  return error instanceof ProblemError ? { problem: error.problem.code } : errorFacts(error);
}
