/** What the content search tells of many pages at once: their labels and files. */

import { list, record, text } from './json';
import { attachmentOf, hasBody } from './nodes';
import { pooled } from './pool';
import type { Site } from './site';
import type { FileRecord, Page } from './types';
import { compareText } from './unicode';

/** Ids in one query, so that addresses stay below 2,000 characters. */
const AT_ONCE = 100;
const MOST = 250;

/** Labels and files by page id. A page that is missing was not found by the search. */
export interface Details {
  labels: Map<string, string[]>;
  files: Map<string, FileRecord[]>;
}

/** Labels and files of pages, as far as the search knows them. */
export async function details(site: Site, pages: readonly Pick<Page, 'id' | 'kind'>[]): Promise<Details> {
  const ids = pages.filter(hasBody).map(page => page.id);
  const chunks = chunked(ids, AT_ONCE).map(chunk => chunk.join(','));
  const queries = [
    ...chunks.map(chunk => [`id in (${chunk})`, 'metadata.labels'] as const),
    ...chunks.map(chunk => [`type = attachment and container in (${chunk})`, 'version,container,extensions'] as const),
  ];
  const answers = await pooled(queries, ([cql, expand]) =>
    site.entries('content-search', {}, [
      ['cql', cql],
      ['limit', MOST],
      ['expand', expand],
    ]),
  );
  const found: Details = { labels: new Map(), files: new Map() };
  for (const entry of answers.flat().map(record)) {
    if (entry.type !== 'attachment') found.labels.set(text(entry.id), labelsOf(entry.metadata));
    else addFile(found.files, entry);
  }
  for (const files of found.files.values()) files.sort(byTitle);
  return found;
}

/** A list in pieces of so many. */
export function chunked<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}

/** The labels that everybody sees, sorted. */
function labelsOf(metadata: unknown): string[] {
  const labels = list(record(record(metadata).labels).results).map(record);
  const shared = labels.filter(label => text(label.name) && ['', 'global'].includes(text(label.prefix)));
  return [...new Set(shared.map(label => text(label.name)))].sort(compareText);
}

function addFile(files: Map<string, FileRecord[]>, entry: Record<string, unknown>): void {
  const title = text(entry.title);
  const page = text(record(entry.container).id);
  if (!title || !page) return;
  const extensions = record(entry.extensions);
  const kind = text(extensions.mediaType) || text(record(entry.metadata).mediaType);
  const version = record(entry.version).number;
  const attachment = attachmentOf(title, kind, text(extensions.fileId), extensions.fileSize, version);
  files.set(page, [...(files.get(page) ?? []), { id: text(entry.id), attachment }]);
}

function byTitle(a: FileRecord, b: FileRecord): number {
  return compareText(a.attachment.title, b.attachment.title) || compareText(a.id, b.id);
}
