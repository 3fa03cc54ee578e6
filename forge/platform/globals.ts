/**
 * What Forge's runtime puts into the global scope. Each is for the invocation that asks: several run in one process.
 * Outside of invocations all is as it was.
 */

import { format } from 'node:util';
import { current, type Invocation } from './invocation';
import { RealDate, realClearTimeout, realFetch, realSetTimeout } from './real';

/** What answers the SDK's requests. */
export type Dispatch = (invocation: Invocation, target: Target, path: string, init?: RequestInit) => Promise<Response>;

/** Where the SDK sends a request. */
export interface Target {
  type: string;
  provider?: string;
  remote?: string;
  service?: string;
  accountId?: string;
}

const LEVELS = ['debug', 'log', 'info', 'warn', 'error'] as const;

let dispatch: Dispatch = () => Promise.reject(new Error('There is no platform.'));
let runtime: (invocation: Invocation) => object = () => ({});

/** Says who answers. The names are there as soon as this module is: the SDK takes hold of some when it is loaded. */
export function answerGlobals(answer: Dispatch, describe: (invocation: Invocation) => object): void {
  dispatch = answer;
  runtime = describe;
}

function installForge(): void {
  Object.defineProperty(globalThis, '__forge_runtime__', {
    configurable: true,
    get: () => {
      const invocation = current.getStore();
      return invocation && runtime(invocation);
    },
  });
  Object.defineProperty(globalThis, '__forge_fetch__', {
    configurable: true,
    value: (target: Target, path: string, init?: RequestInit) => {
      const invocation = current.getStore();
      if (!invocation) {
        return Promise.reject(new Error('The SDK was called outside of an invocation.'));
      }
      return dispatch(invocation, target, path, init);
    },
  });
}

/** Direct requests: only those that the manifest allows. */
function installFetch(): void {
  globalThis.fetch = (input, init) => {
    const invocation = current.getStore();
    if (!invocation) {
      return realFetch(input, init);
    }
    const address = input instanceof Request ? input.url : String(input);
    return dispatch(invocation, { type: 'fetch' }, address, init);
  };
}

function installTime(): void {
  const now = () => RealDate.now() + (current.getStore()?.state.clock.ahead ?? 0);
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, args, wanted) => Reflect.construct(target, args.length > 0 ? args : [now()], wanted),
    apply: () => new RealDate(now()).toString(),
    get: (target, name, receiver) => (name === 'now' ? now : Reflect.get(target, name, receiver)),
  });
  const stops = new WeakMap<object, () => void>();
  const set = (fire: (...args: unknown[]) => void, milliseconds = 0, ...args: unknown[]): unknown => {
    const stop = current.getStore()?.timer(() => fire(...args), milliseconds);
    if (!stop) {
      return realSetTimeout(fire, milliseconds, ...args);
    }
    const handle = { ref: () => handle, unref: () => handle, hasRef: () => true };
    stops.set(handle, stop);
    return handle;
  };
  const clear = (handle: unknown): void => {
    const stop = typeof handle === 'object' && handle !== null ? stops.get(handle) : undefined;
    if (stop) {
      stop();
    } else {
      realClearTimeout(handle as NodeJS.Timeout);
    }
  };
  globalThis.setTimeout = Object.assign(set, realSetTimeout) as unknown as typeof setTimeout;
  globalThis.clearTimeout = clear as typeof clearTimeout;
}

/** Logs of functions are kept with their installation. */
function installConsole(): void {
  for (const level of LEVELS) {
    const real = console[level].bind(console);
    console[level] = (...args: unknown[]) => {
      const invocation = current.getStore();
      if (!invocation) {
        real(...args);
        return;
      }
      if (invocation.log()) {
        invocation.state.logs.push(...format(...args).split('\n'));
      }
      if (invocation.state.options.echo) {
        real(...args);
      }
    };
  }
}

installForge();
installFetch();
installTime();
installConsole();
