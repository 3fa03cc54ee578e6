/** Requests to the rendering service, as a remote or as a container. */

import { payload, proxyError, response, whole } from './answers';
import type { RemoteRecord } from './report';
import type { State } from './state';

/** Where a request comes from, whether it is to a container, and how many milliseconds it may take. */
interface How {
  from: RemoteRecord['from'];
  service?: boolean;
  time: number;
}

/** Asks the renderer with an invocation token. The remote's or the service's key must be the manifest's. */
export async function askRemote(
  state: State,
  key: string,
  how: How,
  path: string,
  init: RequestInit = {},
): Promise<Response> {
  const { renderer } = state.options;
  const problem = how.service ? serviceProblem(state, key) : remoteProblem(state, key, how.from);
  if (problem || !renderer) {
    state.touched('remote', problem ?? 'There is no renderer.');
    return proxyError(400, how.service ? 'INVALID_SERVICE_KEY' : 'INVALID_REMOTE');
  }
  const method = (init.method ?? 'GET').toUpperCase();
  const { body, bytes } = payload(init);
  const headers = new Headers(init.headers);
  headers.set('authorization', `Bearer ${await renderer.token(state.id)}`);
  const record: RemoteRecord = { from: how.from, method, path, status: 0, sent: bytes, received: 0, milliseconds: 0 };
  state.report.remote.push(record);
  const began = performance.now();
  try {
    const url = new URL(path.startsWith('/') ? renderer.url + path : `${renderer.url}/${path}`);
    const signal = AbortSignal.timeout(how.time);
    const request = new Request(url, { method, headers, signal, ...(body === undefined ? {} : { body }) });
    const answer = await whole(await renderer.send(request));
    record.status = answer.status;
    record.received = answer.body.byteLength;
    return response(answer);
  } catch (error) {
    return unreached(state, error, `${path} took more than ${how.time} ms.`);
  } finally {
    record.milliseconds = Math.round(performance.now() - began);
  }
}

function unreached(state: State, error: unknown, late: string): Response {
  if (error instanceof Error && error.name === 'TimeoutError') {
    state.touched('remoteTime', late);
    return proxyError(504, 'UPSTREAM_TIMEOUT');
  }
  return proxyError(502, 'UPSTREAM_UNREACHABLE');
}

function serviceProblem(state: State, key: string): string | undefined {
  return state.manifest.hasService(key) ? undefined : `The manifest has no service “${key}”.`;
}

/** Why a remote can't be called. */
function remoteProblem(state: State, key: string, from: RemoteRecord['from']): string | undefined {
  const remote = state.manifest.remote(key);
  if (!remote) {
    return `The manifest has no remote “${key}”.`;
  }
  if (from === 'function' && !remote.operations?.includes('compute')) {
    return `The remote “${key}” lacks the operation compute.`;
  }
  if (remote.configurable && !remote.baseUrl && !state.remotes.has(key)) {
    return `No administrator has set the address of “${key}”.`;
  }
  return undefined;
}
