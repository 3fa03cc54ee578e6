/** Which boxes have ticks, and what a click on one does. */

import type { TreeState } from './state';

export type Tick = 'all' | 'some' | 'none';

/** Whether all of it is chosen, some, or nothing: the page and what is below it. */
export type Ticks = (id: string) => Tick;

/** Tells of each node whether it has a tick. Asks of many nodes share the work. */
export function ticksOf(state: TreeState): Ticks {
  const abovePicks = ancestors(
    state,
    state.picks.map(({ id }) => id),
  );
  const aboveGaps = ancestors(state, [...state.without]);
  const picks = new Map(state.picks.map(pick => [pick.id, pick]));
  const known = new Map<string, Tick>();

  function tick(id: string): Tick {
    const before = known.get(id);
    if (before) return before;
    const now = find(id);
    known.set(id, now);
    return now;
  }

  function find(id: string): Tick {
    const pick = picks.get(id);
    const whole = pick?.below || (!state.without.has(id) && inherits(state, id));
    if (whole) return aboveGaps.has(id) ? 'some' : 'all';
    if (pick) return alone(id);
    return abovePicks.has(id) ? 'some' : 'none';
  }

  function alone(id: string): Tick {
    const { node, children } = state.nodes.get(id) ?? {};
    if (!node?.hasChildren) return 'all';
    return children?.every(child => tick(child) === 'all') ? 'all' : 'some';
  }

  return tick;
}

/** Whether a page is chosen because one above it is chosen with all below it. */
export function inherits(state: TreeState, id: string): boolean {
  for (let above = state.nodes.get(id)?.parent; above; above = state.nodes.get(above)?.parent) {
    if (state.without.has(above)) return false;
    if (state.picks.some(pick => pick.id === above && pick.below)) return true;
  }
  return false;
}

/** Chooses a page, with all below it or alone. */
export function add(state: TreeState, id: string, below: boolean): TreeState {
  const at = state.picks.findIndex(pick => pick.id === id || isBelow(state, pick.id, id));
  const cleared = clear(state, id);
  if (inherits(cleared, id)) return cleared;
  const picks = [...cleared.picks];
  picks.splice(at < 0 ? picks.length : at, 0, { id, below });
  return { ...cleared, picks };
}

/** Chooses nothing of a page and what is below it. */
export function remove(state: TreeState, id: string): TreeState {
  const cleared = clear(state, id);
  return inherits(cleared, id) ? { ...cleared, without: new Set([...cleared.without, id]) } : cleared;
}

/** Chooses a page and nothing of what is below it. */
export function setAlone(state: TreeState, id: string): TreeState {
  const cleared = clear(state, id);
  if (!inherits(cleared, id)) return add(state, id, false);
  const children = state.nodes.get(id)?.children ?? [];
  return { ...cleared, without: new Set([...cleared.without, ...children]) };
}

/** Takes a pick away, and leaves alone what is picked elsewhere. */
export function dropFrom(state: TreeState, id: string): TreeState {
  return { ...state, picks: state.picks.filter(pick => pick.id !== id) };
}

function clear(state: TreeState, id: string): TreeState {
  const outside = (other: string) => other !== id && !isBelow(state, other, id);
  return {
    ...state,
    picks: state.picks.filter(pick => outside(pick.id)),
    without: new Set([...state.without].filter(outside)),
  };
}

function isBelow(state: TreeState, id: string, top: string): boolean {
  for (let above = state.nodes.get(id)?.parent; above; above = state.nodes.get(above)?.parent) {
    if (above === top) return true;
  }
  return false;
}

function ancestors(state: TreeState, ids: string[]): Set<string> {
  const found = new Set<string>();
  for (const id of ids) {
    let above = state.nodes.get(id)?.parent;
    while (above && !found.has(above)) {
      found.add(above);
      above = state.nodes.get(above)?.parent;
    }
  }
  return found;
}
