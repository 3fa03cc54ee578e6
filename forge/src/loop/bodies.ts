/** Bodies of pages, of just the versions that an outline has: so that an export is of one moment. */

import type { CallName, Params } from './calls';
import { MOST } from './cloud';
import { SiteFailure } from './failures';
import { hasBody, readNode } from './nodes';
import { earlyBodies, NO_BODY } from './outline';
import { pooled } from './pool';
import type { Ports } from './ports';
import { chunked } from './search';
import { Site } from './site';
import type { BodyAnswer, Diagnostic, Outline, Page } from './types';

const STORAGE = ['body-format', 'storage'] as const;
const STATUSES = [
  ['status', 'current'],
  ['status', 'archived'],
] as const;

/** Why there is none, of what can't be seen any more. */
export const GONE = { unavailable: { reason: 'you may not view it, or it does not exist any more' } };

/** Bodies by page id, 250 in one call. Folders and the like have none. SiteFailure if nothing more can be had at all. */
export async function readBodies(
  ports: Ports,
  outline: Outline,
  pages: readonly Page[],
): Promise<Map<string, BodyAnswer>> {
  const early = earlyBodies(outline);
  const rest = pages.filter(page => !early?.has(page.id));
  const found = await bodiesOf(new Site(ports, outline.spaces[0]?.base_url), rest);
  for (const page of pages) {
    const body = early?.get(page.id);
    if (body) found.set(page.id, body);
  }
  return found;
}

/** The same, of a site. */
export async function bodiesOf(site: Site, pages: readonly Page[]): Promise<Map<string, BodyAnswer>> {
  const asked = pages.filter(hasBody);
  const current = await currentBodies(site, asked);
  const found = new Map<string, BodyAnswer>();
  const exact: Page[] = [];
  for (const page of asked) {
    const now = current.get(page.id);
    if (now && (now.version === undefined || now.version === page.version)) found.set(page.id, now.body);
    else exact.push(page);
  }
  const bodies = await pooled(exact, page => bodyAt(site, page));
  for (const [index, page] of exact.entries()) {
    const body = bodies[index] ?? GONE;
    found.set(page.id, current.has(page.id) ? { ...body, changed: true } : body);
  }
  return found;
}

/** What is to be said of a page that was edited after the outline was read. */
export function changed(page: Page): Diagnostic {
  const message = `“${page.title}” was changed meanwhile; it is shown as it was, in version ${page.version ?? 'None'}`;
  return { code: 'page-changed', message, page: page.id };
}

/** What `ask` gives, or why it can't be had. Without sign-in or site, and if the site wants no more, nothing goes on. */
export async function tried<T>(ask: () => Promise<T>): Promise<T | { unavailable: { reason: string } }> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof SiteFailure)) throw error;
    if (['signed-out', 'unreachable', 'busy'].includes(error.kind)) throw error;
    return error.kind === 'gone' ? GONE : { unavailable: { reason: error.reason } };
  }
}

interface Current {
  body: BodyAnswer;
  version: number | undefined;
}

async function currentBodies(site: Site, pages: readonly Page[]): Promise<Map<string, Current>> {
  const posts = pages.filter(page => page.kind === 'blogpost');
  const rest = pages.filter(page => page.kind !== 'blogpost');
  const read = async (call: CallName, chunk: readonly Page[], statuses: Params) => {
    const ids = chunk.map(page => ['id', page.id] as const);
    return await site.entries(call, {}, [...ids, ...statuses, STORAGE, ['limit', MOST]]);
  };
  const questions = [
    ...chunked(rest, MOST).map(chunk => () => read('pages', chunk, STATUSES)),
    ...chunked(posts, MOST).map(chunk => () => read('blogposts', chunk, [])),
  ];
  // One bad page must not take others with it: what doesn't come is asked for one by one.
  const answers = await pooled(questions, ask => tried(ask));
  const found = new Map<string, Current>();
  for (const answer of answers) {
    for (const node of Array.isArray(answer) ? answer.map(readNode) : []) {
      const body = node.body === undefined ? NO_BODY : { body: { format: 'storage' as const, value: node.body } };
      found.set(node.id, { body, version: node.version.number });
    }
  }
  return found;
}

async function bodyAt(site: Site, page: Page): Promise<BodyAnswer> {
  const params: Params = [STORAGE, ['version', page.version ?? 1]];
  return await tried(async () => {
    const node = readNode(await site.json(page.kind === 'blogpost' ? 'blogpost' : 'page', { id: page.id }, params));
    return node.body === undefined ? NO_BODY : { body: { format: 'storage' as const, value: node.body } };
  });
}
