/** What people see of a site while they choose pages. All functions reject with SiteFailures. */

import { tried } from './bodies';
import { entriesOf, MOST } from './cloud';
import { list, record, text, whole } from './json';
import { isCurrent, kindOf, type Node, readNode, TREE_CALLS } from './nodes';
import { pooled } from './pool';
import type { Ports } from './ports';
import { Site } from './site';
import { Spaces } from './spaces';
import type { BrowseNode, PageKind } from './types';
import { casefold, compareNatural, compareText, natural } from './unicode';

const MOST_FOUND = 50;
/** Answers of lists of spaces, and of levels below a page, that are waited for. */
const MOST_ANSWERS = 8;

/** Spaces whose name or key begins so, or has a word that does; the first ones without a query. At most 50. */
export async function spacesLike(ports: Ports, query: string): Promise<{ key: string; name: string }[]> {
  const wanted = casefold(query.trim());
  const found: { key: string; name: string }[] = [];
  const params = [
    ['status', 'current'],
    ['sort', 'name'],
    ['limit', MOST],
  ] as const;
  for await (const answer of new Site(ports).listed('spaces', {}, params)) {
    for (const space of list(record(answer).results).map(record)) {
      const [key, name] = [text(space.key), text(space.name) || text(space.key)];
      const words = [casefold(key), casefold(name), ...casefold(name).split(/\s+/)];
      if (words.some(word => word.startsWith(wanted))) found.push({ key, name });
    }
    if (found.length >= MOST_FOUND) break;
  }
  return found.slice(0, MOST_FOUND);
}

/** The top of a space's page tree: its home page first. */
export async function roots(ports: Ports, space: string): Promise<BrowseNode[]> {
  const site = new Site(ports);
  const { id, space: about } = await new Spaces(site).space(space);
  const params = [
    ['depth', 'root'],
    ['status', 'current'],
    ['limit', MOST],
  ] as const;
  const [listed, others] = await Promise.all([site.entries('space-pages', { id }, params), looseNodes(site, space)]);
  const nodes = [...listed.map(readNode), ...others];
  nodes.sort((a, b) => Number(b.id === about.homepage) - Number(a.id === about.homepage) || inTree(a, b));
  if (nodes.length > MOST_ANSWERS) return nodes.map(node => browsed(node, true));
  const below = await pooled(nodes, async node => {
    const call = TREE_CALLS[node.type || 'page']?.children ?? 'page-children';
    return list(record(await site.json(call, { id: node.id }, [['limit', 1]])).results).length > 0;
  });
  return nodes.map((node, index) => browsed(node, below[index] ?? false));
}

/** What is directly below a node. Of very many, all are taken for nodes that have something below them. */
export async function children(ports: Ports, node: { id: string; kind: string }): Promise<BrowseNode[]> {
  const calls = TREE_CALLS[node.kind];
  if (!calls) return [];
  const site = new Site(ports);
  const found: Node[] = [];
  let answers = 0;
  for await (const answer of site.listed(calls.descendants, { id: node.id }, [
    ['depth', 2],
    ['limit', MOST],
  ])) {
    found.push(...entriesOf(answer));
    answers += 1;
    if (answers > MOST_ANSWERS) return await directChildren(site, node);
  }
  const current = found.filter(isCurrent);
  const parents = new Set(current.map(each => each.parentId));
  const direct = current.filter(each => each.parentId === node.id).sort(inTree);
  return direct.map(each => browsed(each, parents.has(each.id)));
}

/** Pages of a space by words of their titles, and by labels of which each must have one. At most 50. */
export async function searchPages(
  ports: Ports,
  space: string,
  query: { text: string; labels: readonly string[] },
): Promise<BrowseNode[]> {
  const words = query.text.match(/[\p{L}\p{N}]+/gu) ?? [];
  const clauses = [
    `space = ${quoted(space)}`,
    'type in (page, blogpost)',
    ...words.map(word => `title ~ ${quoted(`${word}*`)}`),
    ...(query.labels.length ? [`label in (${query.labels.map(quoted).join(', ')})`] : []),
  ];
  const params = [
    ['cql', clauses.join(' and ')],
    ['limit', MOST_FOUND],
    ['expand', 'ancestors'],
  ] as const;
  const answer = record(await new Site(ports).json('content-search', {}, params));
  return list(answer.results)
    .map(record)
    .map(entry => ({
      id: text(entry.id),
      title: text(entry.title),
      kind: kindOf(text(entry.type)),
      hasChildren: false,
      path: list(entry.ancestors).map(above => text(record(above).title)),
      above: list(entry.ancestors).map(above => text(record(above).id)),
    }));
}

/** Labels that pages of a space have, alphabetically. */
export async function labelsOf(ports: Ports, space: string): Promise<string[]> {
  const site = new Site(ports);
  const { id } = await new Spaces(site).space(space);
  const labels = (
    await site.entries('space-labels', { id }, [
      ['prefix', 'global'],
      ['limit', MOST],
    ])
  ).map(record);
  return [...new Set(labels.map(label => text(label.name)).filter(Boolean))].sort(compareText);
}

/** Folders and the like at the top of a space, which no list tells, as far as the search knows them. */
async function looseNodes(site: Site, space: string): Promise<Node[]> {
  const cql = `space = ${quoted(space)} and type in (folder, whiteboard, database, embed)`;
  const found = await tried(() =>
    site.entries('content-search', {}, [
      ['cql', cql],
      ['limit', MOST],
      ['expand', 'ancestors'],
    ]),
  );
  if (!Array.isArray(found)) return [];
  return found
    .map(record)
    .filter(entry => !list(entry.ancestors).length)
    .map(entry => ({ ...readNode(entry), position: whole(record(entry.extensions).position) }));
}

async function directChildren(site: Site, node: { id: string; kind: string }): Promise<BrowseNode[]> {
  const call = TREE_CALLS[node.kind]?.children ?? 'page-children';
  const nodes = (await site.entries(call, { id: node.id }, [['limit', MOST]])).map(readNode);
  return nodes.filter(isCurrent).map(each => browsed(each, true));
}

function browsed(node: Node, hasChildren: boolean): BrowseNode {
  const kind: PageKind = kindOf(node.type || 'page');
  return { id: node.id, title: node.title.trim() || node.id, kind, hasChildren };
}

function inTree(a: Node, b: Node): number {
  const place = (node: Node) => node.position ?? Number.MAX_SAFE_INTEGER;
  return place(a) - place(b) || compareNatural(natural(a.title), natural(b.title)) || compareText(a.id, b.id);
}

/** Text in a query. */
function quoted(value: string): string {
  return `"${value.replace(/["\\]/g, '\\$&')}"`;
}
