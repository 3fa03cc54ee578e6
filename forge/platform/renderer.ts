/** The real rendering service, called with Forge invocation tokens that are signed here. */

import { createHash, randomUUID } from 'node:crypto';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { type Child, ROOT, startGuarded, temporaryFolder } from './child';
import { realFetch, realNow } from './real';
import type { Renderer } from './types';

export interface RendererOptions {
  /** The app's id, as in the manifest. */
  app: string;
  /** Processes in each of the two lanes; 1 by default. */
  workers?: number;
  /** Answer requests that equal an earlier one from memory: the service gives the same bytes, but takes its time. */
  remember?: boolean;
  /** Further arguments for `xpress render-service`. */
  more?: string[];
}

/** Seconds that Forge's tokens live. */
const LIFE = 25;
const NEVER = /^\/(health|metrics)/;

/** The program of the repository's environment; undefined if that isn't set up. */
export function findXpress(): string | undefined {
  const path = join(ROOT, '.venv', 'bin', 'xpress');
  return existsSync(path) ? path : undefined;
}

/** Starts the service. Error if it isn't installed, or doesn't start. */
export async function startRenderer(options: RendererOptions): Promise<Renderer> {
  const program = findXpress();
  if (!program) {
    throw new Error('The environment of Python is missing: run `make .venv` or any target of the Makefile first.');
  }
  const folder = temporaryFolder('keys');
  const { privateKey, publicKey } = await generateKeyPair('RS256');
  const kid = `forge/invocation-token/${randomUUID()}`;
  const keys = join(folder, 'keys.json');
  const key = { ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' };
  writeFileSync(keys, JSON.stringify({ keys: [key] }));
  const rules = ['--forge-app', options.app, '--forge-keys', keys, '--workers', String(options.workers ?? 1)];
  const command = [program, 'render-service', '--port', '0', '--grace', '1', ...rules, ...(options.more ?? [])];
  const child = startGuarded(command, folder);
  const url = await address(child);
  const memory = new Map<string, Kept>();

  async function token(installation: string, claims: Record<string, unknown> = {}): Promise<string> {
    const now = Math.floor(realNow() / 1000);
    const right = {
      iss: 'forge/invocation-token',
      aud: options.app,
      iat: now,
      nbf: now,
      exp: now + LIFE,
      jti: randomUUID(),
      app: {
        id: options.app,
        installationId: `ari:cloud:ecosystem::installation/${installation}`,
        appVersion: '1.0.0',
      },
    };
    return new SignJWT({ ...right, ...claims }).setProtectedHeader({ alg: 'RS256', kid }).sign(privateKey);
  }

  async function send(request: Request): Promise<Response> {
    const target = new URL(request.url);
    if (!options.remember || NEVER.test(target.pathname)) {
      return realFetch(request);
    }
    const body = new Uint8Array(await request.clone().arrayBuffer());
    const known = fingerprint(request, body);
    let kept = memory.get(known);
    if (!kept) {
      const response = await realFetch(request);
      kept = {
        status: response.status,
        statusText: response.statusText,
        headers: [...response.headers],
        body: new Uint8Array(await response.arrayBuffer()),
      };
      if (response.ok) {
        memory.set(known, kept);
      }
    }
    const { body: bytes, ...init } = kept;
    return new Response(bytes, init);
  }

  return {
    url,
    app: options.app,
    token,
    send,
    stop: async () => {
      await child.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

interface Kept {
  status: number;
  statusText: string;
  headers: [string, string][];
  body: Uint8Array<ArrayBuffer>;
}

/** The address that the service says it listens on. */
async function address(child: Child): Promise<string> {
  let said = '';
  for await (const line of createInterface(child.process.stdout)) {
    said = line;
    const found = /"address": "([^"]+)"/.exec(line);
    if (found?.[1]) {
      child.process.stdout.resume();
      return found[1];
    }
  }
  await child.stop();
  throw new Error(`The rendering service does not start: ${said} ${child.said().trim()}`);
}

/** The same for equal requests, whatever separates the fields of their forms. */
function fingerprint(request: Request, body: Uint8Array): string {
  const type = request.headers.get('content-type') ?? '';
  const boundary = /boundary="?([^";]+)/.exec(type)?.[1];
  const text = Buffer.from(body).toString('latin1');
  const hash = createHash('sha256');
  hash.update(`${request.method} ${new URL(request.url).pathname} ${request.headers.get('accept')}\n`);
  hash.update(boundary ? type.replaceAll(boundary, '') : type);
  hash.update(boundary ? text.replaceAll(boundary, '') : text, 'latin1');
  return hash.digest('hex');
}
