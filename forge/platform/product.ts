/** Requests to Confluence, with an account's own rights and the scopes of the manifest. */

import { proxyError, response, whole } from './answers';
import { realFetch } from './real';
import type { ConfluenceRecord } from './report';
import type { State } from './state';

/** Who asks. */
export interface Caller {
  as: ConfluenceRecord['as'];
  account: string;
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const MOST_REDIRECTS = 5;

/** Asks Confluence. Downloads are followed to where the files are; there, nobody is told who asks. */
export async function askConfluence(
  state: State,
  caller: Caller,
  path: string,
  init: { method?: string; headers?: HeadersInit; body?: BodyInit; redirect?: string } = {},
): Promise<Response> {
  const { confluence } = state.options;
  const method = (init.method ?? 'GET').toUpperCase();
  const scopes = caller.as === 'offline' ? state.manifest.offlineScopes : state.manifest.scopes;
  const token = await confluence.token(caller.account, scopes, caller.as === 'app' ? 'XPress' : '');
  const headers = new Headers(init.headers);
  headers.set('authorization', `Bearer ${token}`);
  const began = performance.now();
  const record: ConfluenceRecord = { ...caller, method, path, status: 0, bytes: 0, milliseconds: 0 };
  state.report.confluence.push(record);
  try {
    const start = new URL(confluence.gateway + (path.startsWith('/') ? path : `/${path}`));
    const options: RequestInit = { method, headers, redirect: 'manual', ...(init.body ? { body: init.body } : {}) };
    const answer = await whole(await followed(start, options, init.redirect === 'manual', confluence.media));
    record.status = answer.status;
    record.bytes = answer.body.byteLength;
    if (answer.status === 401 && Buffer.from(answer.body).includes('scope does not match')) {
      state.touched('scope', `${method} ${path.split('?')[0]} needs a scope that ${caller.as} does not have.`);
    }
    return response(answer);
  } catch {
    return proxyError(502, 'UPSTREAM_UNREACHABLE');
  } finally {
    record.milliseconds = Math.round(performance.now() - began);
  }
}

async function followed(start: URL, options: RequestInit, stay: boolean, media: string): Promise<Response> {
  let url = start;
  let given = options;
  for (let count = 0; count <= MOST_REDIRECTS; count += 1) {
    const answer = await realFetch(url, given);
    const location = answer.headers.get('location');
    if (stay || !REDIRECTS.has(answer.status) || !location) {
      return answer;
    }
    const next = new URL(location, url);
    if (next.origin !== start.origin && next.origin !== media) {
      throw new Error('Forge allows no egress to there.');
    }
    if (next.origin !== start.origin) {
      given = { method: 'GET', redirect: 'manual' };
    }
    url = next;
  }
  throw new Error('Too many redirects.');
}

/** Who a function asks as; or the answer that refuses it. */
export function callerOf(
  state: State,
  provider: string,
  account: string | undefined,
  present: string | undefined,
): Caller | Response {
  if (provider !== 'user') {
    return { as: 'app', account: state.appAccount };
  }
  const wanted = account ?? present;
  if (!wanted) {
    state.touched('asUser', 'asUser() was called in a function without a user.');
    return proxyError(401, 'NEEDS_AUTHENTICATION_ERR');
  }
  if (wanted === present) {
    return { as: 'user', account: wanted };
  }
  if (present) {
    state.touched('impersonation', 'Only functions without a user may impersonate one.');
    return proxyError(403, 'IMPERSONATION_NOT_ALLOWED');
  }
  if (state.accounts.get(wanted) === 'closed' || wanted === state.appAccount) {
    return proxyError(403, 'IMPERSONATION_NOT_ALLOWED');
  }
  return { as: 'offline', account: wanted };
}
