/** A site of Confluence Cloud as its calls: what to try again, how lists go on. */

import { type CallName, methodOf, type Params, pathOf, queryOf, type Values } from './calls';
import { Again, noJson, refusal, SiteFailure, unreachable } from './failures';
import { list, record, text } from './json';
import { Gate } from './pool';
import type { Ports, RequestOptions } from './ports';
import { ProblemError } from './problem';

const AT_ONCE = 6;
/** Milliseconds for which one call is tried again. */
const PATIENCE = 300_000;
/** How often a call is made that fails in a way that may well stay. */
const ATTEMPTS = 5;
const HOPELESS_ATTEMPTS = 2;
const FIRST_WAIT = 500;
const LONGEST_WAIT = 30_000;
/** A list is begun anew so often when the place in it is forgotten. */
const RESTARTS = 4;
const MOST_PARTS = 100_000;

/** Told how many entries of a list have come so far. */
export type Seen = (count: number) => void;

export interface Download {
  bytes: Uint8Array<ArrayBuffer>;
  mediaType: string;
}

/** One site. At most six calls are under way at once. All methods reject with a SiteFailure, or as the ports do. */
export class Site {
  /** The site's address, such as `https://example.atlassian.net/wiki`; empty until an answer has told it. */
  base: string;
  readonly #ports: Ports;
  readonly #gate = new Gate(AT_ONCE);

  constructor(ports: Ports, base = '') {
    this.#ports = ports;
    this.base = base;
  }

  /** The answer to a call. `data`: what to send, as JSON. */
  async json(call: CallName, values: Values = {}, params: Params = [], data?: unknown): Promise<unknown> {
    return await this.#json(call, pathOf(call, values) + queryOf(params), data);
  }

  /** Each answer of a list that comes in parts, asked for when it is needed. */
  async *listed(call: CallName, values: Values, params: Params): AsyncGenerator<unknown> {
    const path = pathOf(call, values);
    const seen = new Set<string>();
    let address: string | undefined = path + queryOf(params);
    while (address !== undefined) {
      if (seen.has(address) || seen.size >= MOST_PARTS) {
        throw new SiteFailure('failed', 'a list of Confluence goes round in circles', { call });
      }
      seen.add(address);
      const answer = await this.#json(call, address);
      yield answer;
      address = nextAddress(call, path, params, answer, this.base);
    }
  }

  /** All entries of a list. */
  async entries(call: CallName, values: Values, params: Params, seen: Seen = () => {}): Promise<unknown[]> {
    for (let attempt = 1; ; attempt += 1) {
      const found: unknown[] = [];
      try {
        for await (const answer of this.listed(call, values, params)) {
          found.push(...list(record(answer).results));
          seen(found.length);
        }
        return found;
      } catch (error) {
        const lost = error instanceof SiteFailure && error.kind === 'cursor';
        if (!lost || attempt === RESTARTS) throw error;
      }
    }
  }

  /** A file. */
  async download(call: CallName, values: Values, params: Params): Promise<Download> {
    return await this.#patiently(call, pathOf(call, values) + queryOf(params), {}, async response => ({
      bytes: new Uint8Array(await response.arrayBuffer()),
      mediaType: (response.headers.get('content-type') ?? '').split(';', 1)[0]?.trim() ?? '',
    }));
  }

  /** Waits as the ports do. */
  async wait(milliseconds: number): Promise<void> {
    await this.#ports.wait(milliseconds);
  }

  async #json(call: CallName, address: string, data?: unknown): Promise<unknown> {
    const headers: Record<string, string> = { Accept: 'application/json' };
    const options: RequestOptions = { method: methodOf(call), headers };
    if (data !== undefined) {
      headers['Content-Type'] = 'application/json';
      options.body = JSON.stringify(data);
    }
    const answer = await this.#patiently(call, address, options, async response => {
      const body = await response.text();
      try {
        return { parsed: JSON.parse(body) as unknown };
      } catch {
        return noJson(call, body);
      }
    });
    this.base ||= text(record(record(answer.parsed)._links).base).replace(/\/+$/, '');
    return answer.parsed;
  }

  /** What `use` makes of a good answer, asked for again while that may help. */
  async #patiently<T>(
    call: CallName,
    address: string,
    options: RequestOptions,
    use: (response: Response) => Promise<T | Again | SiteFailure>,
  ): Promise<T> {
    const attempts = call === 'macro-convert' ? HOPELESS_ATTEMPTS : ATTEMPTS;
    let waited = 0;
    let few = 0;
    for (let tries = 1; ; tries += 1) {
      const outcome = await this.#gate.run(() => this.#once(call, address, options, use));
      if (outcome instanceof SiteFailure) throw outcome;
      if (!(outcome instanceof Again)) return outcome;
      const wait = Math.max(outcome.after, backoff(tries));
      if (outcome.few) few += 1;
      if (few >= attempts || waited + wait > PATIENCE) throw outcome.failure;
      waited += wait;
      if (outcome.shared) await this.#gate.shut(() => this.#ports.wait(wait));
      else await this.#ports.wait(wait);
    }
  }

  async #once<T>(
    call: CallName,
    address: string,
    options: RequestOptions,
    use: (response: Response) => Promise<T | Again | SiteFailure>,
  ): Promise<T | Again | SiteFailure> {
    try {
      const response = await this.#ports.confluence(address, options);
      if (!response.ok) return refusal(call, response, await response.text());
      return await use(response);
    } catch (error) {
      if (isEnd(error)) throw error;
      return unreachable(call, error);
    }
  }
}

/** Whether an error means that nothing is to go on, rather than that there is no connection. */
export function isEnd(error: unknown): boolean {
  return error instanceof ProblemError || (error instanceof Error && error.name === 'AbortError');
}

/** Milliseconds to wait before trying again for the nth time, never twice the same. */
export function backoff(number: number): number {
  return Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** Math.min(number - 1, 10)) * (0.5 + Math.random() / 2);
}

/**
 * The path and query of the part behind an answer; undefined if that was the last one. Links are relative to the root
 * of the site (v2) or to its base (v1), or absolute. SiteFailure if one leads elsewhere than the list began.
 */
export function nextAddress(
  call: CallName,
  path: string,
  params: Params,
  answer: unknown,
  base: string,
): string | undefined {
  const link = text(record(record(answer)._links).next);
  if (!link) return undefined;
  const astray = new SiteFailure('failed', 'a list of Confluence goes on at another place than it began', { call });
  const root = 'https://relative.invalid';
  if (!URL.canParse(link, root)) throw astray;
  const next = new URL(link, root);
  const own = [root, ...(URL.canParse(base) ? [new URL(base).origin] : [])];
  if (!own.includes(next.origin) || below(next.pathname) !== below(path)) throw astray;
  // A link may leave out what was asked, such as the format of bodies.
  const named = new Set(next.searchParams.keys());
  return path + queryOf([...next.searchParams, ...params.filter(([name]) => !named.has(name))]);
}

/** A path below the site's base, which is at `/wiki`. */
function below(path: string): string {
  return path.replace(/^\/wiki(?=\/)/, '');
}
