/** The order of what is chosen: the tree's, or the user's. */

import type { TreeState } from './state';

/** Where to: one up or down, to an end, or before or after another. */
export type Place = 'up' | 'down' | 'top' | 'bottom' | { before: string } | { after: string };

interface Item {
  id: string;
}

/** The items with one of them moved. */
export function move<T extends Item>(items: readonly T[], id: string, to: Place): T[] {
  const from = items.findIndex(item => item.id === id);
  const item = items[from];
  if (!item) return [...items];
  const rest = items.filter(other => other !== item);
  rest.splice(target(rest, from, to), 0, item);
  return rest;
}

function target(rest: readonly Item[], from: number, to: Place): number {
  if (to === 'up') return Math.max(0, from - 1);
  if (to === 'down') return Math.min(rest.length, from + 1);
  if (to === 'top') return 0;
  if (to === 'bottom') return rest.length;
  const other = 'before' in to ? to.before : to.after;
  const at = rest.findIndex(({ id }) => id === other);
  if (at < 0) return from;
  return 'before' in to ? at : at + 1;
}

/** The picks in the order of the tree; those whose place is unknown come last, as they were. */
export function arrange(state: TreeState): TreeState['picks'] {
  if (state.picks.length < 2) return state.picks;
  const indexes = new Map<string, number>();
  const levels = [state.roots ?? [], ...[...state.nodes.values()].map(({ children }) => children ?? [])];
  for (const level of levels) for (const [index, id] of level.entries()) indexes.set(id, index);
  const paths = new Map(state.picks.map(({ id }) => [id, path(state, id, indexes)]));
  return [...state.picks].sort((a, b) => compare(paths.get(a.id) ?? [], paths.get(b.id) ?? []));
}

function path(state: TreeState, id: string, indexes: Map<string, number>): number[] {
  const known = state.nodes.get(id);
  if (!known || known.parent === undefined) return [Number.POSITIVE_INFINITY];
  const own = indexes.get(id) ?? Number.POSITIVE_INFINITY;
  return known.parent === '' ? [own] : [...path(state, known.parent, indexes), own];
}

function compare(a: number[], b: number[]): number {
  for (let index = 0; index < Math.min(a.length, b.length); index++) {
    const [left, right] = [a[index] ?? 0, b[index] ?? 0];
    if (left !== right) return left < right ? -1 : 1;
  }
  return a.length - b.length;
}
