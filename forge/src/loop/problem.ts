/** What went wrong, as a code that the web interface has words for, and the values in these words. */
export interface Problem {
  code: ProblemCode;
  values?: Record<string, string | number>;
}

export type ProblemCode =
  /** Confluence: signed out, forbidden, gone, answers with an error, or doesn't answer. */
  | 'confluence-signed-out'
  | 'confluence-forbidden'
  | 'confluence-gone'
  | 'confluence-failed'
  /** The selection holds no page. */
  | 'nothing-selected'
  /** The renderer: not reached, refuses the app's token, busy for too long, refuses or fails. `detail` has its words. */
  | 'renderer-unreachable'
  | 'renderer-unauthorized'
  | 'renderer-busy'
  | 'renderer-refused'
  | 'renderer-failed'
  /** Something came that is not what it should be. */
  | 'unexpected-answer'
  /** More pages than the administrator allows (`count`, `limit`). */
  | 'too-many-pages'
  /** Larger than fits into memory or storage, in bytes (`size`, `limit`). */
  | 'too-large'
  /** The storage of the installation is full, in bytes (`size`, `limit`). */
  | 'storage-full'
  /** The user has as many exports running as allowed (`limit`). */
  | 'too-many-exports'
  /** There is no such export or file of this user. */
  | 'not-found'
  /** What arrived differs from its checksum. */
  | 'damaged'
  /** Only administrators may. */
  | 'not-allowed'
  /** The request makes no sense; `detail` says what of it. */
  | 'invalid'
  /** Exports run in the background only, or are switched off, or this template is not offered. */
  | 'not-offered'
  /** It failed again and again. */
  | 'gave-up'
  | 'cancelled'
  /** A defect of the app. */
  | 'internal';

/** Ends what is done, with a problem to tell. */
export class ProblemError extends Error {
  readonly problem: Problem;

  constructor(code: ProblemCode, values?: Record<string, string | number>, cause?: unknown) {
    super(code, { cause });
    this.name = 'ProblemError';
    this.problem = values ? { code, values } : { code };
  }
}
