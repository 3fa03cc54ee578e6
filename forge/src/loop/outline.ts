/** The pages that are wanted, with all that is known about them before any body is read. */

import { Cloud } from './cloud';
import { SiteFailure } from './failures';
import { hasBody } from './nodes';
import { pooled } from './pool';
import type { Ports } from './ports';
import { ProblemError } from './problem';
import { findScope, type Scope } from './scope';
import { type Details, details } from './search';
import { select, titleOf } from './select';
import { Site } from './site';
import { siteMap } from './sitemap';
import type { SpaceRecord } from './spaces';
import { isKind } from './tree';
import type { BodyAnswer, Diagnostic, FileRecord, Outline, Page } from './types';
import type { Selection } from './wish';

/** Bodies that came along with outlines, as long as these are in memory. */
const EARLY = new WeakMap<Outline, ReadonlyMap<string, BodyAnswer>>();
const NO_DETAILS: Details = { labels: new Map(), files: new Map() };

/**
 * The pages of a selection, in reading order with metadata. `tell`: pages found so far. SiteFailure, ProblemError
 * `nothing-selected`.
 */
export async function readOutline(
  ports: Ports,
  selection: Selection,
  tell: (count: number) => void = () => {},
): Promise<Outline> {
  const site = new Site(ports);
  const cloud = new Cloud(site, tell);
  const alone = pickedAlone(selection);
  const bodies = alone === undefined ? undefined : new Map<string, string | undefined>();
  // Of one page all that is asked of Confluence is asked at once.
  const ahead = alone === undefined ? undefined : settled(details(site, [{ id: alone, kind: 'page' }]));
  const scope = await findScope(cloud, selection, bodies).finally(() => ahead);
  const known = await detailsOf(site, scope, selection, scope.root === undefined ? ahead : undefined);
  const outline = await made(cloud, scope, known);
  if (bodies) EARLY.set(outline, early(outline, bodies));
  tell(outline.pages.length);
  return outline;
}

/** The pages of the beginning of which all is known in `readBeginning`. */
export const BEGINNING = 8;

/**
 * The same for counting and previews, in few calls however many pages there are: labels and files are read of the first
 * pages alone, unless pages are chosen by their labels. Rejects as `readOutline` does.
 */
export async function readBeginning(ports: Ports, selection: Selection): Promise<Outline> {
  if (byLabels(selection) || pickedAlone(selection) !== undefined) return await readOutline(ports, selection);
  const site = new Site(ports);
  const cloud = new Cloud(site);
  const scope = await findScope(cloud, selection);
  const outline = await made(cloud, scope, NO_DETAILS);
  const first = outline.pages.slice(0, BEGINNING);
  const known = await detailsOf(site, { ...scope, pages: first }, selection, undefined);
  return {
    ...outline,
    pages: [...first.map(page => withDetails(page, known)), ...outline.pages.slice(BEGINNING)],
    files: Object.fromEntries(known.files),
    diagnostics: distinct([...outline.diagnostics, ...scope.problems]),
    ...(outline.pages.length > BEGINNING && { beginning: true }),
  };
}

/** How many pages a selection holds. Labels are only looked up where they matter. Rejects as `readOutline` does. */
export async function countPages(ports: Ports, selection: Selection): Promise<number> {
  const site = new Site(ports);
  const cloud = new Cloud(site);
  const scope = await findScope(cloud, selection);
  const known = byLabels(selection) ? await details(site, scope.pages) : NO_DETAILS;
  return (await made(cloud, scope, known)).pages.length;
}

/** The bodies that came with an outline in this process, if any did. */
export function earlyBodies(outline: Outline): ReadonlyMap<string, BodyAnswer> | undefined {
  return EARLY.get(outline);
}

/** What an id that can't be asked for is answered with. */
export const NO_BODY = { unavailable: { reason: 'Confluence gave no body of this page' } };

function early(outline: Outline, bodies: ReadonlyMap<string, string | undefined>): Map<string, BodyAnswer> {
  const found = new Map<string, BodyAnswer>();
  for (const page of outline.pages) {
    if (!hasBody(page) || !bodies.has(page.id)) continue;
    const value = bodies.get(page.id);
    found.set(page.id, value === undefined ? NO_BODY : { body: { format: 'storage', value } });
  }
  return found;
}

/** The id of the page that is wanted alone, if it is so. */
function pickedAlone(selection: Selection): string | undefined {
  const [pick, ...more] = selection.picks ?? [];
  return pick && !more.length && !pick.below && /^\d{1,30}$/.test(pick.id) ? pick.id : undefined;
}

async function detailsOf(
  site: Site,
  scope: Scope,
  selection: Selection,
  ahead: Promise<{ value: Details } | { error: unknown }> | undefined,
): Promise<Details> {
  const found = await (ahead ?? settled(details(site, scope.pages)));
  if ('value' in found) return found.value;
  const { error } = found;
  const asked = error instanceof SiteFailure && !['signed-out', 'unreachable', 'busy'].includes(error.kind);
  if (!asked || byLabels(selection)) throw error;
  const message = `labels and lists of files were not told: ${error.reason}`;
  scope.problems.push({ code: 'site-call-failed', message });
  return NO_DETAILS;
}

function byLabels(selection: Selection): boolean {
  return [selection.labels, selection.excludeLabels, selection.skipLabels].some(labels => labels?.length);
}

async function made(cloud: Cloud, scope: Scope, known: Details): Promise<Outline> {
  const pages = new Map<string, Page>();
  for (const page of scope.pages) if (!pages.has(page.id)) pages.set(page.id, withDetails(page, known));
  const records = await spacesOf(cloud, [...pages.values()]);
  const spaces = records.map(record => record.space);
  const map = siteMap(spaces, [...pages.values()]);
  const chosen = select(map.pages, scope.choose(map.pages));
  if (!chosen.length) throw new ProblemError('nothing-selected');
  const ids = new Set(chosen.map(page => page.id));
  const files: Record<string, FileRecord[]> = {};
  for (const page of map.pages) {
    const own = known.files.get(page.id);
    if (own) files[page.id] = own;
  }
  const diagnostics: Diagnostic[] = [...cloud.problems, ...scope.problems, ...map.cycles];
  return {
    title: titleOf(map.pages, spaces, chosen, scope.root),
    pages: chosen,
    spaces,
    spaceIds: records.map(record => record.id),
    files,
    diagnostics: distinct(diagnostics),
    whole: scope.whole,
    complete: scope.complete,
    others: map.pages.filter(page => !ids.has(page.id)),
    tree: map.pages.map(page => ({ id: page.id, parent: page.parent ?? null })),
  };
}

/** Findings, each once. */
export function distinct(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return [...new Map(diagnostics.map(found => [JSON.stringify(Object.entries(found).sort()), found])).values()];
}

function withDetails(page: Page, known: Details): Page {
  const attachments = (known.files.get(page.id) ?? []).map(file => file.attachment);
  return { ...page, labels: known.labels.get(page.id) ?? page.labels ?? [], attachments };
}

async function spacesOf(cloud: Cloud, pages: readonly Page[]): Promise<SpaceRecord[]> {
  const keys = [...new Set(pages.map(page => page.space ?? '').filter(Boolean))];
  const found = await pooled(keys, async key => {
    try {
      return await cloud.spaces.space(key);
    } catch (error) {
      if (isKind(error, 'gone')) return undefined;
      throw error;
    }
  });
  return found.filter(record => record !== undefined);
}

/** What became of a promise, which so never counts as unhandled. */
async function settled<T>(promise: Promise<T>): Promise<{ value: T } | { error: unknown }> {
  try {
    return { value: await promise };
  } catch (error) {
    return { error };
  }
}
