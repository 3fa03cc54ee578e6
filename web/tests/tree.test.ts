import { describe, expect, test } from 'vitest';
import type { TreeNode } from '../src/host';
import { keyAction } from '../src/tree/keys';
import { rowByTitle, rowsOf, windowOf } from '../src/tree/rows';
import { type Action, empty, reduce, selectionOf, type TreeState } from '../src/tree/state';
import { ticksOf } from '../src/tree/ticks';

/** Children of each id; all is loaded. */
const TREE: Record<string, string[]> = {
  '': ['home', 'archive'],
  home: ['a', 'b', 'c'],
  a: ['a1', 'a2'],
  a2: ['a2x', 'a2y'],
  c: ['c1'],
  archive: ['old'],
};
const ALL = Object.values(TREE).flat();

function node(id: string): TreeNode {
  return { id, title: id, kind: 'page', hasChildren: Boolean(TREE[id]) };
}

function load(state: TreeState, parents = Object.keys(TREE)): TreeState {
  return parents.reduce(
    (before, parent) => reduce(before, { type: 'loaded', parent, nodes: (TREE[parent] ?? []).map(node) }),
    state,
  );
}

function after(...actions: Action[]): TreeState {
  return actions.reduce(reduce, load(empty));
}

/** What the loop makes of a selection: the pages of its trees without those that are left out. */
function chosen(state: TreeState): Set<string> {
  const selection = selectionOf(state, 'DEV');
  const without = new Set(selection?.without);
  const pages = new Set<string>();
  const enter = (id: string, below: boolean) => {
    if (without.has(id)) return;
    pages.add(id);
    if (below) for (const child of TREE[id] ?? []) enter(child, true);
  };
  for (const { id, below } of selection?.picks ?? []) enter(id, below ?? false);
  return pages;
}

function expectTicksToTell(state: TreeState): void {
  const pages = chosen(state);
  const ticks = ticksOf(state);
  const within = (id: string): string[] => [id, ...(TREE[id] ?? []).flatMap(within)];
  for (const id of ALL) {
    const inside = within(id).filter(page => pages.has(page)).length;
    const expected = inside === 0 ? 'none' : inside === within(id).length ? 'all' : 'some';
    if (ticks(id) !== expected) throw new Error(`${id}: ${ticks(id)} instead of ${expected}`);
  }
}

describe('ticks', () => {
  test('a tick means the page with all below it, and goes away again', () => {
    const ticked = after({ type: 'tick', id: 'a' });
    expect(selectionOf(ticked, 'DEV')).toEqual({ space: 'DEV', picks: [{ id: 'a', below: true }] });
    expect(selectionOf(reduce(ticked, { type: 'untick', id: 'a' }), 'DEV')).toBeUndefined();
  });

  test('unticking one page keeps its siblings', () => {
    const state = after({ type: 'tick', id: 'home' }, { type: 'untick', id: 'a2' });
    expect(selectionOf(state, 'DEV')).toEqual({
      space: 'DEV',
      picks: [{ id: 'home', below: true }],
      without: ['a2'],
    });
    expect([...chosen(state)]).toEqual(['home', 'a', 'a1', 'b', 'c', 'c1']);
    expect(selectionOf(reduce(state, { type: 'tick', id: 'a2' }), 'DEV')).not.toHaveProperty('without');
  });

  test('ticking a page takes the ticks below it in', () => {
    const state = after({ type: 'tick', id: 'a1' }, { type: 'tick', id: 'c' }, { type: 'tick', id: 'home' });
    expect(state.picks).toEqual([{ id: 'home', below: true }]);
  });

  test('a page alone, as a pick and inside of a picked tree', () => {
    expect([...chosen(after({ type: 'alone', id: 'a' }))]).toEqual(['a']);
    const inside = after({ type: 'tick', id: 'home' }, { type: 'alone', id: 'a' });
    expect([...chosen(inside)]).toEqual(['home', 'a', 'b', 'c', 'c1']);
  });

  test('all, and nothing', () => {
    const all = after({ type: 'tick', id: 'a1' }, { type: 'all' });
    expect(chosen(all).size).toBe(ALL.length);
    expect(selectionOf(reduce(all, { type: 'none' }), 'DEV')).toBeUndefined();
  });

  test('whatever is clicked, the boxes tell what will be exported', () => {
    const random = randomNumbers(7);
    let state = load(empty);
    for (let step = 0; step < 600; step++) {
      const id = ALL[random(ALL.length)] ?? '';
      state = random(40) === 0 ? reduce(state, { type: 'none' }) : click(state, id, random(5) === 0);
      expectTicksToTell(state);
    }
  });

  test('a tick on a closed page also covers children that come later', () => {
    const closed = reduce(load(empty, ['', 'home']), { type: 'tick', id: 'a' });
    const opened = load(closed, ['a', 'a2']);
    expect(ticksOf(opened)('a2x')).toBe('all');
    expect(selectionOf(opened, 'DEV')).toEqual(selectionOf(closed, 'DEV'));
  });

  test('a page that a search found is ticked if one above it is', () => {
    const ticked = reduce(load(empty, ['']), { type: 'tick', id: 'home' });
    const found = { ...node('a2x'), path: ['home', 'a', 'a2'], above: ['home', 'a', 'a2'] };
    const state = reduce(ticked, { type: 'found', nodes: [found] });
    expect(ticksOf(state)('a2x')).toBe('all');
    expect(selectionOf(reduce(state, { type: 'untick', id: 'a2x' }), 'DEV')).toEqual({
      space: 'DEV',
      picks: [{ id: 'home', below: true }],
      without: ['a2x'],
    });
  });
});

describe('order', () => {
  const ticked: Action[] = ['c', 'a1', 'b'].map(id => ({ type: 'tick', id }));
  const ids = (state: TreeState) => state.picks.map(({ id }) => id);

  test('is the tree’s, until the user moves something', () => {
    expect(ids(after(...ticked))).toEqual(['a1', 'b', 'c']);
    const moved = after(...ticked, { type: 'move', id: 'c', to: 'top' });
    expect(ids(moved)).toEqual(['c', 'a1', 'b']);
    expect(ids(reduce(moved, { type: 'tick', id: 'old' }))).toEqual(['c', 'a1', 'b', 'old']);
    expect(ids(reduce(moved, { type: 'tree-order' }))).toEqual(['a1', 'b', 'c']);
  });

  test('moves by one, to the ends, and beside another', () => {
    const from = (to: Extract<Action, { type: 'move' }>['to'], id = 'b') =>
      ids(after(...ticked, { type: 'move', id, to }));
    expect(from('up')).toEqual(['b', 'a1', 'c']);
    expect(from('down')).toEqual(['a1', 'c', 'b']);
    expect(from('up', 'a1')).toEqual(['a1', 'b', 'c']);
    expect(from('bottom', 'a1')).toEqual(['b', 'c', 'a1']);
    expect(from({ after: 'c' }, 'a1')).toEqual(['b', 'c', 'a1']);
    expect(from({ before: 'a1' }, 'c')).toEqual(['c', 'a1', 'b']);
  });

  test('removing a pick removes its exceptions too', () => {
    const state = after({ type: 'tick', id: 'home' }, { type: 'untick', id: 'a2' }, { type: 'drop', id: 'home' });
    expect(state.without.size).toBe(0);
  });
});

describe('rows', () => {
  const state = after({ type: 'open', ids: ['home', 'a'] });
  const rows = rowsOf(state);

  test('show what is open, with places as screen readers count', () => {
    expect(rows.map(({ id, level }) => `${level}${id}`)).toEqual(['1home', '2a', '3a1', '3a2', '2b', '2c', '1archive']);
    expect(rows[5]).toMatchObject({ id: 'c', position: 3, size: 3, open: false });
  });

  test('keys lead through the tree', () => {
    const key = (name: string, at: number, shiftKey = false) =>
      keyAction({ key: name, shiftKey, ctrlKey: false, altKey: false, metaKey: false }, rows, at);
    expect(key('ArrowRight', 0)).toEqual({ go: 1 });
    expect(key('ArrowRight', 5)).toEqual({ open: ['c'] });
    expect(key('ArrowLeft', 3)).toEqual({ go: 1 });
    expect(key('ArrowLeft', 1)).toEqual({ close: true });
    expect(key('End', 0)).toEqual({ go: 6 });
    expect(key(' ', 2)).toEqual({ tick: true });
    expect(key(' ', 2, true)).toEqual({ alone: true });
    expect(key('*', 1)).toEqual({ open: ['c'] });
    expect(key('c', 0)).toEqual({ type: 'c' });
    expect(
      keyAction({ key: 'a', shiftKey: false, ctrlKey: true, altKey: false, metaKey: false }, rows, 0),
    ).toBeUndefined();
  });

  test('letters find titles, round and round', () => {
    expect(rowByTitle(rows, 0, 'a', 'en')).toBe(1);
    expect(rowByTitle(rows, 3, 'a', 'en')).toBe(6);
    expect(rowByTitle(rows, 6, 'a', 'en')).toBe(1);
    expect(rowByTitle(rows, 1, 'a2', 'en')).toBe(3);
    expect(rowByTitle(rows, 1, 'nothing', 'en')).toBe(1);
  });

  test('only what is on view is drawn', () => {
    const { first, last } = windowOf(5000, 32, 32_000, 400);
    expect(first).toBeLessThanOrEqual(1000);
    expect(last).toBeGreaterThanOrEqual(1013);
    expect(last - first).toBeLessThan(40);
    expect(windowOf(3, 32, 0, 400)).toEqual({ first: 0, last: 3 });
  });
});

/** A click on a box: what is chosen wholly goes, everything else comes. Or the page is chosen alone. */
function click(state: TreeState, id: string, alone: boolean): TreeState {
  if (alone) return reduce(state, { type: 'alone', id });
  const type = ticksOf(state)(id) === 'all' ? 'untick' : 'tick';
  const next = reduce(state, { type, id });
  expect(ticksOf(next)(id)).toBe(type === 'tick' ? 'all' : 'none');
  return next;
}

/** Numbers from 0 to below a bound, always the same ones. */
function randomNumbers(start: number): (below: number) => number {
  let seed = start;
  return below => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return Math.floor((seed / 2147483648) * below);
  };
}
