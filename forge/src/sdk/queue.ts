/** Events that wake up the functions of exports. They carry ids only. */

import { createHash } from 'node:crypto';
import { Queue } from '@forge/events';
import { PUSH_EVENTS, USER_PARALLEL } from '../bounds';

/** The queue in the manifest. */
const QUEUE = 'exports';

export type Step = 'plan' | 'part' | 'assemble';

/** `part`: the number of the part, for that step. */
export interface ExportEvent {
  export: string;
  step: Step;
  part?: number;
}

/**
 * Pushes events of one user's exports: up to 50 at a time, a few kilobytes. Users don't keep each other waiting: not more
 * than some events of one run at once. `pushed` is told after each push how many are gone. Rejects as the queue does.
 */
export async function pushEvents(
  account: string,
  events: ExportEvent[],
  pushed: (count: number) => Promise<void> = async () => {},
): Promise<void> {
  const queue = new Queue({ key: QUEUE });
  const concurrency = { key: userKey(account), limit: USER_PARALLEL };
  for (let start = 0; start < events.length; start += PUSH_EVENTS) {
    const some = events.slice(start, start + PUSH_EVENTS);
    await queue.push(some.map(event => ({ body: { ...event }, concurrency })));
    await pushed(start + some.length);
  }
}

/** The body of an event that came, if it is one of ours. */
export function readEvent(body: unknown): ExportEvent | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const { export: id, step, part } = body as Record<string, unknown>;
  if (typeof id !== 'string' || !/^[0-9a-f-]{36}$/.test(id)) return undefined;
  if (step === 'plan' || step === 'assemble') return { export: id, step };
  const good = step === 'part' && typeof part === 'number' && Number.isSafeInteger(part) && part >= 0;
  return good ? { export: id, step: 'part', part } : undefined;
}

function userKey(account: string): string {
  return createHash('sha256').update(account).digest('hex').slice(0, 32);
}
