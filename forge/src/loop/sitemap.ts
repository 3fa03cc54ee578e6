/** The page tree: from loose metadata to pages in reading order. */

import type { Diagnostic, Page, Space } from './types';
import { compareNatural, compareText, natural } from './unicode';

/**
 * The pages in reading order: space by space the home page's tree, then the other trees; blog posts by date. Siblings
 * are ordered by position, then by title. A parent that does not exist makes a page a root; parents in a circle are cut
 * at the home page or else at the first page given. Of pages with the same id the first counts.
 */
export function siteMap(spaces: readonly Space[], pages: readonly Page[]): { pages: Page[]; cycles: Diagnostic[] } {
  const byId = new Map<string, Page>();
  for (const page of pages) if (!byId.has(page.id)) byId.set(page.id, page);
  const parents = new Map<string, string | null>();
  for (const page of byId.values()) {
    const known = page.kind !== 'blogpost' && page.parent != null && byId.has(page.parent);
    parents.set(page.id, known ? (page.parent ?? null) : null);
  }
  const homepages = spaces.map(space => space.homepage ?? '').filter(id => byId.has(id));
  const cycles = cutCycles(parents, byId, homepages);
  const first = new Set(homepages.map(home => rootOf(home, parents)));
  const children = sortedChildren(byId, parents, new Map(spaces.map((space, index) => [space.key, index])), first);

  const tops = children.get(null) ?? [];
  const posts = tops.filter(page => page.kind === 'blogpost').map(keyed);
  posts.sort((a, b) => compareText(a.page.created ?? '', b.page.created ?? '') || byTitle(a, b));
  const ordered: Page[] = [];
  for (const tree of [tops.filter(page => page.kind !== 'blogpost'), posts.map(post => post.page)]) {
    const stack = tree.toReversed();
    for (let page = stack.pop(); page; page = stack.pop()) {
      ordered.push({ ...page, parent: parents.get(page.id) ?? null });
      stack.push(...(children.get(page.id) ?? []).toReversed());
    }
  }
  return { pages: ordered, cycles };
}

interface Keyed {
  page: Page;
  title: string[];
}

function keyed(page: Page): Keyed {
  return { page, title: natural(page.title) };
}

function byTitle(a: Keyed, b: Keyed): number {
  return compareNatural(a.title, b.title) || compareText(a.page.id, b.page.id);
}

/** The children of each page, and of null those at the top, in their order. */
function sortedChildren(
  byId: ReadonlyMap<string, Page>,
  parents: ReadonlyMap<string, string | null>,
  ranks: ReadonlyMap<string, number>,
  first: ReadonlySet<string>,
): Map<string | null, Page[]> {
  const groups = new Map<string | null, Keyed[]>();
  for (const page of byId.values()) {
    const parent = parents.get(page.id) ?? null;
    const siblings = groups.get(parent);
    if (siblings) siblings.push(keyed(page));
    else groups.set(parent, [keyed(page)]);
  }
  const rank = (page: Page) => ranks.get(page.space ?? '') ?? ranks.size;
  const sorted = new Map<string | null, Page[]>();
  for (const [parent, siblings] of groups) {
    siblings.sort((a, b) => (a.page.position ?? 0) - (b.page.position ?? 0) || byTitle(a, b));
    const pages = siblings.map(sibling => sibling.page);
    if (parent === null) {
      pages.sort((a, b) => rank(a) - rank(b) || Number(!first.has(a.id)) - Number(!first.has(b.id)));
    }
    sorted.set(parent, pages);
  }
  return sorted;
}

function rootOf(page: string, parents: ReadonlyMap<string, string | null>): string {
  let top = page;
  for (let above = parents.get(top); above; above = parents.get(top)) top = above;
  return top;
}

function cutCycles(
  parents: Map<string, string | null>,
  byId: ReadonlyMap<string, Page>,
  homepages: readonly string[],
): Diagnostic[] {
  const order = new Map([...new Set([...homepages, ...byId.keys()])].map((id, index) => [id, index]));
  const rooted = new Set<string>();
  const found: Diagnostic[] = [];
  for (const start of [...homepages, ...parents.keys()]) {
    const path: string[] = [];
    const walked = new Set<string>();
    let current: string | null | undefined = start;
    while (current && !rooted.has(current) && !walked.has(current)) {
      path.push(current);
      walked.add(current);
      current = parents.get(current);
    }
    if (current && walked.has(current)) {
      const cycle = path.slice(path.indexOf(current));
      // The walk may have entered the circle anywhere; the result must not depend on where.
      const cut = cycle.reduce((a, b) => ((order.get(a) ?? 0) <= (order.get(b) ?? 0) ? a : b));
      parents.set(cut, null);
      found.push(cycleFound(cycle, cut, byId));
    }
    for (const id of path) rooted.add(id);
  }
  return found;
}

function cycleFound(cycle: readonly string[], cut: string, byId: ReadonlyMap<string, Page>): Diagnostic {
  const named = (id: string) => `“${byId.get(id)?.title ?? ''}”`;
  const titles = cycle.slice(0, 5).map(named).join(', ');
  const more = cycle.length > 5 ? ` and ${cycle.length - 5} more` : '';
  return {
    code: 'page-cycle',
    message: `Pages that are each other's parents: ${titles}${more}. ${named(cut)} was put at the top.`,
    page: cut,
    hint: 'Move one of the pages in Confluence.',
  };
}
