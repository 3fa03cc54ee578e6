/** The list of exports as it is on view: what loading, polling and deleting make of it. */

import type { ExportInfo, FileInfo } from '@xpress/forge/api';

/** The exports on view, newest first, and those that are ticked. `cursor`: there is more. */
export interface DocumentList {
  items: readonly ExportInfo[];
  cursor: string | undefined;
  selected: ReadonlySet<string>;
}

export const emptyList: DocumentList = { items: [], cursor: undefined, selected: new Set() };

export type ListAction =
  /** A first page came; what was on view goes. */
  | { type: 'loaded'; exports: readonly ExportInfo[]; cursor?: string | undefined }
  /** The next page came. */
  | { type: 'more'; exports: readonly ExportInfo[]; cursor?: string | undefined }
  /** How those with these ids are now; ids without an export are gone. */
  | { type: 'status'; asked: readonly string[]; exports: readonly ExportInfo[] }
  | { type: 'removed'; id: string }
  | { type: 'tick'; id: string; on: boolean }
  | { type: 'tick-all'; on: boolean };

/** Whether something is still being done for it. */
export function isRunning({ state }: ExportInfo): boolean {
  return state === 'waiting' || state === 'reading' || state === 'typesetting' || state === 'assembling';
}

/** The list after an action; the same object if nothing changed. */
export function reduceList(list: DocumentList, action: ListAction): DocumentList {
  switch (action.type) {
    case 'loaded':
      return withItems(list, unique(action.exports), action.cursor);
    case 'more':
      // Exports begun since the first page push older ones onto this page again: each is shown once.
      return withItems(list, unique([...list.items, ...action.exports]), action.cursor);
    case 'status':
      return withStatus(list, action.asked, action.exports);
    case 'removed':
      return withItems(
        list,
        list.items.filter(({ id }) => id !== action.id),
        list.cursor,
      );
    case 'tick': {
      const selected = new Set(list.selected);
      if (action.on) selected.add(action.id);
      else selected.delete(action.id);
      return { ...list, selected };
    }
    case 'tick-all':
      return { ...list, selected: new Set(action.on ? list.items.map(({ id }) => id) : []) };
  }
}

function withStatus(list: DocumentList, asked: readonly string[], now: readonly ExportInfo[]): DocumentList {
  const known = new Map(now.map(info => [info.id, info]));
  const gone = new Set(asked.filter(id => !known.has(id)));
  const items = list.items
    .filter(({ id }) => !gone.has(id))
    .map(info => {
      const next = known.get(info.id);
      known.delete(info.id);
      return next && !same(next, info) ? next : info;
    });
  // What was asked for but not on view was begun just now.
  const begun = [...known.values()];
  const changed =
    begun.length > 0 || items.length < list.items.length || items.some((info, i) => info !== list.items[i]);
  return changed ? withItems(list, [...begun, ...items], list.cursor) : list;
}

function same(one: ExportInfo, other: ExportInfo): boolean {
  return (
    one.state === other.state && one.done === other.done && one.total === other.total && one.updated === other.updated
  );
}

function withItems(list: DocumentList, items: readonly ExportInfo[], cursor: string | undefined): DocumentList {
  const ids = new Set(items.map(({ id }) => id));
  return { items, cursor, selected: new Set([...list.selected].filter(id => ids.has(id))) };
}

function unique(exports: readonly ExportInfo[]): ExportInfo[] {
  return [...new Map(exports.map(info => [info.id, info])).values()];
}

/** The PDFs of an export, in the order of their volumes. */
export function pdfsOf({ files }: ExportInfo): FileInfo[] {
  return files.filter(({ mediaType }) => mediaType === 'application/pdf');
}

/** The manifest of an export, if it has one. */
export function manifestOf({ files }: ExportInfo): FileInfo | undefined {
  return files.find(({ mediaType }) => mediaType === 'application/json');
}

const DAY = 86_400_000;

/** How many midnights come before it is deleted, where the user is; `undefined`: it never is. Times in ms since 1970. */
export function daysLeft({ expires }: ExportInfo, now: number): number | undefined {
  return expires === 0 ? undefined : Math.max(0, Math.round((midnight(expires) - midnight(now)) / DAY));
}

/** When the day of a time began. Days of which clocks are changed have an hour more or less. */
function midnight(time: number): number {
  return new Date(time).setHours(0, 0, 0, 0);
}
