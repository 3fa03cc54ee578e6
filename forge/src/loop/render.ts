/** Documents: by one request, or of parts. */

import { readBodies } from './bodies';
import { takeDocument } from './document';
import { Gatherer, joinNotes } from './gather';
import { makeNeed } from './needs';
import { documentTooLarge, fits } from './parts';
import type { Ports } from './ports';
import { receive } from './received';
import { ExpensiveError } from './renderer';
import { documentRequest } from './requests';
import { sitePages } from './source';
import type { BodyAnswer, Job, Made, PartNotes, Tell } from './types';
import { type Answered, makeUpload } from './upload';

const silent: Tell = () => {};

/**
 * The document by one request; null if that is too much for one, or for one process of the service: then it is to be
 * made in parts. SiteFailure, ProblemError.
 */
export async function renderAtOnce(ports: Ports, job: Job, tell: Tell = silent): Promise<Made | null> {
  const { outline, limits } = job;
  const total = outline.pages.length;
  if (total > limits.pages) return null;
  tell({ stage: 'reading', done: 0, total });
  const bodies = await readBodies(ports, outline, outline.pages);
  const gatherer = new Gatherer(ports, job, bodies);
  try {
    const answers = await gatherer.answers({ start: 0, stop: total, reduced: 0, reason: '' });
    const files = await embeddedFiles(job, gatherer, answers);
    if (!files) return null;
    tell({ stage: 'rendering', done: 0, total });
    const notes = joinNotes(outline, [await gatherer.notes(answers)]);
    const upload = makeUpload(documentRequest(job, notes), [...shown(job, notes), ...files, ...answers]);
    if (!fits(upload, job)) return null;
    return await takeDocument(await receive(ports, '/v1/render', upload), outline);
  } catch (error) {
    if (error instanceof ExpensiveError) return null;
    throw error;
  }
}

/**
 * The document of all its parts, which may come in any order. ProblemError `too-large` if they are more than the
 * service takes, `renderer-…`, `unexpected-answer`; SiteFailure.
 */
export async function assemble(
  ports: Ports,
  job: Job,
  parts: readonly { data: Uint8Array; notes: PartNotes }[],
  tell: Tell = silent,
): Promise<Made> {
  const total = job.outline.pages.length;
  const size = parts.reduce((sum, part) => sum + part.data.length, 0);
  if (size > job.limits.requestBytes) throw documentTooLarge(size, job);
  tell({ stage: 'assembling', done: 0, total });
  const gatherer = new Gatherer(ports, job, new Map<string, BodyAnswer>());
  const files = await embeddedFiles(job, gatherer, [], size);
  if (!files) throw documentTooLarge(job.limits.requestBytes + 1, job);
  const own = await gatherer.notes([]);
  const notes = joinNotes(job.outline, [...parts.map(part => part.notes), own]);
  const data = parts.map(part => part.data);
  const upload = makeUpload(documentRequest(job, notes), [...shown(job, notes), ...files], data);
  if (!fits(upload, job)) throw documentTooLarge(upload.size, job);
  return await takeDocument(await receive(ports, '/v1/assemble', upload), job.outline);
}

/** Pages beyond those that are exported, which the manifest may name, in the order of the site. */
function shown(job: Job, notes: PartNotes): Answered[] {
  const read = new Set(notes.read);
  return sitePages(job.outline)
    .filter(page => read.has(page.id))
    .map(page => [makeNeed('page', { id: page.id, title: '', space: '', day: '' }), { page }]);
}

/** The files that are to be embedded, if any are; undefined if they are more than one request may have. */
async function embeddedFiles(
  job: Job,
  gatherer: Gatherer,
  known: readonly Answered[],
  size = 0,
): Promise<Answered[] | undefined> {
  return job.options.attachments ? await gatherer.embedded(known, job.limits.requestBytes - size) : [];
}
