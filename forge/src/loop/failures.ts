/** What Confluence says instead of answering. */

import { list, record, text } from './json';
import { ProblemError } from './problem';

/** `cursor`: a list can't be continued, begin it again. */
export type FailureKind = 'signed-out' | 'forbidden' | 'gone' | 'unreachable' | 'busy' | 'cursor' | 'failed';

const CODES = {
  'signed-out': 'confluence-signed-out',
  forbidden: 'confluence-forbidden',
  gone: 'confluence-gone',
  unreachable: 'confluence-failed',
  busy: 'confluence-failed',
  cursor: 'confluence-failed',
  failed: 'confluence-failed',
} as const;

const NOT_YOURS = 'you may not view it, or it does not exist';
const FAILED = 'Confluence failed';

/** A call that failed. `reason`: for readers of the document, without addresses and secrets. */
export class SiteFailure extends ProblemError {
  readonly kind: FailureKind;
  readonly reason: string;

  constructor(kind: FailureKind, reason: string, values: Record<string, string | number>, cause?: unknown) {
    super(CODES[kind], { detail: reason, ...values }, cause);
    this.kind = kind;
    this.reason = reason;
  }
}

/** It may work later. `after`: milliseconds until then at least; `few`: it may well stay so; `shared`: for all calls. */
export class Again {
  readonly failure: SiteFailure;
  readonly after: number;
  readonly few: boolean;
  readonly shared: boolean;

  constructor(failure: SiteFailure, how: { after?: number; few?: boolean; shared?: boolean } = {}) {
    this.failure = failure;
    this.after = how.after ?? 0;
    this.few = how.few ?? false;
    this.shared = how.shared ?? false;
  }
}

export function gone(call: string): SiteFailure {
  return new SiteFailure('gone', NOT_YOURS, { call });
}

/** No answer came: there is no connection, or it broke off. */
export function unreachable(call: string, cause: unknown): Again {
  return new Again(new SiteFailure('unreachable', 'Confluence could not be reached', { call }, cause), { few: true });
}

/** What is no JSON, though it should be. */
export function noJson(call: string, body: string): Again | SiteFailure {
  const failure = new SiteFailure('failed', FAILED, { call });
  return /^\s*<(!doctype )?html/i.test(body) ? failure : new Again(failure, { few: true });
}

/** The failure for a status other than 2xx. `body`: what came with it. */
export function refusal(call: string, response: Response, body: string): Again | SiteFailure {
  const { status } = response;
  const said = sayings(body).toLowerCase();
  const fail = (kind: FailureKind, reason: string) => new SiteFailure(kind, reason, { call, status });
  const after = retryAfter(response.headers);
  if (response.redirected) return ofStranger(status, after, fail);
  if ((status === 401 || status === 403) && said.includes('scope')) return fail('forbidden', 'the token lacks a scope');
  if (status === 400 && said.includes('cursor')) return fail('cursor', FAILED);
  switch (status) {
    case 401:
      return fail('signed-out', 'signing in failed');
    case 403:
      return fail('forbidden', forbidden(said));
    case 404:
    case 410:
      return fail('gone', NOT_YOURS);
    case 429:
      return new Again(fail('busy', 'Confluence allowed no more calls'), { after, shared: true });
    case 502:
    case 503:
    case 504:
      return new Again(fail('failed', FAILED), { after });
    case 408:
    case 500:
      return new Again(fail('failed', FAILED), { few: true });
    case 413:
      return fail('failed', FAILED);
    default:
      return fail('failed', `Confluence answered with status ${status}`);
  }
}

/** Milliseconds to wait by the header Retry-After (RFC 9110, section 10.2.3); 0 if it isn't there. */
export function retryAfter(headers: Headers): number {
  const value = (headers.get('retry-after') ?? '').trim();
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  const moment = Date.parse(value);
  return Number.isNaN(moment) ? 0 : Math.max(0, moment - Date.now());
}

/** Of the machine that keeps the files. Its addresses live for some minutes: a new one may be good. */
function ofStranger(status: number, after: number, fail: (kind: FailureKind, reason: string) => SiteFailure) {
  if (status === 404 || status === 410) return fail('gone', 'it is not there any more');
  if ([408, 425, 429].includes(status) || status >= 500) {
    return new Again(fail('failed', FAILED), { after, few: true });
  }
  return new Again(fail('forbidden', 'where it is kept, it may not be read'), { few: true });
}

function forbidden(said: string): string {
  if (/app access|data security|access rule/.test(said)) return 'a rule of the site keeps apps from it';
  if (/ip address|allowlist/.test(said)) return 'the site refuses this machine';
  return 'you may not view it';
}

/** The words of an error, of v2 (`{errors: [{title, detail}]}`), v1 and the gateway (`{message}`). */
function sayings(body: string): string {
  try {
    const answer = record(JSON.parse(body));
    const first = record(list(answer.errors)[0]);
    return [first.title, first.detail, answer.message, answer.error_description].map(text).join(' ');
  } catch {
    return '';
  }
}
