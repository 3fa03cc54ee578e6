/** Exports and previews that run in the browser. */

import { fileName, type Job, type Limits, type Made, type Outline, type Wish } from '@xpress/forge/loop';
import type { InstantExport } from '../host';

/** Bytes of files that pages of an instant export may have. */
const FILES_BYTES = 20_000_000;

/** Whether it is small: no more pages than one part has, and not too much of files. */
export function isSmall(outline: Outline, limits: Limits): boolean {
  if (outline.pages.length > limits.part.pages) return false;
  const files = Object.values(outline.files).flat();
  return files.reduce((sum, { attachment }) => sum + (attachment.size ?? 0), 0) <= FILES_BYTES;
}

/** What the loop is to do. */
export function jobOf(wish: Wish, outline: Outline, limits: Limits): Job {
  return { outline, options: wish.options, timestamp: wish.timestamp, name: fileName(outline.title), limits };
}

/** A finished document as the interface has it. */
export function instantOf(made: Made): InstantExport {
  const files = made.files.map(({ name, mediaType, bytes, sha256, sheets }, index) => ({
    info: { index, name, mediaType, bytes: bytes.length, sha256, sheets },
    data: new Blob([bytes as Uint8Array<ArrayBuffer>], { type: mediaType }),
  }));
  return { title: made.manifest.title, files, sheets: made.sheets, lost: made.lost, losses: made.losses };
}
