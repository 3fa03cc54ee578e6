/** The server of the app's frames: the built interface, with the bridge before it, for one place each. */

import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { join, normalize, sep } from 'node:path';
import { ROOT } from '../child';
import type { Platform } from '../platform';
import type { Installation, Place } from '../types';
import { BROWSER, listen, originOf, sendFile, sendHtml, stopServer } from './http';
import { framePolicy } from './policy';

interface Session {
  place: Place;
  folder: string;
}

const THEMES = ['light', 'dark', 'spacing', 'shape', 'typography'];
const MOST_SESSIONS = 500;

export class Frames {
  readonly #platform: Platform;
  readonly #installation: Installation;
  readonly #folder: string | undefined;
  readonly #sessions = new Map<string, Session>();
  #server: Server | undefined;
  #objects = '';
  /** The origin of the page around. */
  host = '';

  /** `folder`: of the built interface, instead of the manifest's. */
  constructor(platform: Platform, installation: Installation, folder: string | undefined) {
    this.#platform = platform;
    this.#installation = installation;
    this.#folder = folder;
  }

  get origin(): string {
    return originOf(this.#server);
  }

  async start(): Promise<void> {
    this.#objects = await this.#platform.objectOrigin;
    this.#server = await listen(0, (request, response) => this.#answer(request, response));
  }

  stop(): Promise<void> {
    return stopServer(this.#server);
  }

  /** The address of a frame for a place. Error if the interface isn't built. */
  open(place: Place): string {
    const { manifest } = this.#platform;
    const { resource = '' } = manifest.view(place.module ?? '');
    const folder = this.#folder ?? manifest.resource(resource) ?? '';
    if (!existsSync(join(folder, 'index.html'))) {
      throw new Error(`The interface is not built: there is no index.html in ${folder}.`);
    }
    const key = randomBytes(18).toString('base64url');
    this.#sessions.set(key, { place, folder });
    const [oldest] = this.#sessions.keys();
    if (this.#sessions.size > MOST_SESSIONS && oldest) {
      this.#sessions.delete(oldest);
    }
    return `${this.origin}/${key}/index.html`;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.origin);
    const [, key = '', ...rest] = url.pathname.split('/');
    const session = this.#sessions.get(key);
    const path = decodeURIComponent(rest.join('/'));
    if (!session || request.headers.host !== url.host) {
      response.writeHead(404).end();
    } else if (path === '_bridge' && request.method === 'POST') {
      await this.#bridge(session, request, response);
    } else if (path === '_bridge.js') {
      await sendFile(response, join(BROWSER, 'bridge.js'));
    } else if (path === '_theme.css') {
      response.writeHead(200, { 'content-type': 'text/css; charset=utf-8' }).end(themeStyles());
    } else if (path === 'index.html') {
      await this.#index(session, response);
    } else {
      await sendFile(response, join(session.folder, normalize(`${sep}${path}`)));
    }
  }

  /** The interface's page, with the bridge before all its scripts. */
  async #index(session: Session, response: ServerResponse): Promise<void> {
    const { host } = this;
    const script = `<script src="_bridge.js" data-host="${host}" data-theme="${session.place.theme ?? 'light'}"></script>`;
    const page = await readFile(join(session.folder, 'index.html'), 'utf8');
    const policy = framePolicy(this.#platform.manifest, host, this.#objects);
    response.setHeader('content-security-policy', policy);
    response.setHeader('cache-control', 'no-store');
    sendHtml(
      response,
      page.replace(/<head[^>]*>/i, head => `${head}${script}`),
    );
  }

  async #bridge(session: Session, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) {
      parts.push(part as Buffer);
    }
    const { command, args } = JSON.parse(Buffer.concat(parts).toString()) as { command: string; args: unknown };
    const answered = this.#installation.bridge(command, args, session.place);
    const answer = await answered.then(
      value => ({ value }),
      (error: Error) => ({ error: error.message }),
    );
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  }
}

let styles: string | undefined;

/** Atlaskit's colours and sizes, as Confluence's own page has them. */
function themeStyles(): string {
  styles ??= THEMES.map(theme => {
    const folder = join(ROOT, 'node_modules', '@atlaskit', 'tokens', 'dist', 'cjs', 'artifacts', 'themes');
    const file = join(folder, `atlassian-${theme}.js`);
    const source = existsSync(file) ? readFileSync(file, 'utf8') : '';
    return /exports\.default = ("(?:[^"\\]|\\.)*")/.exec(source)?.[1] ?? '""';
  })
    .map(text => JSON.parse(text) as string)
    .join('\n');
  return styles;
}
