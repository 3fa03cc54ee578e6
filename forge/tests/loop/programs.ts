/** The programs that slow tests of the loop need: a Confluence, the rendering service, the command line. */

import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Confluence, type Renderer, startConfluence } from '../../platform';
import type { Ports, RequestOptions } from '../../src/loop';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const INSTALLATION = randomUUID();

/** A Confluence with contents of `contents.py` (demo, rich, many), or of a path. */
export function startSite(content: string): Promise<Confluence> {
  return startConfluence({ content, script: join(import.meta.dirname, 'contents.py') });
}

/** Addresses that were asked for since the last time, as `GET /wiki/…`. */
export async function callsTo(site: Confluence): Promise<string[]> {
  const calls = await site.calls();
  await site.forget();
  return calls.filter(call => call.role === 'site').map(call => `${call.method} ${call.path}`);
}

/** The ports of the loop to these two, and what was asked of the service. Waiting takes a tenth of the time. */
export function portsTo(site: Confluence, renderer: Renderer): Ports & { rendered: string[] } {
  const { email, token } = site.reader;
  const origin = new URL(site.url).origin;
  const authorization = `Basic ${btoa(`${email}:${token}`)}`;
  const rendered: string[] = [];
  const ask = async (url: string, options: RequestOptions = {}, headers: Record<string, string> = {}) =>
    await fetch(url, { ...options, headers: { ...options.headers, ...headers } });
  return {
    rendered,
    confluence: async (path, options) => await ask(origin + path, options, { Authorization: authorization }),
    renderer: async (path, options) => {
      rendered.push(path);
      const bearer = `Bearer ${await renderer.token(INSTALLATION)}`;
      return await ask(renderer.url + path, options, { Authorization: bearer });
    },
    wait: async milliseconds => await new Promise(resolve => setTimeout(resolve, milliseconds / 10)),
  };
}

/** `xpress export` of places below the site. */
export async function xpress(site: Confluence, place: string, out: string, ...options: string[]): Promise<void> {
  const { email, token } = site.reader;
  await promisify(execFile)(join(ROOT, '.venv', 'bin', 'xpress'), ['export', site.url + place, '-o', out, ...options], {
    env: { ...process.env, XPRESS_TOKEN: token, XPRESS_EMAIL: email },
  });
}
