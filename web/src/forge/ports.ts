/** The loop's ports in the browser: Confluence and the renderer by the bridge, with the rights of the user. */

import { fromBase64, type Ports, ProblemError, type Request, type RequestOptions } from '@xpress/forge/loop';
import type { Ask } from './ask';

/** What the bridge offers of it. */
export interface Bridge {
  requestConfluence(path: string, init?: RequestInit): Promise<Response>;
  requestRemote(remote: string, init: RequestInit & { path: string }): Promise<Response>;
}

/** Ports that reject with `cancelled` when the signal says so: the bridge itself can't be interrupted. */
export function makePorts(bridge: Bridge, ask: Ask, remote: () => Promise<string>, signal: AbortSignal): Ports {
  const confluence: Request = (path, init) => bridge.requestConfluence(path, requestInit(init));
  const renderer: Request = async (path, init) => bridge.requestRemote(await remote(), { ...requestInit(init), path });
  return {
    confluence: async (path, init) => {
      const response = await untilAborted(confluence(path, init), signal);
      return isDownload(path) ? whole(response, path, ask) : response;
    },
    renderer: (path, init) => untilAborted(renderer(path, init), signal),
    // The bridge hands over text; which answers it takes for bytes is the host's affair.
    textOnly: true,
    wait: milliseconds => wait(milliseconds, signal),
  };
}

function requestInit(options: RequestOptions = {}): RequestInit {
  return { ...options };
}

/** Resolves as the promise does, or rejects with `cancelled` as soon as that is asked for. */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(new ProblemError('cancelled'));
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

async function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const pause = new Promise<void>(resolve => {
    timer = setTimeout(resolve, milliseconds);
  });
  try {
    await untilAborted(pause, signal);
  } finally {
    clearTimeout(timer);
  }
}

function isDownload(path: string): boolean {
  return /\/download(\/|\?|$)/.test(path);
}

/**
 * The answer, if it has all its bytes. Hosts hand some files on as text and spoil them; those are asked for once more,
 * by way of the app's functions.
 */
async function whole(response: Response, path: string, ask: Ask): Promise<Response> {
  if (!response.ok) return response;
  const bytes = await response.arrayBuffer();
  const length = response.headers.get('content-length');
  const { status, statusText, headers } = response;
  // A host that unpacked the answer tells another length: then the functions, which see all of it, decide.
  if (length === null || Number(length) === bytes.byteLength) {
    return new Response(bytes, { status, statusText, headers });
  }
  try {
    const { data, mediaType } = await ask('attachment', { path });
    return new Response(fromBase64(data), { status: 200, headers: { 'content-type': mediaType } });
  } catch (error) {
    return new Response(null, { status: statusOf(error) });
  }
}

function statusOf(error: unknown): number {
  if (!(error instanceof ProblemError)) return 400;
  const known: Record<string, number> = {
    'confluence-signed-out': 401,
    'confluence-forbidden': 403,
    'confluence-gone': 404,
    'too-large': 413,
  };
  return known[error.problem.code] ?? 400;
}
