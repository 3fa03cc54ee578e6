/** Which pages of a site are exported: all, a tree or a list, narrowed by labels. */

import type { Page, Space } from './types';
import { casefold } from './unicode';

/** `pages`: ids in the order wanted; else `root`: the top of a tree; else all. The rest is as in `Selection`. */
export interface Choice {
  pages?: readonly string[];
  root?: string;
  depth?: number;
  labels: readonly string[];
  excludeLabels: readonly string[];
  skipLabels: readonly string[];
  without: readonly string[];
  blogPosts: boolean;
}

/** The chosen pages in reading order, each with its nearest chosen ancestor as its parent. */
export function select(pages: readonly Page[], choice: Choice): Page[] {
  if (!choice.pages) return fromTree(pages, choice);
  const byId = new Map(pages.map(page => [page.id, page]));
  const wanted = [...new Set(choice.pages)].map(id => byId.get(id)).filter(page => page !== undefined);
  return picked(wanted, choice);
}

/** What a document of these pages is called: its root's title, its only page's, or the names of its spaces. */
export function titleOf(
  all: readonly Page[],
  spaces: readonly Space[],
  chosen: readonly Page[],
  root: string | undefined,
): string {
  const first = chosen[0]?.title ?? '';
  if (root !== undefined) return all.find(page => page.id === root)?.title ?? first;
  if (chosen.length === 1) return first;
  const names = new Map(spaces.map(space => [space.key, space.name || space.key]));
  const used = new Set(chosen.map(page => names.get(page.space ?? '') ?? '').filter(Boolean));
  return [...used].join(', ') || first;
}

function fromTree(pages: readonly Page[], choice: Choice): Page[] {
  const wanted = labelled(choice.labels);
  const [exclude, skip, without] = [
    labelled(choice.excludeLabels),
    labelled(choice.skipLabels),
    new Set(choice.without),
  ];
  const space = pages.find(page => page.id === choice.root)?.space;
  const level = new Map<string, number>();
  const nearest = new Map<string, string | null>();
  const chosen: Page[] = [];
  for (const page of pages) {
    const depth = depthOf(page, choice, level, space);
    if (depth === undefined || exclude(page) || without.has(page.id) || depth > (choice.depth ?? depth)) continue;
    level.set(page.id, depth);
    const ancestor = (page.parent && nearest.get(page.parent)) || null;
    const taken = !skip(page) && (!choice.labels.length || wanted(page));
    if (taken) chosen.push({ ...page, parent: ancestor });
    nearest.set(page.id, taken ? page.id : ancestor);
  }
  return chosen;
}

/** How deep a page is in what is wanted; undefined if it is not in it. */
function depthOf(
  page: Page,
  choice: Choice,
  level: ReadonlyMap<string, number>,
  space: string | undefined,
): number | undefined {
  if (choice.root !== undefined && page.id === choice.root) return 0;
  const above = page.parent ? level.get(page.parent) : undefined;
  if (above !== undefined) return above + 1;
  if (page.kind === 'blogpost') {
    return choice.blogPosts && (choice.root === undefined || page.space === space) ? 0 : undefined;
  }
  return choice.root === undefined && !page.parent ? 0 : undefined;
}

function picked(pages: readonly Page[], choice: Choice): Page[] {
  const wanted = labelled(choice.labels);
  const unwanted = labelled([...choice.excludeLabels, ...choice.skipLabels]);
  const without = new Set(choice.without);
  const chosen: Page[] = [];
  const above: string[] = [];
  for (const page of pages) {
    if ((choice.labels.length && !wanted(page)) || unwanted(page) || without.has(page.id)) continue;
    // The order given rules: a parent counts only where the page directly continues its tree.
    while (above.length && above.at(-1) !== page.parent) above.pop();
    chosen.push(above.length ? page : { ...page, parent: null });
    above.push(page.id);
  }
  return chosen;
}

/** Whether a page has one of some labels. */
function labelled(labels: readonly string[]): (page: Page) => boolean {
  const folded = new Set(labels.map(casefold));
  return page => (page.labels ?? []).some(label => folded.has(casefold(label)));
}
