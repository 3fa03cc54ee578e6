/** What a running export shows and says of how far it is. */

import type { ExportInfo } from '@xpress/forge/api';
import { isRunning } from './list';

/** How far it is, beside its state: words, if there is anything to add, and the part that is done, from 0 to 1, if known. */
export interface ProgressView {
  key: 'documents.stage.of' | 'documents.stage.last' | undefined;
  values: { done: number; total: number };
  part: number | undefined;
}

/** The progress of an export; `undefined` if it has ended, or not begun. */
export function progressOf(info: ExportInfo): ProgressView | undefined {
  const { state, total } = info;
  const done = Math.min(info.done, total);
  const values = { done, total };
  switch (state) {
    case 'reading':
    case 'typesetting':
      return total > 0
        ? { key: 'documents.stage.of', values, part: done / total }
        : { key: undefined, values, part: undefined };
    case 'assembling':
      // All pages are set; putting them together has no steps to count.
      return { key: 'documents.stage.last', values, part: undefined };
    default:
      return undefined;
  }
}

/** What a screen reader is told when an export changes. */
export type Announcement = {
  key: 'documents.say.done' | 'documents.say.failed' | 'documents.say.part';
  info: ExportInfo;
  percent: number;
};

/** Whether a change is worth saying: the end of an export, and each further quarter of its pages. Not more. */
export function announcementOf(before: ExportInfo | undefined, after: ExportInfo): Announcement | undefined {
  if (!before || before === after || !isRunning(before)) return undefined;
  if (after.state === 'done') return { key: 'documents.say.done', info: after, percent: 100 };
  if (after.state === 'failed') return { key: 'documents.say.failed', info: after, percent: 0 };
  const quarter = quarterOf(after);
  return quarter > quarterOf(before) ? { key: 'documents.say.part', info: after, percent: quarter * 25 } : undefined;
}

function quarterOf(info: ExportInfo): number {
  const part = info.state === 'typesetting' ? progressOf(info)?.part : undefined;
  return Math.min(3, Math.floor((part ?? 0) * 4));
}

/** Shortest and longest wait between two looks, in milliseconds. */
export const SHORTEST = 1_500;
export const LONGEST = 5_000;

/** The wait before the next look at running exports: it grows while nothing changes, and starts again when something does. */
export function nextDelay(delay: number, changed: boolean): number {
  return changed ? SHORTEST : Math.min(LONGEST, Math.round(delay * 1.4));
}
