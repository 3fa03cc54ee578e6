/**
 * What is known of a page tree, what of it is open, and what is chosen. Pure: the interface sends actions.
 *
 * What is chosen is kept as the selection has it: picks in their order, each alone or with all below it, and pages that
 * are left out of these trees. Whether a box has a tick follows from that, also for pages that nobody has loaded yet.
 */

import type { Pick, Selection } from '@xpress/forge/loop';
import type { TreeNode } from '../host';
import { arrange, move, type Place } from './order';
import { add, dropFrom, inherits, remove, setAlone } from './ticks';

/** A node and where it is: `parent` is empty at the top, and `undefined` if a search found it who knows where. */
export interface Known {
  node: TreeNode;
  parent: string | undefined;
  children?: readonly string[];
}

export interface TreeState {
  nodes: ReadonlyMap<string, Known>;
  /** Ids at the top; `undefined` until they are loaded. */
  roots: readonly string[] | undefined;
  open: ReadonlySet<string>;
  picks: readonly Required<Pick>[];
  without: ReadonlySet<string>;
  /** Whether the user has put the picks into an order of their own; else they are in the order of the tree. */
  arranged: boolean;
}

export type Action =
  | { type: 'loaded'; parent: string; nodes: TreeNode[] }
  | { type: 'found'; nodes: TreeNode[] }
  | { type: 'open' | 'close'; ids: string[] }
  /** Ticks with all below, or takes the tick away from all of it. */
  | { type: 'tick' | 'untick'; id: string }
  /** The page without what is below it. Needs its children if it is part of a picked tree. */
  | { type: 'alone'; id: string }
  /** A pick: with all below or not; or no pick any more. */
  | { type: 'below'; id: string; below: boolean }
  | { type: 'drop'; id: string }
  | { type: 'move'; id: string; to: Place }
  | { type: 'tree-order' }
  | { type: 'all' }
  | { type: 'none' };

export const empty: TreeState = {
  nodes: new Map(),
  roots: undefined,
  open: new Set(),
  picks: [],
  without: new Set(),
  arranged: false,
};

/** The state after an action. */
export function reduce(state: TreeState, action: Action): TreeState {
  switch (action.type) {
    case 'loaded':
      return settle(learn(state, action.parent, action.nodes));
    case 'found':
      return { ...state, nodes: withFound(state.nodes, action.nodes) };
    case 'open':
      return { ...state, open: new Set([...state.open, ...action.ids]) };
    case 'close':
      return { ...state, open: new Set([...state.open].filter(id => !action.ids.includes(id))) };
    case 'tick':
      return settle(add(state, action.id, true));
    case 'untick':
      return settle(remove(state, action.id));
    case 'alone':
      return settle(setAlone(state, action.id));
    case 'below':
      return settle({
        ...state,
        picks: state.picks.map(pick => (pick.id === action.id ? { ...pick, below: action.below } : pick)),
      });
    case 'drop':
      return settle(dropFrom(state, action.id));
    case 'move':
      return { ...state, picks: move(state.picks, action.id, action.to), arranged: true };
    case 'tree-order':
      return settle({ ...state, arranged: false });
    case 'all':
      return settle({
        ...state,
        picks: (state.roots ?? []).map(id => ({ id, below: true })),
        without: new Set(),
        arranged: false,
      });
    case 'none':
      return { ...state, picks: [], without: new Set(), arranged: false };
  }
}

function learn(state: TreeState, parent: string, children: TreeNode[]): TreeState {
  const nodes = new Map(state.nodes);
  const ids = children.map(({ id }) => id);
  for (const node of children) nodes.set(node.id, { ...nodes.get(node.id), node, parent });
  if (parent === '') return { ...state, nodes, roots: ids };
  const above = nodes.get(parent);
  if (above) nodes.set(parent, { ...above, node: { ...above.node, hasChildren: ids.length > 0 }, children: ids });
  return { ...state, nodes };
}

function withFound(nodes: TreeState['nodes'], found: TreeNode[]): TreeState['nodes'] {
  const all = new Map(nodes);
  const keep = (node: TreeNode, parent: string | undefined) => {
    const known = all.get(node.id);
    if (!known) all.set(node.id, { node, parent });
    else if (known.parent === undefined && parent !== undefined) all.set(node.id, { ...known, parent });
  };
  for (const node of found) {
    // Those above it are needed to tell whether it is chosen with one of them.
    for (const [level, id] of (node.above ?? []).entries()) {
      keep({ id, title: node.path?.[level] ?? '', kind: 'page', hasChildren: true }, node.above?.[level - 1] ?? '');
    }
    keep(node, node.above && (node.above.at(-1) ?? ''));
  }
  return all;
}

/** Exceptions count only inside of what is picked, and the order is the tree's unless it is the user's. */
function settle(state: TreeState): TreeState {
  const without = new Set([...state.without].filter(id => inherits(state, id)));
  const settled = without.size === state.without.size ? state : { ...state, without };
  return settled.arranged ? settled : { ...settled, picks: arrange(settled) };
}

/** The selection that says what is chosen; `undefined` if nothing is. */
export function selectionOf(state: TreeState, space: string): Selection | undefined {
  if (state.picks.length === 0) return undefined;
  return {
    space,
    picks: state.picks.map(({ id, below }) => (below ? { id, below } : { id })),
    ...(state.without.size > 0 && { without: [...state.without].sort() }),
  };
}
