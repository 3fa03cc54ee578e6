/** Cuts a document into parts: by its content alone, so that the result is the same wherever it is made. */

import type { BodyAnswer, Job, Limits, Outline, Page, PartTask } from './types';
import { codePoints } from './unicode';

/** Parts of a volume at least, if volumes are to have a size. */
const PARTS_IN_A_VOLUME = 6;
const BODY_A_SHEET = 4_000;
const BYTES_A_SHEET = 10_000;

/** Where the next part begins, while pages come one by one in the order of the outline. */
export class Cutter {
  readonly #pages: readonly Page[];
  readonly #mostPages: number;
  readonly #most: number;
  readonly #chapters: ReadonlySet<string>;
  #start = 0;
  #index = 0;
  #size = 0;

  constructor(outline: Outline, limits: Limits, split: string) {
    this.#pages = outline.pages;
    this.#mostPages = limits.part.pages;
    this.#most = Math.min(limits.part.bodyBytes, contentOf(split) / PARTS_IN_A_VOLUME);
    this.#chapters = /^top-level$/i.test(split) ? chapters(outline.pages) : new Set();
  }

  /** Takes the next page by its body (undefined: it has none); gives the part that ends before it, if one does. */
  next(body: BodyAnswer | undefined): PartTask | undefined {
    // The service counts characters.
    const length = body && 'body' in body ? codePoints(body.body.value) : 0;
    const page = this.#pages[this.#index];
    const count = this.#index - this.#start;
    const full = count >= this.#mostPages || this.#size + length > Math.floor(this.#most);
    const apart = page !== undefined && this.#chapters.has(page.id);
    const ended = count > 0 && (full || apart) ? this.#part() : undefined;
    this.#size += length;
    this.#index += 1;
    return ended;
  }

  /** The last part; undefined if there is no page at all. */
  end(): PartTask | undefined {
    return this.#index > this.#start ? this.#part() : undefined;
  }

  #part(): PartTask {
    const part: PartTask = { start: this.#start, stop: this.#index, reduced: 0, reason: '' };
    this.#start = this.#index;
    this.#size = 0;
    return part;
  }
}

/** All parts of a document of which all bodies are known. */
export function cut(job: Job, bodies: ReadonlyMap<string, BodyAnswer>): PartTask[] {
  const cutter = new Cutter(job.outline, job.limits, job.options.split);
  const parts = job.outline.pages.map(page => cutter.next(bodies.get(page.id)));
  return [...parts, cutter.end()].filter(part => part !== undefined);
}

/** Characters of bodies that fill a volume, roughly; infinitely many if volumes have no size. */
function contentOf(split: string): number {
  const [, by, count] = /^(pages|size)=(\d{1,7})(?:MB)?$/i.exec(split) ?? [];
  if (!by || !count) return Number.POSITIVE_INFINITY;
  if (by.toLowerCase() === 'pages') return Number(count) * BODY_A_SHEET;
  return Math.floor((Number(count) * 1_000_000 * BODY_A_SHEET) / BYTES_A_SHEET);
}

/** Ids of pages at the top level of the book. A single root with pages below it is the introduction to its children. */
function chapters(pages: readonly Page[]): Set<string> {
  const known = new Set<string>();
  const roots: string[] = [];
  for (const page of pages) {
    if (!page.parent || !known.has(page.parent)) roots.push(page.id);
    known.add(page.id);
  }
  const [only, ...more] = roots;
  const children = more.length ? [] : pages.filter(page => page.parent === only).map(page => page.id);
  return new Set([...roots, ...children]);
}
