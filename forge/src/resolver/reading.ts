/** What is read from Confluence and the renderer for browsers. */

import { kvs } from '@forge/kvs';
import type { Answers, Template } from '../api';
import { ATTACHMENT_BYTES, RESOLVER_ANSWER_BYTES, TEMPLATES_CACHED } from '../bounds';
import { fileName, type Job, limits, preview as makePreview, ProblemError, readBeginning, templates } from '../loop';
import { errorFacts, log } from '../sdk/log';
import { withBranding } from '../settings/merge';
import type { Caller } from './access';
import type { Payload } from './payloads';
import { checkOffered } from './start';

/** A file of a page, as the user who calls. */
export async function attachment({ ports }: Caller, { path }: Payload<'attachment'>): Promise<Answers['attachment']> {
  const answer = await ports.confluence(path);
  if (answer.status === 401) throw new ProblemError('confluence-signed-out');
  if (answer.status === 403) throw new ProblemError('confluence-forbidden');
  if (answer.status === 404) throw new ProblemError('confluence-gone');
  const limit = ATTACHMENT_BYTES;
  if (answer.status === 413) throw new ProblemError('too-large', { size: RESOLVER_ANSWER_BYTES, limit });
  if (!answer.ok) throw new ProblemError('confluence-failed', { status: answer.status });
  const data = Buffer.from(await answer.arrayBuffer());
  if (data.length > limit) throw new ProblemError('too-large', { size: data.length, limit });
  const mediaType = (answer.headers.get('content-type') ?? '').split(';', 1)[0]?.trim() ?? '';
  return { data: data.toString('base64'), mediaType };
}

/** The first sheets, where the browser can't have them made itself. */
export async function preview({ ports }: Caller, { wish, show }: Payload<'preview'>): Promise<Answers['preview']> {
  const settings = await checkOffered(wish);
  const [outline, most] = await Promise.all([readBeginning(ports, wish.selection), limits(ports)]);
  const options = withBranding(wish.options, settings);
  const { timestamp } = wish;
  const job: Job = { outline, options, timestamp, name: fileName(outline.title), limits: most };
  const made = await makePreview(ports, job, show);
  const size = made.sheets.reduce((sum, sheet) => sum + sheet.data.length, 0);
  // Answers to the browser have 5 MB.
  if (size > 4_900_000) throw new ProblemError('too-large', { size, limit: 4_900_000 });
  return made;
}

interface Cached {
  at: number;
  version: string;
  templates: Template[];
}

const KEY = 'cache:templates';

/** The templates of the renderer: asked for every hour, and when it is another version. */
export async function knownTemplates({ ports }: Caller): Promise<Answers['templates']> {
  const cached = await kvs.get<Cached>(KEY);
  if (cached && Date.now() - cached.at < TEMPLATES_CACHED) return cached.templates;
  const { version } = await limits(ports);
  const found = cached?.version === version ? cached.templates : await templates(ports);
  try {
    await kvs.set<Cached>(KEY, { at: Date.now(), version, templates: found });
  } catch (error) {
    // More than the store takes: then they are asked for each time.
    log('templates-uncached', errorFacts(error));
  }
  return found;
}
