/** Takes in a document: its PDFs and the manifest, each checked. */

import type { Loss } from '../api';
import { sha256 } from './hash';
import { list, record, text, whole } from './json';
import { ProblemError } from './problem';
import { jsonOf, type Received } from './received';
import type { Made, MadeFile, Manifest, Outline } from './types';

/** Of what was lost so much is told beside the manifest. */
const MOST_LOSSES = 50;
const PDF = 'application/pdf';

/** What became of a document. ProblemError `unexpected-answer` if a file is not what the manifest says. */
export async function takeDocument(received: readonly Received[], outline: Outline): Promise<Made> {
  const last = received.at(-1);
  const pdfs = received.slice(0, -1);
  if (last?.mediaType !== 'application/json' || !pdfs.length || pdfs.some(file => file.mediaType !== PDF)) {
    throw odd('other files than a document has');
  }
  const manifest = readManifest(jsonOf(last));
  const files: MadeFile[] = [];
  for (const file of received) files.push({ ...file, sha256: await sha256(file.bytes) });
  const told = manifest.volumes.map(each => [each.file, each.bytes, each.sha256]);
  const got = files.slice(0, -1).map(each => [each.name, each.bytes.length, each.sha256]);
  if (JSON.stringify(told) !== JSON.stringify(got)) throw odd('PDFs with other checksums than the manifest says');
  const lost = manifest.diagnostics.filter(found => found.lost);
  return {
    files,
    manifest,
    sheets: manifest.volumes.reduce((sum, volume) => sum + volume.pages, 0),
    lost: lost.length,
    losses: losses(lost, outline),
  };
}

function losses(lost: Manifest['diagnostics'], outline: Outline): Loss[] {
  const titles = new Map([...outline.others, ...outline.pages].map(page => [page.id, page.title]));
  return lost.slice(0, MOST_LOSSES).map(({ code, message, page = '' }) => {
    return { code, message, page, pageTitle: titles.get(page) ?? '' };
  });
}

function readManifest(value: unknown): Manifest {
  const told = record(value);
  return {
    title: text(told.title),
    volumes: list(told.volumes).map(each => {
      const { file, title, pages, bytes, sha256: sum } = record(each);
      return {
        file: text(file),
        title: text(title),
        pages: whole(pages) ?? 0,
        bytes: whole(bytes) ?? 0,
        sha256: text(sum),
      };
    }),
    diagnostics: list(told.diagnostics).map(each => {
      const found = record(each);
      return {
        code: text(found.code),
        severity: text(found.severity),
        lost: found.lost === true,
        message: text(found.message),
        page: text(found.page),
        place: text(found.place),
        hint: text(found.hint),
      };
    }),
  };
}

function odd(detail: string): ProblemError {
  return new ProblemError('unexpected-answer', { detail });
}
