/** Which pages of a site are meant: a space, a tree, or a list of pages and trees. */

import type { Cloud } from './cloud';
import { gone } from './failures';
import { pooled } from './pool';
import { ProblemError } from './problem';
import { type Choice, select } from './select';
import { siteMap } from './sitemap';
import type { Diagnostic, Page } from './types';
import { casefold } from './unicode';
import type { Selection } from './wish';

/** What was asked for, as it was found. */
export interface Scope {
  /** All pages among which is selected, in any order. */
  pages: Page[];
  /** What is chosen of the pages, once their labels are known. ProblemError `nothing-selected` if nothing is left. */
  choose(pages: readonly Page[]): Choice;
  /** The root of the tree, if it is one. */
  root: string | undefined;
  /** Keys of spaces, in small letters, of which all pages are known. */
  whole: string[];
  /** Whether all children of all pages are known. */
  complete: boolean;
  problems: Diagnostic[];
}

/** One of several things that were asked for, with what is below it. */
interface Group {
  root: Page;
  deep: boolean;
  pages: Page[];
}

/**
 * What is wanted, found on the site. SiteFailure `gone` if the one thing that was asked for is not there, ProblemError
 * `nothing-selected` if none of several is. `bodies`: to be filled with the bodies of what was picked.
 */
export async function findScope(
  cloud: Cloud,
  selection: Selection,
  bodies?: Map<string, string | undefined>,
): Promise<Scope> {
  cloud.spaces.expect(selection.space);
  const picks = selection.picks && uniquePicks(selection.picks);
  if (!picks) return await wholeSpace(cloud, selection);
  const known = await cloud.pages(picks.keys(), bodies);
  const problems: Diagnostic[] = [];
  const found: [Page, boolean][] = [];
  for (const [id, below] of picks) {
    const page = known.get(id);
    if (page) found.push([page, below]);
    else if (picks.size === 1) throw gone('page');
    else problems.push(missing(id));
  }
  const [only] = found;
  if (!only) throw new ProblemError('nothing-selected');
  if (picks.size === 1) return await onePick(cloud, selection, only, problems);
  const groups = await pooled(found, ([root, deep]) => group(cloud, selection, root, deep));
  return {
    pages: groups.flatMap(each => each.pages),
    choose: pages => ({ ...everything(), pages: grouped(groups, selection, pages) }),
    root: undefined,
    whole: [],
    complete: false,
    problems,
  };
}

async function wholeSpace(cloud: Cloud, selection: Selection): Promise<Scope> {
  const space = await cloud.spaces.space(selection.space);
  const pages = await cloud.spacePages(space, selection.blogPosts ?? false);
  if (!pages.length) throw new ProblemError('nothing-selected');
  const choice = { ...narrowing(selection), ...(selection.depth === undefined ? {} : { depth: selection.depth }) };
  const whole = [casefold(space.space.key)];
  return { pages, choose: () => choice, root: undefined, whole, complete: true, problems: [] };
}

async function onePick(
  cloud: Cloud,
  selection: Selection,
  [page, below]: [Page, boolean],
  problems: Diagnostic[],
): Promise<Scope> {
  const common = { whole: [], problems };
  // A folder has no content of its own: by itself it means what is in it.
  if (!below && page.kind !== 'folder') {
    const choice = { ...narrowing(selection), pages: [page.id] };
    return { ...common, pages: [page], choose: () => choice, root: undefined, complete: false };
  }
  const { depth } = selection;
  const choice = { ...narrowing(selection), root: page.id, ...(depth === undefined ? {} : { depth }) };
  const pages = await cloud.tree(page, depth);
  return { ...common, pages, choose: () => choice, root: page.id, complete: depth === undefined };
}

async function group(cloud: Cloud, selection: Selection, root: Page, deep: boolean): Promise<Group> {
  return { root, deep, pages: deep ? await cloud.tree(root, selection.depth) : [root] };
}

/** The pages of a list in its order, each group narrowed by itself. */
function grouped(groups: readonly Group[], selection: Selection, pages: readonly Page[]): string[] {
  const known = new Map(pages.map(page => [page.id, page]));
  const order = new Set<string>();
  for (const { root, deep, pages: own } of groups) {
    const map = siteMap(
      [],
      own.map(page => known.get(page.id)).filter(page => page !== undefined),
    );
    const depth = deep ? selection.depth : 0;
    const choice = { ...narrowing(selection), root: root.id, ...(depth === undefined ? {} : { depth }) };
    for (const page of select(map.pages, choice)) order.add(page.id);
  }
  if (!order.size) throw new ProblemError('nothing-selected');
  return [...order];
}

/** What was picked, each once, and whether all below it is meant. */
function uniquePicks(picks: readonly { id: string; below?: boolean }[]): Map<string, boolean> {
  const found = new Map<string, boolean>();
  for (const { id, below } of picks) found.set(id, (found.get(id) ?? false) || (below ?? false));
  return found;
}

function everything(): Choice {
  return { labels: [], excludeLabels: [], skipLabels: [], without: [], blogPosts: false };
}

function narrowing(selection: Selection): Choice {
  return {
    labels: selection.labels ?? [],
    excludeLabels: selection.excludeLabels ?? [],
    skipLabels: selection.skipLabels ?? [],
    without: selection.without ?? [],
    blogPosts: selection.blogPosts ?? false,
  };
}

function missing(id: string): Diagnostic {
  return {
    code: 'page-unavailable',
    message: `There is no page with the id ${id} that you may view.`,
    hint: 'Check that it exists and that you may view it.',
  };
}
