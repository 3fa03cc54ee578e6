import { type Problem, ProblemError } from '@xpress/forge/loop';

export type { Problem };

/** The problem that an error tells of; anything but a `ProblemError` is a defect of ours. */
export function problemOf(error: unknown): Problem {
  return error instanceof ProblemError ? error.problem : { code: 'internal' };
}
