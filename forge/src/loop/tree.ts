/** The page tree of Confluence: which nodes are there, and what is below which. */

import { SiteFailure } from './failures';
import { BODILESS, isCurrent, type Node, readNode, TREE_CALLS } from './nodes';
import { pooled, together } from './pool';
import type { Seen, Site } from './site';

/** The most levels that one question about descendants reaches down. */
const LEVELS = 10;
const MOST = 250;

/** All of a space's tree, and its blog posts if they are wanted. `refused`: why folders and the like may be missing. */
export interface SpaceNodes {
  nodes: Node[];
  posts: Node[];
  refused: SiteFailure | undefined;
}

/** What is in a space. `seen` is told of its pages. */
export async function spaceNodes(
  site: Site,
  space: { id: string; homepage: string },
  blogPosts: boolean,
  seen: Seen,
): Promise<SpaceNodes> {
  let refused: SiteFailure | undefined;
  const around = async (top: string): Promise<Node[]> => {
    if (!top || refused) return [];
    try {
      return await notPages(site, top);
    } catch (error) {
      if (!isKind(error, 'forbidden')) throw error;
      refused ??= error;
      return [];
    }
  };
  const params = [
    ['status', 'current'],
    ['limit', MOST],
  ] as const;
  const [listed, posts, others] = await together(
    () => site.entries('space-pages', { id: space.id }, params, seen),
    () => (blogPosts ? site.entries('space-blogposts', { id: space.id }, params) : Promise.resolve([])),
    () => around(space.homepage),
  );
  const pages = listed.map(readNode);
  const nodes = new Map([...pages, ...others].map(node => [node.id, node]));
  const tops = pages.filter(node => !node.parentId && node.id !== space.homepage);
  for (const some of await pooled(tops, top => around(top.id))) {
    for (const node of some) nodes.set(node.id, node);
  }
  await addParents(site, nodes);
  return { nodes: [...nodes.values()], posts: posts.map(readNode), refused };
}

/** The nodes below one, `depth` levels down (undefined: all), without the root. `seen` is told of them. */
export async function below(
  site: Site,
  root: { id: string; kind: string },
  depth: number | undefined,
  seen: Seen,
): Promise<Node[]> {
  const found = new Map<string, Node>();
  let tops: { id: string; kind: string }[] = [root];
  let left = depth ?? Number.POSITIVE_INFINITY;
  while (tops.length && left > 0) {
    const levels = Math.min(left, LEVELS);
    const nodes = await layers(site, tops, levels);
    const fresh = nodes.filter(node => !found.has(node.id) && node.id !== root.id);
    for (const node of fresh) found.set(node.id, node);
    seen(found.size);
    left -= levels;
    tops = deepest(fresh, levels);
  }
  return [...found.values()].filter(isCurrent);
}

/** What is up to `levels` below some nodes. What has gone since its parent was asked has nothing below it. */
async function layers(site: Site, tops: { id: string; kind: string }[], levels: number): Promise<Node[]> {
  const groups = await pooled(tops, async ({ id, kind }) => {
    const call = TREE_CALLS[kind]?.descendants;
    if (!call) return [];
    try {
      return await site.entries(call, { id }, [
        ['depth', levels],
        ['limit', MOST],
      ]);
    } catch (error) {
      if (isKind(error, 'gone')) return [];
      throw error;
    }
  });
  return groups.flat().map(readNode);
}

function deepest(nodes: Node[], depth: number): { id: string; kind: string }[] {
  return nodes.filter(node => node.depth === depth).map(node => ({ id: node.id, kind: node.type || 'page' }));
}

/** What is below a page besides pages, which other lists tell with more about them. */
async function notPages(site: Site, top: string): Promise<Node[]> {
  const found: Node[] = [];
  let tops = [{ id: top, kind: 'page' }];
  while (tops.length) {
    const nodes = (await layers(site, tops, LEVELS)).filter(isCurrent);
    found.push(...nodes.filter(node => node.type !== '' && node.type !== 'page'));
    tops = deepest(nodes, LEVELS);
  }
  return found;
}

/** Adds folders and the like that are only known as the parents of something, and theirs. */
async function addParents(site: Site, nodes: Map<string, Node>): Promise<void> {
  const asked = new Set<string>();
  for (;;) {
    const unknown = [...nodes.values()].filter(({ parentId }) => parentId && !nodes.has(parentId));
    const missing = new Map(unknown.map(node => [node.parentId, node.parentType]));
    for (const id of asked) missing.delete(id);
    if (!missing.size) return;
    for (const id of missing.keys()) asked.add(id);
    const found = await pooled([...missing], ([id, kind]) => parent(site, id, kind));
    for (const node of found.filter(each => each !== undefined)) nodes.set(node.id, node);
  }
}

async function parent(site: Site, id: string, kind: string): Promise<Node | undefined> {
  const call = BODILESS[kind];
  if (!call) return undefined; // a page that is restricted or archived: those below it become trees of their own
  try {
    const node = readNode(await site.json(call, { id }));
    return { ...node, type: node.type || kind };
  } catch (error) {
    if (isKind(error, 'gone') || isKind(error, 'forbidden')) return undefined;
    throw error;
  }
}

/** Whether an error is a failure of this kind. */
export function isKind(error: unknown, kind: SiteFailure['kind']): error is SiteFailure {
  return error instanceof SiteFailure && error.kind === kind;
}
