/** Calls of the app's functions: an answer is a value or a problem. */

import type { Answer, Answers, Calls } from '@xpress/forge/api';
import { ProblemError } from '@xpress/forge/loop';

/** The bridge's `invoke`. */
export type Invoke = (name: string, payload: Record<string, unknown>) => Promise<unknown>;

/** Asks a function by its name. Rejects with a `ProblemError`. */
export type Ask = <Name extends keyof Calls>(name: Name, payload: Calls[Name]) => Promise<Answers[Name]>;

/** Calls that may be made twice without harm: they go again if no answer came. */
const REPEATABLE: readonly (keyof Calls)[] = [
  'about',
  'exports',
  'status',
  'piece',
  'keepPiece',
  'usage',
  'settings',
  'templates',
];

/** Asks by `invoke`. */
export function makeAsk(invoke: Invoke): Ask {
  return async (name, payload) => {
    const answer = await attempt(invoke, name, payload, REPEATABLE.includes(name) ? 2 : 0);
    if (isAnswer<Answers[typeof name]>(answer)) {
      if ('value' in answer) return answer.value;
      throw new ProblemError(answer.problem.code, answer.problem.values);
    }
    throw new ProblemError('unexpected-answer');
  };
}

async function attempt(invoke: Invoke, name: string, payload: object, again: number): Promise<unknown> {
  try {
    return await invoke(name, { ...payload });
  } catch (error) {
    if (again === 0) throw new ProblemError('internal', undefined, error);
    return attempt(invoke, name, payload, again - 1);
  }
}

function isAnswer<T>(answer: unknown): answer is Answer<T> {
  return typeof answer === 'object' && answer !== null && ('value' in answer || 'problem' in answer);
}
