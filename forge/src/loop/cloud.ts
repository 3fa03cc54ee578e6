/** Pages and spaces of Confluence Cloud: REST v2, and v1 where v2 lacks a thing. */

import type { CallName, Params } from './calls';
import type { SiteFailure } from './failures';
import { record } from './json';
import { BODILESS, kindOf, type Node, pageOf, readNode, TREE_CALLS } from './nodes';
import { pooled } from './pool';
import { chunked } from './search';
import type { Seen, Site } from './site';
import { type SpaceRecord, Spaces } from './spaces';
import { below, isKind, spaceNodes } from './tree';
import type { Diagnostic, Page, PageKind } from './types';
import { casefold, compareText } from './unicode';

/** Entries in one answer, and ids in one question. */
export const MOST = 250;
const LIMIT = ['limit', MOST] as const;
const STATUSES = [
  ['status', 'current'],
  ['status', 'archived'],
] as const;
const IS_ID = /^\d{1,30}$/;

/** The pages of a site. Pages come with their space's key, without labels and files. */
export class Cloud {
  /** What was not told on the way. */
  readonly problems: Diagnostic[] = [];
  readonly #site: Site;
  readonly #seen: Seen;
  /** Its spaces. */
  readonly spaces: Spaces;

  constructor(site: Site, seen: Seen = () => {}) {
    this.#site = site;
    this.spaces = new Spaces(site);
    this.#seen = seen;
  }

  // Spaces and trees.

  /** All that is in the tree of a space, in any order, and its blog posts if they are wanted. */
  async spacePages(space: SpaceRecord, blogPosts: boolean): Promise<Page[]> {
    const top = { id: space.id, homepage: space.space.homepage ?? '' };
    const found = await spaceNodes(this.#site, top, blogPosts, this.#seen);
    if (found.refused) this.problems.push(untold(found.refused));
    const { key } = space.space;
    return [
      ...(await this.#addressed(await this.#made(found.nodes, 'page', key))),
      ...(await this.#made(found.posts, 'blogpost', key)),
    ];
  }

  /** A page and what is below it, `depth` levels down (undefined: all). */
  async tree(root: Page, depth: number | undefined): Promise<Page[]> {
    const nodes = await below(this.#site, { id: root.id, kind: root.kind ?? 'page' }, depth, this.#seen);
    return [root, ...(await this.#full(nodes, root.space ?? ''))];
  }

  /** What is directly below a page, in the order of the page tree. */
  async children(page: Page): Promise<Page[]> {
    const call = TREE_CALLS[page.kind ?? 'page']?.children;
    if (!call) return [];
    const nodes = (await this.#site.entries(call, { id: page.id }, [LIMIT])).map(readNode);
    const found = await this.#full(
      nodes.map(node => ({ ...node, parentId: page.id })),
      page.space ?? '',
    );
    return found.sort(
      (a, b) =>
        (a.position ?? 0) - (b.position ?? 0) ||
        compareText(casefold(a.title), casefold(b.title)) ||
        compareText(a.id, b.id),
    );
  }

  // Pages.

  /**
   * Pages, posts, folders and so on by their ids; those that the user can't see are missing. With `bodies`, these are
   * read at once, and told it by the ids of pages and posts: text, or undefined if Confluence gave none.
   */
  async pages(ids: Iterable<string>, bodies?: Map<string, string | undefined>): Promise<Map<string, Page>> {
    const numeric = [...new Set(ids)].filter(id => IS_ID.test(id));
    const found = new Map<string, Page>();
    const missing = () => numeric.filter(id => !found.has(id));
    const body: Params = bodies ? [['body-format', 'storage']] : [];
    const add = (pages: Page[]) => {
      for (const page of pages) found.set(page.id, page);
    };
    const read = async (call: CallName, kind: PageKind, params: Params) => {
      const nodes = await this.#nodes(call, missing(), params);
      if (bodies) for (const node of nodes) bodies.set(node.id, node.body);
      add(await this.#made(nodes, kind));
    };
    await read('pages', 'page', [...STATUSES, ...body]);
    if (missing().length) await read('blogposts', 'blogpost', body);
    add((await pooled(missing(), id => this.#other(id))).filter(page => page !== undefined));
    return found;
  }

  /** The page of a title; with a day (ISO 8601), the blog post of that day. */
  async find(space: string, title: string, day: string): Promise<Page | undefined> {
    let id: string;
    try {
      id = (await this.spaces.space(space)).id;
    } catch (error) {
      if (isKind(error, 'gone')) return undefined;
      throw error;
    }
    const params: Params = [['space-id', id], ['title', title], LIMIT];
    for await (const answer of this.#site.listed(day ? 'blogposts' : 'pages', {}, params)) {
      const nodes = entriesOf(answer);
      const pages = await this.#made(nodes, day ? 'blogpost' : 'page');
      const found = pages.find(page => !day || page.created?.slice(0, 10) === day);
      if (found) return found;
    }
    return undefined;
  }

  // Nodes to pages.

  async #nodes(call: CallName, ids: readonly string[], params: Params): Promise<Node[]> {
    const answers = await pooled(chunked(ids, MOST), chunk =>
      this.#site.entries(call, {}, [...chunk.map(id => ['id', id] as const), ...params, LIMIT]),
    );
    return answers.flat().map(readNode);
  }

  /** A folder, whiteboard, database or embed of this id. */
  async #other(id: string): Promise<Page | undefined> {
    for (const kind of Object.keys(BODILESS)) {
      const found = await this.#single(id, kind);
      if (found) return found;
    }
    return undefined;
  }

  /** A node of this kind; undefined if there is none, or if nothing may be told of it. */
  async #single(id: string, kind: string): Promise<Page | undefined> {
    const call = BODILESS[kind];
    if (!call) return undefined;
    try {
      const node = readNode(await this.#site.json(call, { id }));
      return (await this.#made([node], kindOf(kind)))[0];
    } catch (error) {
      if (isKind(error, 'forbidden')) this.problems.push(untold(error));
      else if (!isKind(error, 'gone')) throw error;
      return undefined;
    }
  }

  /** Pages with all their metadata, of nodes that have only titles and places. */
  async #full(nodes: readonly Node[], space: string): Promise<Page[]> {
    const ids = nodes.filter(node => node.type === '' || node.type === 'page').map(node => node.id);
    const known = new Map<string, Page>();
    for (const page of await this.#made(await this.#nodes('pages', ids, STATUSES), 'page')) known.set(page.id, page);
    const bare = await this.#addressed(await this.#made(nodes, 'page', space));
    return bare.map(page => {
      const { parent, position } = page;
      return { ...(known.get(page.id) ?? page), parent: parent ?? null, position: position ?? 0 };
    });
  }

  /** The same, with the addresses that embeds show: lists don't tell them. */
  async #addressed(pages: Page[]): Promise<Page[]> {
    const embeds = pages.filter(page => page.kind === 'embed');
    const full = await pooled(embeds, page => this.#single(page.id, 'embed'));
    const urls = new Map(full.filter(page => page !== undefined).map(page => [page.id, page.url ?? '']));
    return pages.map(page => ({ ...page, url: urls.get(page.id) ?? page.url ?? '' }));
  }

  async #made(nodes: readonly Node[], kind: PageKind, space = ''): Promise<Page[]> {
    const keys = space ? undefined : await this.spaces.keys(new Set(nodes.map(node => node.spaceId).filter(Boolean)));
    return nodes.map(node => pageOf(node, kind, space || (keys?.get(node.spaceId) ?? ''), this.#site.base));
  }
}

/** The nodes in an answer of a list. */
export function entriesOf(answer: unknown): Node[] {
  const { results } = record(answer);
  return Array.isArray(results) ? results.map(readNode) : [];
}

function untold(failure: SiteFailure): Diagnostic {
  return {
    code: 'site-call-failed',
    message: `folders, whiteboards, databases and embeds were not told: ${failure.reason}`,
  };
}
