/** The programs that slow tests of the loop need: a Confluence, the rendering service, the command line. */

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Ports, RequestOptions } from '../../src/loop';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const PYTHON = `${ROOT}.venv/bin/python`;
const XPRESS = `${ROOT}.venv/bin/xpress`;

/** A Confluence that runs: where, and who reads it. */
export class Confluence {
  readonly url: string;
  readonly email: string;
  readonly token: string;
  readonly #process: ChildProcess;
  readonly #answers: AsyncIterator<string>;

  private constructor(process: ChildProcess, answers: AsyncIterator<string>, told: Record<string, string>) {
    this.#process = process;
    this.#answers = answers;
    this.url = told.url ?? '';
    this.email = told.email ?? '';
    this.token = told.token ?? '';
  }

  /** `content`: demo, rich, many, or a path. `latency` in seconds. */
  static async start(content: string, latency = 0): Promise<Confluence> {
    const script = `${ROOT}forge/tests/loop/site.py`;
    const child = spawn(PYTHON, [script, content, '--latency', String(latency)], {
      cwd: ROOT,
      env: { ...process.env, PYTHONPATH: ROOT },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const answers = linesOf(child)[Symbol.asyncIterator]();
    return new Confluence(child, answers, await nextJson(answers));
  }

  /** Has something done to it; see site.py. */
  async do(order: { do: string } & Record<string, unknown>): Promise<unknown> {
    this.#process.stdin?.write(`${JSON.stringify(order)}\n`);
    return await nextJson(this.#answers);
  }

  /** What was asked of it since the last time. */
  async calls(): Promise<string[]> {
    return (await this.do({ do: 'calls' })) as string[];
  }

  stop(): void {
    this.#process.stdin?.end();
  }
}

/** The rendering service on this machine, for everybody on it. */
export class Renderer {
  readonly url: string;
  readonly #process: ChildProcess;

  private constructor(process: ChildProcess, url: string) {
    this.#process = process;
    this.url = url;
  }

  static async start(...options: string[]): Promise<Renderer> {
    const child = spawn(XPRESS, ['render-service', '--port', '0', '--workers', '1', ...options], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    for await (const line of linesOf(child)) {
      const { event, address } = JSON.parse(line) as Record<string, string>;
      if (event === 'started' && address) return new Renderer(child, address);
    }
    throw new Error('The rendering service has not started.');
  }

  stop(): void {
    this.#process.kill('SIGTERM');
  }
}

/** The ports of the loop to these two, and what was asked of the service. Waiting takes a tenth of the time. */
export function portsTo(site: Confluence, renderer: Renderer): Ports & { rendered: string[] } {
  const origin = new URL(site.url).origin;
  const authorization = `Basic ${btoa(`${site.email}:${site.token}`)}`;
  const rendered: string[] = [];
  const ask = async (url: string, options: RequestOptions = {}, headers: Record<string, string> = {}) =>
    await fetch(url, { ...options, headers: { ...options.headers, ...headers } });
  return {
    rendered,
    confluence: async (path, options) => await ask(origin + path, options, { Authorization: authorization }),
    renderer: async (path, options) => {
      rendered.push(path);
      return await ask(renderer.url + path, options);
    },
    wait: async milliseconds => await new Promise(resolve => setTimeout(resolve, milliseconds / 10)),
  };
}

/** `xpress export` of places below the site. */
export async function xpress(site: Confluence, place: string, out: string, ...options: string[]): Promise<void> {
  await promisify(execFile)(XPRESS, ['export', site.url + place, '-o', out, ...options], {
    env: { ...process.env, XPRESS_TOKEN: site.token, XPRESS_EMAIL: site.email },
  });
}

function linesOf(child: ChildProcess): Interface {
  if (!child.stdout) throw new Error('There is no output to read.');
  return createInterface({ input: child.stdout });
}

async function nextJson(lines: AsyncIterator<string>): Promise<Record<string, string>> {
  const { value, done } = await lines.next();
  if (done) throw new Error('The program has ended.');
  return JSON.parse(value) as Record<string, string>;
}
