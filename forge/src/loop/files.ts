/** Files of pages, found by the names and ids by which pages show them. */

import { tried } from './bodies';
import { straight } from './calls';
import { SiteFailure } from './failures';
import { type Answer, isUnavailable, type Unavailable } from './needs';
import { fileOf } from './nodes';
import type { Site } from './site';
import type { FileRecord, Outline, Page } from './types';
import { casefold } from './unicode';

const NO_FILE: Unavailable = { unavailable: { reason: 'the page has no attachment of this name' } };
const NO_HOST: Unavailable = { unavailable: { reason: "the host of the site's files can't be reached" } };
const ELSEWHERE: Unavailable = { unavailable: { reason: 'XPress for Confluence reads no images at such addresses' } };
/** Files in a row whose host was not there, after which it isn't asked any more. */
const MOST_ABSENT = 8;

/** What is looked for on a page. */
export interface Wanted {
  filename: string;
  fileId: string;
}

/** The files of a site's pages. */
export class Files {
  readonly #site: Site;
  readonly #outline: Outline;
  readonly #byFileId = new Map<string, { page: string; file: FileRecord }>();
  readonly #listed = new Map<string, Promise<FileRecord[] | Unavailable>>();
  #absent = 0;

  /** `all`: the pages of the outline in the order of the site. */
  constructor(site: Site, outline: Outline, all: readonly Page[]) {
    this.#site = site;
    this.#outline = outline;
    for (const page of all.toReversed()) {
      for (const file of outline.files[page.id] ?? []) {
        if (file.attachment.file_id) this.#byFileId.set(file.attachment.file_id, { page: page.id, file });
      }
    }
  }

  /** A file of a page, by its id or its name. */
  async file(page: Page, wanted: Wanted): Promise<Answer> {
    const own = named(this.#outline.files[page.id] ?? [], wanted);
    if (own) return await this.#loaded(page.id, own);
    // Pages show each other's files by their ids.
    const other = this.#byFileId.get(wanted.fileId);
    if (other) return await this.#loaded(other.page, other.file);
    // The search that told of the files may be a little behind, and knows nothing of other pages.
    const listed = await this.#listedOf(page);
    if (isUnavailable(listed)) return listed;
    const found = named(listed, wanted);
    return found ? await this.#loaded(page.id, found) : NO_FILE;
  }

  /** An image that Confluence has put into a rendering: at an address of the site itself. */
  async image(url: string): Promise<Answer> {
    const base = this.#site.base;
    if (!base || !URL.canParse(url) || new URL(url).origin !== new URL(base).origin) return ELSEWHERE;
    const { pathname, searchParams } = new URL(url);
    const path = /^\/wiki\/download\/(.+)$/.exec(pathname)?.[1] ?? '';
    if (!straight(path) || !url.includes(pathname)) return ELSEWHERE;
    return await this.#tried(() => this.#site.download('site-files', { path }, [...searchParams]));
  }

  async #loaded(page: string, file: FileRecord): Promise<Answer> {
    const { version } = file.attachment;
    const values = { id: page, attachment: file.id };
    return await this.#tried(() =>
      this.#site.download('attachment-download', values, version ? [['version', version]] : []),
    );
  }

  async #tried(load: () => Promise<{ bytes: Uint8Array<ArrayBuffer>; mediaType: string }>): Promise<Answer> {
    if (this.#absent >= MOST_ABSENT) return NO_HOST;
    try {
      const found = await tried(load);
      this.#absent = 0;
      return isUnavailable(found) ? found : { media: found };
    } catch (error) {
      // Its host may be another than the site.
      if (!(error instanceof SiteFailure) || error.kind !== 'unreachable') throw error;
      this.#absent += 1;
      return { unavailable: { reason: error.reason } };
    }
  }

  async #listedOf(page: Page): Promise<FileRecord[] | Unavailable> {
    const call = page.kind === 'blogpost' ? 'blogpost-attachments' : 'page-attachments';
    const known = this.#listed.get(page.id);
    if (known) return await known;
    const asked = tried(async () => (await this.#site.entries(call, { id: page.id }, [['limit', 250]])).map(fileOf));
    this.#listed.set(page.id, asked);
    return await asked;
  }
}

/** A file by its id, else by its name, else by its name in other letters. */
export function named(files: readonly FileRecord[], wanted: Wanted): FileRecord | undefined {
  const byId = wanted.fileId ? files.find(file => file.attachment.file_id === wanted.fileId) : undefined;
  if (byId || !wanted.filename) return byId;
  const name = wanted.filename.normalize('NFC');
  return (
    files.find(file => file.attachment.title.normalize('NFC') === name) ??
    files.find(file => casefold(file.attachment.title.normalize('NFC')) === casefold(name))
  );
}
