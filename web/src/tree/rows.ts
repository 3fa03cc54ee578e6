/** The tree as the rows that are on view, from top to bottom. */

import type { TreeNode } from '../host';
import type { TreeState } from './state';

/** A row. `level`, `position` and `size` as screen readers count: from 1, among its siblings. */
export interface Row {
  id: string;
  node: TreeNode;
  level: number;
  position: number;
  size: number;
  open: boolean;
  /** Whether it is open and its children have yet to come. */
  waiting: boolean;
}

/** All rows that are not inside of something closed. */
export function rowsOf(state: TreeState): Row[] {
  const rows: Row[] = [];
  const enter = (ids: readonly string[], level: number) => {
    for (const [index, id] of ids.entries()) {
      const known = state.nodes.get(id);
      if (!known) continue;
      const open = known.node.hasChildren && state.open.has(id);
      const waiting = open && !known.children;
      rows.push({ id, node: known.node, level, position: index + 1, size: ids.length, open, waiting });
      if (open && known.children) enter(known.children, level + 1);
    }
  };
  enter(state.roots ?? [], 1);
  return rows;
}

/** The row that a letter leads to: the next one whose title begins so, round and round. */
export function rowByTitle(rows: readonly Row[], from: number, start: string, locale: string): number {
  const wanted = start.toLocaleLowerCase(locale);
  for (let step = 0; step < rows.length; step++) {
    // A single letter goes on to the next; more of them stay where they fit.
    const index = (from + step + (start.length === 1 ? 1 : 0)) % rows.length;
    if (rows[index]?.node.title.toLocaleLowerCase(locale).startsWith(wanted)) return index;
  }
  return from;
}

/** The rows from `first` to before `last` that a window shows, with some more on both sides. Heights in pixels. */
export function windowOf(
  count: number,
  rowHeight: number,
  top: number,
  height: number,
): { first: number; last: number } {
  const spare = 8;
  const first = Math.max(0, Math.floor(top / rowHeight) - spare);
  return { first, last: Math.min(count, Math.ceil((top + height) / rowHeight) + spare) };
}
