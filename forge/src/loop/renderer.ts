/** Speaks with the rendering service: what to try again, and what went wrong. */

import { retryAfter } from './failures';
import { record, text } from './json';
import type { Ports, RequestOptions } from './ports';
import { type Problem, type ProblemCode, ProblemError } from './problem';
import { backoff, isEnd } from './site';
import type { Upload } from './upload';

/** Milliseconds for which a request is made again while the service is busy. */
const PATIENCE = 300_000;
/** How often it is looked for if no answer comes at all. */
const ATTEMPTS = 4;
const NOT_NOW = [429, 502, 503, 504];
const LONGEST = 600;

export interface Reply {
  mediaType: string;
  bytes: Uint8Array<ArrayBuffer>;
}

/** It takes more than the service allows, or what rendered it died of it: something smaller may go well. */
export class ExpensiveError extends ProblemError {
  readonly why: 'too-expensive' | 'crashed' | 'too-large';

  constructor(code: ProblemCode, why: ExpensiveError['why'], detail: string) {
    super(code, { detail, code: why });
    this.why = why;
  }
}

/** What a GET gives, as JSON. ProblemError `renderer-…`, `unexpected-answer`. */
export async function get(ports: Ports, path: string): Promise<unknown> {
  const reply = await patiently(ports, path, { method: 'GET', headers: { Accept: 'application/json' } });
  return parsed(reply);
}

/** What the service makes of a request, in the media type `accept`. Rejects as `get`, and with ExpensiveError. */
export async function post(ports: Ports, path: string, upload: Upload, accept: string): Promise<Reply> {
  const reply = await patiently(ports, path, upload.options(accept));
  if (essence(reply.mediaType) !== accept) throw new ProblemError('unexpected-answer', { detail: path });
  return reply;
}

/** The JSON in an answer. ProblemError `unexpected-answer`. */
export function parsed(reply: Reply): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(reply.bytes));
  } catch (error) {
    throw new ProblemError('unexpected-answer', undefined, error);
  }
}

/** A problem document of the service (RFC 9457) as an error. `status`: of the answer, if that has one of its own. */
export function problemOf(form: unknown, status = 0): ProblemError {
  const said = record(form);
  const code = text(said.code);
  const known = status || Number(said.status) || 500;
  const detail = clean(text(said.detail) || text(said.title) || code);
  if (code === 'too-expensive') return new ExpensiveError('renderer-refused', code, detail);
  if (code === 'crashed') return new ExpensiveError('renderer-failed', code, detail);
  const values: Problem['values'] = { detail, code, status: known, request: clean(text(said.request_id)) };
  if (NOT_NOW.includes(known)) return new ProblemError('renderer-busy', values);
  if (known === 401 || known === 403) return new ProblemError('renderer-unauthorized', values);
  return new ProblemError(known < 500 ? 'renderer-refused' : 'renderer-failed', values);
}

async function patiently(ports: Ports, path: string, options: RequestOptions): Promise<Reply> {
  let waited = 0;
  let absent = 0;
  for (let tries = 1; ; tries += 1) {
    const outcome = await once(ports, path, options);
    if ('bytes' in outcome) return outcome;
    if (outcome.error.problem.code === 'renderer-unreachable') absent += 1;
    const wait = Math.max(outcome.after, backoff(tries));
    if (absent >= ATTEMPTS || waited + wait > PATIENCE) throw outcome.error;
    waited += wait;
    await ports.wait(wait);
  }
}

/** An answer, or what it may help to wait for. */
async function once(
  ports: Ports,
  path: string,
  options: RequestOptions,
): Promise<Reply | { error: ProblemError; after: number }> {
  let response: Response;
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    response = await ports.renderer(path, options);
    bytes = new Uint8Array(await response.arrayBuffer());
  } catch (error) {
    if (isEnd(error)) throw error;
    return { error: new ProblemError('renderer-unreachable', undefined, error), after: 0 };
  }
  const mediaType = response.headers.get('content-type') ?? '';
  if (response.ok) return { mediaType, bytes };
  const { status } = response;
  const told = essence(mediaType) === 'application/problem+json';
  const form = told ? parsed({ mediaType, bytes }) : { title: `status ${status}` };
  const error = problemOf(form, status);
  if (!NOT_NOW.includes(status) || error instanceof ExpensiveError) throw error;
  return { error, after: retryAfter(response.headers) };
}

function essence(mediaType: string): string {
  return (mediaType.split(';', 1)[0] ?? '').trim().toLowerCase();
}

/** What the service says, as one line. */
function clean(said: string): string {
  return said
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, LONGEST);
}
