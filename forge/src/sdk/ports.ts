/** The ports of the fetch loop in Forge functions. */

import { assumeTrustedRoute, asUser, invokeRemote, invokeService } from '@forge/api';
import { ANSWER_BYTES, EGRESS_PER_MINUTE, RESOLVER_ANSWER_BYTES } from '../bounds';
import type { Ports, RequestOptions } from '../loop';
import { answerOf } from './answers';
import type { Budget } from './budget';

/** Key of the remote, and of the service of the Container variant, in the manifest. */
export const RENDERER = 'renderer';

/** How the renderer is reached: a remote, one whose address customers set, or a Forge Container. */
export function rendererKind(): 'remote' | 'own' | 'service' {
  const kind = process.env.XPRESS_RENDERER;
  return kind === 'service' || kind === 'own' ? kind : 'remote';
}

export interface PortOptions {
  budget: Budget;
  /** As whom Confluence is read where no user is present. In resolvers it is the user who calls. */
  account?: string;
  /** Asked before each request and while waiting; rejects when the work is to end. */
  alive?: () => Promise<void>;
}

/** Ports of one invocation. They reject with TimeUpError, and as `alive` does. */
export function makePorts({ budget, account, alive = async () => {} }: PortOptions): Ports {
  const wait = async (milliseconds: number) => {
    budget.claim(milliseconds);
    const end = Date.now() + milliseconds;
    for (let left = milliseconds; left > 0; left = end - Date.now()) {
      await sleep(Math.min(left, 10_000));
      await alive();
    }
  };
  const egress = countEgress(wait);
  const most = account === undefined ? RESOLVER_ANSWER_BYTES : ANSWER_BYTES;
  return {
    wait,
    async confluence(path, options = {}) {
      budget.claim(0);
      await alive();
      const user = account === undefined ? asUser() : asUser(account);
      return await answerOf(user.requestConfluence(assumeTrustedRoute(path), await plain(options)), most);
    },
    async renderer(path, options = {}) {
      await egress();
      budget.claim(budget.request);
      await alive();
      const invoke = rendererKind() === 'service' ? invokeService : invokeRemote;
      return await answerOf(invoke(RENDERER, { path, ...(await plain(options)) }));
    },
  };
}

/** Counts requests, and waits where one would be more than Forge allows in a minute. */
export function countEgress(wait: (milliseconds: number) => Promise<void>): () => Promise<void> {
  let made: number[] = [];
  return async () => {
    for (;;) {
      const now = Date.now();
      made = made.filter(time => now - time < 60_000);
      const [first] = made;
      if (first === undefined || made.length < EGRESS_PER_MINUTE) break;
      await wait(first + 60_000 - now);
    }
    made.push(Date.now());
  };
}

/** Forge takes text and bytes only: forms are written out here. */
async function plain({ body, headers, method }: RequestOptions) {
  const kept = { method: method ?? 'GET', headers: { ...headers } };
  if (body === undefined) return kept;
  if (typeof body === 'string') return { ...kept, body };
  const form = new Response(body);
  const type = form.headers.get('content-type') ?? 'multipart/form-data';
  return { ...kept, headers: { ...kept.headers, 'Content-Type': type }, body: await form.arrayBuffer() };
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, milliseconds));
}
