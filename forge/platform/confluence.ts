/** The Confluence to try XPress with (`testsite/`), with an account's tokens, faults and changes on command. */

import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ROOT, startChild } from './child';
import type { Confluence } from './types';

export interface ConfluenceOptions {
  /** What it holds: a folder, a zip, a space export; `demo/space` if not given, nothing at all if empty. */
  content?: string;
  /** A Python script instead of confluence.py, which calls its `main` with contents of its own. */
  script?: string;
  /** Seconds that each call takes longer. */
  latency?: number;
}

/** The Python of the repository's environment; undefined if that isn't set up. */
export function findPython(): string | undefined {
  const path = join(ROOT, '.venv', 'bin', 'python');
  return existsSync(path) ? path : undefined;
}

interface Hello {
  url: string;
  gateway: string;
  media: string;
  cloudId: string;
  reader: Confluence['reader'];
}

/** Starts a site on this machine. Error if the environment of Python is missing, or it doesn't start. */
export async function startConfluence(options: ConfluenceOptions = {}): Promise<Confluence> {
  const python = findPython();
  if (!python) {
    throw new Error('The environment of Python is missing: run `make .venv` or any target of the Makefile first.');
  }
  const content = options.content ?? join(ROOT, 'demo', 'space');
  const script = options.script ?? join(ROOT, 'forge', 'platform', 'confluence.py');
  const args = ['-u', script, ...(content ? [content] : []), '--latency', String(options.latency ?? 0)];
  const child = startChild(python, args, { PYTHONPATH: ROOT });
  const waiting: ((answer: Record<string, unknown>) => void)[] = [];
  const lines = createInterface(child.process.stdout);
  const hello = await new Promise<Hello>((resolve, reject) => {
    lines.once('line', line => {
      resolve(JSON.parse(line) as Hello);
      lines.on('line', more => waiting.shift()?.(JSON.parse(more) as Record<string, unknown>));
    });
    lines.once('close', () => {
      reject(new Error(`Confluence has ended: ${child.said().trim()}`));
      for (const answer of waiting.splice(0)) {
        answer({ error: `Confluence has ended: ${child.said().trim()}` });
      }
    });
  });
  let number = 0;

  async function ask<T>(name: string, given: object = {}): Promise<T> {
    number += 1;
    const answered = new Promise<Record<string, unknown>>(resolve => waiting.push(resolve));
    child.process.stdin.write(`${JSON.stringify({ ...given, do: name, number })}\n`);
    const answer = await answered;
    if ('error' in answer) {
      throw new Error(String(answer.error));
    }
    return answer.value as T;
  }

  const tokens = new Map<string, Promise<string>>();

  async function token(account: string, scopes: string[] | null, name = ''): Promise<string> {
    const secret = randomBytes(24).toString('base64url');
    await ask('token', { secret, account, scopes, name });
    return secret;
  }

  return {
    ...hello,
    token: (account, scopes, name) => {
      const key = JSON.stringify([account, scopes]);
      const known = tokens.get(key) ?? token(account, scopes, name);
      tokens.set(key, known);
      return known;
    },
    fault: async (...faults) => {
      for (const fault of faults) {
        await ask('fault', fault);
      }
    },
    clearFaults: () => ask('clear'),
    addUser: (account, name, admin = false) => ask('user', { account, name, admin }),
    addSpace: space => ask('space', space),
    add: (...pages) => ask('add', { pages }),
    edit: (page, change) => ask('edit', { page, ...change }),
    change: (page, change) => ask('change', { page, ...change }),
    remove: page => ask('remove', { page }),
    spaces: () => ask('spaces'),
    pages: space => ask('pages', space ? { space } : {}),
    view: page => ask('view', { page }),
    latency: seconds => ask('latency', { seconds }),
    calls: () => ask('calls'),
    forget: () => ask('forget'),
    stop: () => child.stop(),
  };
}
