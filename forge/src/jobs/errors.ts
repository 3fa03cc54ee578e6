/** What becomes of errors in the background. */

import { RateLimitError } from '@forge/events';
import { TRIES, UNEXPECTED_TRIES } from '../bounds';
import { type Problem, ProblemError } from '../loop';
import { TimeUpError } from '../sdk/budget';
import { EndedError } from '../store/states';

/**
 * `stop`: nothing is left to do. `again`: the same work goes on in a new event. `later`: it is tried again after so many
 * seconds. `fail`: the export ends with this problem.
 */
export type Verdict =
  | { kind: 'stop' }
  | { kind: 'again' }
  | { kind: 'later'; seconds: number }
  | { kind: 'fail'; problem: Problem };

/** Problems that may go away by themselves. */
const PASSING = ['confluence-failed', 'renderer-unreachable', 'renderer-busy', 'renderer-failed', 'unexpected-answer'];

/** What to do after an error. `tries`: how often this was begun without getting on, with this time. */
export function judge(error: unknown, tries: number): Verdict {
  if (error instanceof EndedError) return { kind: 'stop' };
  if (error instanceof TimeUpError) return tries < UNEXPECTED_TRIES ? { kind: 'again' } : gaveUp();
  if (error instanceof RateLimitError) return { kind: 'later', seconds: 60 };
  if (!(error instanceof ProblemError)) return tries < UNEXPECTED_TRIES ? later(tries) : gaveUp();
  if (error.problem.code === 'cancelled') return { kind: 'stop' };
  // Nobody is signed in here: the account was closed, or may not use the app any more.
  if (error.problem.code === 'confluence-signed-out')
    return { kind: 'fail', problem: { code: 'confluence-forbidden' } };
  if (PASSING.includes(error.problem.code) && tries < TRIES) return later(tries);
  return { kind: 'fail', problem: error.problem };
}

/** Seconds until the next attempt: 15, 30, 60 … at most 15 minutes, as Forge allows. */
function later(tries: number): Verdict {
  return { kind: 'later', seconds: Math.min(900, 15 * 2 ** Math.max(0, tries - 1)) };
}

function gaveUp(): Verdict {
  return { kind: 'fail', problem: { code: 'gave-up' } };
}
