/** The states of an export, those of the interface and some of our own. */

import type { State } from '../api';

/**
 * `waiting` → `reading` → `typesetting` → `assembling` → `done`; from each of these to `failed` and `cancelled`. It goes
 * back to `reading` when it is cut anew. `keeping`: the browser sends a document. `removed`: nobody sees it any more, and
 * what it has is deleted.
 */
export type StoredState = State | 'keeping' | 'removed';

export const RUNNING = ['waiting', 'reading', 'typesetting', 'assembling'] as const satisfies readonly State[];
/** What its owner sees. */
export const SHOWN = [...RUNNING, 'done', 'failed', 'cancelled'] as const satisfies readonly State[];

/** What may still have data written for it. */
export const OPEN = [...RUNNING, 'keeping'] as const satisfies readonly StoredState[];

const KNOWN: readonly string[] = [...SHOWN, 'keeping', 'removed'];

/** The export has ended, was deleted, or is worked at by somebody else. The fetch loop lets it pass. */
export class EndedError extends Error {
  constructor() {
    super('ended');
    this.name = 'AbortError';
  }
}

/** Whether somebody works at it, or should. */
export function isRunning(state: StoredState): boolean {
  return (RUNNING as readonly string[]).includes(state);
}

/** A state as it is stored. */
export function stateOf(text: string): StoredState {
  if (!KNOWN.includes(text)) throw new Error('unknown state');
  return text as StoredState;
}

/** A list for `state IN (…)`: these are words of ours, not of users. */
export function listed(states: readonly StoredState[]): string {
  return `(${states.map(state => `'${state}'`).join(', ')})`;
}
