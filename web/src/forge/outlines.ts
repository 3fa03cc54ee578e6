/** Outlines that were read a short while ago: previews and exports of the same pages needn't read them again. */

import type { Outline, Selection } from '@xpress/forge/loop';

/** How old an outline may be, in milliseconds: of an export, and of a preview, where a late edit does no harm. */
export const FRESH = 60_000;
export const FOR_PREVIEWS = 600_000;

/** How many are kept; outlines of large spaces are large. */
const KEPT = 4;

/** A small store of outlines. `now`: the time in milliseconds. */
export class Outlines {
  readonly #now: () => number;
  readonly #entries = new Map<string, { at: number; outline: Promise<Outline> }>();

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /** The outline of a selection, at most so old; else `read` reads it. Failures are not kept. */
  get(selection: Selection, age: number, read: () => Promise<Outline>): Promise<Outline> {
    const key = JSON.stringify(selection);
    const entry = this.#entries.get(key);
    if (entry && this.#now() - entry.at <= age) return entry.outline;
    const outline = read();
    this.#entries.delete(key);
    this.#entries.set(key, { at: this.#now(), outline });
    for (const oldest of [...this.#entries.keys()].slice(0, -KEPT)) this.#entries.delete(oldest);
    outline.catch(() => {
      if (this.#entries.get(key)?.outline === outline) this.#entries.delete(key);
    });
    return outline;
  }
}
