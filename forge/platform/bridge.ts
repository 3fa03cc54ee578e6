/** The commands of the bridge that Confluence's server side answers. Those of the page itself are in `browser/`. */

import { payload as sized, whole } from './answers';
import { fullContext, functionContext, type Opened } from './context';
import type { InstalledApp } from './installation';
import type { Run } from './invocation';
import { askConfluence } from './product';
import { askRemote } from './remote';
import { contextAri, installationOf } from './runtime';
import type { State } from './state';
import type { Outcome } from './types';

/** What a rejected call of the bridge says. */
export class BridgeError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'BridgeAPIError';
  }
}

interface FetchArgs {
  restPath?: string;
  remoteKey?: string;
  fetchRequestInit: { method?: string; headers?: [string, string][]; body?: string | null; path?: string };
  isMultipartFormData?: boolean;
}

/** What only a page can do; here it does nothing. */
const PAGE = new Set([
  'changeWindowTitle',
  'close',
  'closeFlag',
  'emit',
  'emitReadyEvent',
  'enableTheming',
  'navigate',
  'onClose',
  'openModal',
  'refresh',
  'reload',
  'showFlag',
  'submit',
  'trackObjectStoreAction',
]);

/** Answers a command, for the place that it comes from. */
export async function answerBridge(app: InstalledApp, command: string, args: unknown, place: Opened): Promise<unknown> {
  const { state } = app;
  switch (command) {
    case 'invoke':
      return invoke(app, args as InvokeArgs, place);
    case 'fetchProduct':
      return fetchProduct(state, args as FetchArgs, place);
    case 'fetchRemote':
      return fetchRemote(state, args as FetchArgs);
    case 'getContext':
      return fullContext(state, place);
    case '__permission__remoteGet':
      return remoteGet(state, args as { keys?: string[] });
    case '__permission__remoteSet':
      return remoteSet(state, args as { remotes: { key: string; configured: { endpoint: string | null } }[] });
    default:
      if (PAGE.has(command)) {
        return true;
      }
      throw new BridgeError(`This platform has no command “${command}”.`);
  }
}

interface InvokeArgs {
  functionKey?: string;
  payload?: unknown;
  metadata?: unknown;
  invokeType?: string;
}

async function invoke(app: InstalledApp, args: InvokeArgs, place: Opened): Promise<unknown> {
  const { state } = app;
  const { limits, report, manifest } = state;
  const key = place.module.resolver?.function;
  if (args.invokeType || !key || !args.functionKey) {
    throw new BridgeError(`${place.module.key} has no ${args.invokeType ? 'endpoint' : 'resolver'} to be invoked.`);
  }
  if (app.bridgeRate.add(1) > limits.bridgeCalls) {
    throw refused(state, 'bridgeCalls', `Resolver calls are limited to ${limits.bridgeCalls} in 25 s.`);
  }
  const text = JSON.stringify(args.payload ?? {});
  const sent = Buffer.byteLength(text);
  report.bridge.calls += 1;
  report.bridge.largestSent = Math.max(report.bridge.largestSent, sent);
  if (sent > limits.invokeRequest) {
    throw refused(state, 'invokeRequest', `The payload has ${sent} bytes; the limit is ${limits.invokeRequest}.`);
  }
  const call = { functionKey: args.functionKey, payload: JSON.parse(text) as unknown };
  const run: Run = {
    kind: 'resolver',
    function: manifest.function(key).key,
    module: place.module.key,
    name: args.functionKey,
    time: limits.interactiveTime,
    ...(place.account ? { account: place.account } : {}),
  };
  const outcome = await app.run(run, [{ call, context: functionContext(state, place) }, backendOf(state, place)]);
  const body = invokeAnswer(state, outcome);
  return args.metadata ? { body, metadata: {} } : body;
}

/** What functions get beside their payload. */
function backendOf(state: State, place: Opened): object {
  const { cloudId } = state.options.confluence;
  return {
    installContext: contextAri(cloudId),
    ...(place.account ? { principal: { accountId: place.account } } : {}),
    installation: installationOf(state.id, cloudId),
  };
}

/** What the browser gets of a resolver. */
function invokeAnswer(state: State, outcome: Outcome): unknown {
  const { limits, report } = state;
  if (outcome.kind !== 'done') {
    const why = outcome.kind === 'failed' ? String((outcome.error as Error)?.message ?? outcome.error) : outcome.kind;
    throw new BridgeError(`There was an error invoking the function - ${why}`);
  }
  const answer = JSON.stringify(outcome.value ?? {});
  const received = Buffer.byteLength(answer);
  report.bridge.largestReceived = Math.max(report.bridge.largestReceived, received);
  if (received > limits.invokeResponse) {
    throw refused(state, 'invokeResponse', `The answer has ${received} bytes; the limit is ${limits.invokeResponse}.`);
  }
  return JSON.parse(answer);
}

function refused(state: State, limit: string, message: string): BridgeError {
  state.touched(limit, message);
  return new BridgeError(message);
}

async function fetchProduct(state: State, args: FetchArgs, place: Opened): Promise<object> {
  const { method = 'GET' } = args.fetchRequestInit;
  const { headers, body } = request(args, name => name === 'file');
  const answer = await askConfluence(state, { as: 'browser', account: place.account }, args.restPath ?? '', {
    method,
    headers,
    ...(body === undefined ? {} : { body }),
  });
  return browserAnswer(answer);
}

async function fetchRemote(state: State, args: FetchArgs): Promise<object> {
  const { method = 'GET', path = '/' } = args.fetchRequestInit;
  const { headers, body } = request(args, name => name.startsWith('file'));
  // A form is made into bytes first: then its length is known.
  const form = body instanceof FormData ? new Request('http://form', { method: 'POST', body }) : undefined;
  if (form) {
    headers.set('content-type', form.headers.get('content-type') ?? '');
  }
  const bytes = form ? await form.arrayBuffer() : body;
  const init = { method, headers, ...(bytes === undefined ? {} : { body: bytes }) };
  sized(init);
  const how = { from: 'browser', time: state.limits.browserRemoteTime } as const;
  const answer = await askRemote(state, args.remoteKey ?? '', how, path, init);
  const problem = answer.headers.get('forge-proxy-error');
  if (problem) {
    throw new BridgeError(`The remote could not be called: ${problem}`);
  }
  return browserAnswer(answer);
}

/** Headers and body of a request, its form put together again. */
function request(args: FetchArgs, isFile: (name: string) => boolean): { headers: Headers; body?: string | FormData } {
  const { headers: given = [], body, method = 'GET' } = args.fetchRequestInit;
  const headers = new Headers(given);
  headers.delete('authorization');
  headers.delete('cookie');
  if (method.toUpperCase() === 'GET' || body === null || body === undefined) {
    return { headers };
  }
  if (!args.isMultipartFormData) {
    return { headers, body };
  }
  headers.delete('content-type');
  const fields = JSON.parse(body) as Record<string, unknown>;
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    if (/^__.+(Name|Type)$/.test(name)) {
      continue;
    }
    if (!isFile(name)) {
      // Whatever isn't called a file has come through JSON: bytes would be lost.
      form.append(name, typeof value === 'string' ? value : JSON.stringify(value));
      continue;
    }
    const data = Buffer.from(String(value).split(',')[1] ?? '', 'base64');
    const type = String(fields[`__${name}Type`] ?? '');
    form.append(name, new Blob([data], { type }), String(fields[`__${name}Name`] ?? 'blob'));
  }
  return { headers, body: form };
}

const TEXT = /^(text\/|multipart\/|application\/([\w.+-]*\+)?(json|xml)\b)/;

/** What `requestConfluence` and `requestRemote` make their Response of: bytes in base64, all else as text. */
async function browserAnswer(answer: Response): Promise<object> {
  const { status, statusText, headers, body } = await whole(answer);
  const made = Object.fromEntries(headers);
  const type = made['content-type'] ?? '';
  const isAttachment = /^attachment/i.test(made['content-disposition'] ?? '') || (type !== '' && !TEXT.test(type));
  const text = Buffer.from(body).toString(isAttachment ? 'base64' : 'utf8');
  return { status, statusText, headers: made, body: text, isAttachment };
}

function remoteGet(state: State, args: { keys?: string[] } = {}): object {
  const results = state.manifest.remotes
    .filter(remote => remote.configurable && (!args.keys || args.keys.includes(remote.key)))
    .map(({ key }) => ({ key, configured: { endpoint: state.remotes.get(key) ?? null } }));
  return { results };
}

function remoteSet(
  state: State,
  args: { remotes: { key: string; configured: { endpoint: string | null } }[] },
): undefined {
  for (const { key, configured } of args.remotes) {
    const remote = state.manifest.remote(key);
    if (!remote?.configurable) {
      throw new BridgeError(`The address of “${key}” can’t be set.`);
    }
    const { endpoint } = configured;
    if (endpoint === null) {
      state.remotes.delete(key);
    } else if (!URL.canParse(endpoint) || new URL(endpoint).protocol !== 'https:') {
      throw new BridgeError('The address must begin with https://.');
    } else {
      state.remotes.set(key, endpoint);
    }
  }
  return undefined;
}
