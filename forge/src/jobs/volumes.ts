/** Volumes: a document that is more than a function can assemble becomes several. */

import { type Outline, type Page, ProblemError } from '../loop';
import type { Range } from '../store/exports';

/** What is known of the size of a range of pages. */
export interface Weight {
  start: number;
  stop: number;
  bytes: number;
}

/** How full a volume is planned to be: weights are those of typeset parts, and pages differ. */
const FILL = 0.7;

/**
 * Cuts pages into ranges so that none weighs more than 0.7 of the limit (bytes), as evenly as weights tell. They begin at
 * top-level pages where one is near. ProblemError `too-large` if a single page weighs more than the limit.
 */
export function cutVolumes(pages: readonly Page[], weights: readonly Weight[], limit: number): Range[] {
  const sizes = pageSizes(pages.length, weights);
  const most = limit * FILL;
  const tops = topLevel(pages);
  const ranges: Range[] = [];
  let start = 0;
  let filled = 0;
  let chapter = 0;
  sizes.forEach((size, index) => {
    if (size > limit) throw new ProblemError('too-large', { size: Math.ceil(size), limit });
    if (index > start && filled + size > most) {
      // Back to where a chapter begins, if half of the volume remains.
      const cut = chapter > start && chapter - start >= (index - start) / 2 ? chapter : index;
      ranges.push([start, cut]);
      filled = sizes.slice(cut, index).reduce((sum, more) => sum + more, 0);
      start = cut;
    }
    if (tops[index]) chapter = index;
    filled += size;
  });
  if (pages.length > start) ranges.push([start, pages.length]);
  return ranges;
}

/** The outline of one volume. Pages of others are known, but not in it. */
export function volumeOutline(outline: Outline, ranges: readonly Range[], number: number): Outline {
  const range = ranges[number];
  if (!range || ranges.length < 2) return outline;
  const [start, stop] = range;
  const pages = outline.pages.slice(start, stop);
  const own = new Set(pages.map(page => page.id));
  const others = outline.pages.filter(page => !own.has(page.id));
  return {
    ...outline,
    title: `${outline.title} – volume ${number + 1} of ${ranges.length}`,
    pages: pages.map(page => (page.parent && !own.has(page.parent) ? { ...page, parent: null } : page)),
    others: [...outline.others, ...others],
    // The site's findings are told once.
    diagnostics: number === 0 ? outline.diagnostics : [],
  };
}

/** How many volumes there are: at least one. */
export function countVolumes(ranges: readonly Range[]): number {
  return Math.max(1, ranges.length);
}

/** Bytes of each page: its share of its range, or the mean where nothing is known. */
function pageSizes(count: number, weights: readonly Weight[]): number[] {
  const known = weights.filter(({ start, stop }) => stop > start);
  const bytes = known.reduce((sum, weight) => sum + weight.bytes, 0);
  const pages = known.reduce((sum, { start, stop }) => sum + stop - start, 0);
  const sizes = new Array<number>(count).fill(pages ? bytes / pages : 0);
  for (const weight of known) {
    sizes.fill(weight.bytes / (weight.stop - weight.start), weight.start, weight.stop);
  }
  return sizes;
}

/** Whether each page stands at the top of the outline. */
function topLevel(pages: readonly Page[]): boolean[] {
  const ids = new Set(pages.map(page => page.id));
  const under = (page: Page) => page.parent && ids.has(page.parent);
  const tops = pages.map(page => !under(page));
  if (tops.filter(Boolean).length > 1) return tops;
  // One page above all others: its children are the chapters.
  const first = pages[tops.indexOf(true)];
  return pages.map((page, index) => tops[index] === true || page.parent === first?.id);
}
