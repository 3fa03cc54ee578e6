/** Pictures of the first sheets of a document. */

import type { Preview } from '../api';
import { toBase64 } from './base64';
import { readBodies } from './bodies';
import { Gatherer } from './gather';
import { BEGINNING } from './outline';
import { fits } from './parts';
import type { Ports } from './ports';
import { ProblemError } from './problem';
import { receive } from './received';
import { previewRequest } from './requests';
import type { BodyAnswer, Job, Page } from './types';
import { makeUpload } from './upload';

/** Characters of the bodies that are looked at: so much is done at once by the service. */
const MOST_TEXT = 40_000;

/** Sheets such as `1-3`, of the first few pages of the outline alone. SiteFailure, ProblemError. */
export async function preview(ports: Ports, job: Job, show: string): Promise<Preview> {
  const first = job.outline.pages.slice(0, BEGINNING);
  const bodies = await readBodies(ports, job.outline, first);
  const pages = beginning(first, bodies);
  const ids = new Set(pages.map(page => page.id));
  const others = [...job.outline.others, ...job.outline.pages.filter(page => !ids.has(page.id))];
  const small: Job = { ...job, outline: { ...job.outline, pages, others } };
  const answers = await new Gatherer(ports, small, bodies).answers({
    start: 0,
    stop: pages.length,
    reduced: 0,
    reason: '',
  });
  const upload = makeUpload(previewRequest(small, show), answers);
  if (!fits(upload, small)) throw new ProblemError('too-large', { size: upload.size, limit: job.limits.requestBytes });
  const files = await receive(ports, '/v1/preview', upload);
  return { pages: pages.length, sheets: files.map(file => picture(file.bytes)) };
}

function beginning(pages: readonly Page[], bodies: ReadonlyMap<string, BodyAnswer>): Page[] {
  let size = 0;
  return pages.filter((page, index) => {
    const body = bodies.get(page.id);
    size += body && 'body' in body ? body.body.value.length : 0;
    return index === 0 || size <= MOST_TEXT;
  });
}

/** A PNG in base64, and the size that its header tells. */
function picture(bytes: Uint8Array): Preview['sheets'][number] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 24 || view.getUint32(12) !== 0x49484452) {
    throw new ProblemError('unexpected-answer', { detail: 'no picture' });
  }
  return { data: toBase64(bytes), width: view.getUint32(16), height: view.getUint32(20) };
}
