/** The app in an ordinary browser: a page around it on one port, its sandboxed frame on another. */

import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { Frames } from './host/frames';
import { BROWSER, listen, originOf, sendFile, sendHtml, stopServer } from './host/http';
import { contentPage, indexPage, type Look, link, modulePage, type Person } from './host/pages';
import { hostPolicy } from './host/policy';
import type { Platform } from './platform';
import type { Installation, Place } from './types';

export interface ServeOptions {
  platform: Platform;
  installation: Installation;
  /** 0: any. */
  port?: number;
  /** Who may be chosen; Rita Reader is always there, and first. */
  people?: Person[];
  /** The folder of the built interface, instead of the manifest's. */
  folder?: string;
}

export interface HostServer {
  /** The list of all there is. */
  readonly url: string;
  /** Where a module is open. On pages, `closed` shows the page alone. */
  address(place: Place, closed?: boolean): string;
  stop(): Promise<void>;
}

/** Starts both servers, on this machine alone. Error if the interface isn't built. */
export async function serve(options: ServeOptions): Promise<HostServer> {
  const made = new Host(options);
  await made.start();
  return made;
}

class Host implements HostServer {
  readonly #options: ServeOptions;
  readonly #frames: Frames;
  #host: Server | undefined;
  url = '';

  constructor(options: ServeOptions) {
    this.#options = options;
    this.#frames = new Frames(options.platform, options.installation, options.folder);
  }

  async start(): Promise<void> {
    await this.#frames.start();
    this.#host = await listen(this.#options.port ?? 0, (request, response) => this.#answerHost(request, response));
    this.#frames.host = originOf(this.#host);
    this.url = `${this.#frames.host}/`;
  }

  address(place: Place, closed = false): string {
    const { platform } = this.#options;
    const look = this.#look(place);
    const more: Record<string, string> = {};
    for (const name of ['module', 'page', 'space'] as const) {
      const value = place[name];
      if (value !== undefined && !(closed && name === 'module')) {
        more[name] = value;
      }
    }
    if (place.module) {
      platform.manifest.view(place.module);
    }
    return new URL(link('/open', look, more), this.url).href;
  }

  async stop(): Promise<void> {
    await stopServer(this.#host);
    await this.#frames.stop();
  }

  get #people(): Person[] {
    const { account, name } = this.#options.platform.options.confluence.reader;
    return [{ id: account, name }, ...(this.#options.people ?? [])];
  }

  #look(place: Pick<Place, 'account' | 'locale' | 'theme'>): Look {
    const user = place.account ?? this.#options.platform.options.confluence.reader.account;
    return { user, locale: place.locale ?? 'en-US', theme: place.theme === 'dark' ? 'dark' : 'light' };
  }

  async #answerHost(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.url);
    if (request.headers.host !== url.host || request.method !== 'GET') {
      response.writeHead(403).end();
      return;
    }
    const { platform } = this.#options;
    const query = url.searchParams;
    const theme = query.get('theme') === 'dark' ? 'dark' : 'light';
    const look = this.#look({
      theme,
      ...(query.has('user') ? { account: query.get('user') ?? '' } : {}),
      ...(query.has('locale') ? { locale: query.get('locale') ?? '' } : {}),
    });
    response.setHeader('content-security-policy', hostPolicy(this.#frames.origin));
    response.setHeader('cache-control', 'no-store');
    const page = /^\/wiki\/spaces\/[^/]+\/(?:pages|blog(?:\/[\d/]+)?)\/(\d+)/.exec(url.pathname)?.[1];
    if (page) {
      response.writeHead(302, { location: link('/open', look, { page }) }).end();
    } else if (url.pathname === '/host.js' || url.pathname === '/host.css') {
      await sendFile(response, join(BROWSER, url.pathname));
    } else if (url.pathname === '/open') {
      sendHtml(response, await this.#open(query, look));
    } else if (url.pathname === '/' || url.pathname.startsWith('/wiki')) {
      sendHtml(response, await indexPage(platform.manifest, platform.options.confluence, look, this.#people));
    } else {
      response.writeHead(404).end();
    }
  }

  async #open(query: URLSearchParams, look: Look): Promise<string> {
    const { manifest, options } = this.#options.platform;
    const key = query.get('module') ?? '';
    const view = key ? manifest.view(key) : undefined;
    const { user: account, locale, theme } = look;
    const page = query.get('page') ?? '';
    if (view && !view.type.startsWith('confluence:content')) {
      const space = query.get('space');
      const place = { account, locale, theme, module: view.key, ...(space ? { space } : {}) };
      return modulePage(manifest.text(view.title, locale), look, this.#people, this.#frames.open(place));
    }
    const id = page || ((await options.confluence.pages()).find(one => one.kind === 'page')?.id ?? '');
    const views = manifest.views.filter(one => one.type.startsWith('confluence:content'));
    const frames = new Map(
      views.map(one => [one.key, this.#frames.open({ account, locale, theme, module: one.key, page: id })]),
    );
    const given = { manifest, confluence: options.confluence, look, people: this.#people };
    return contentPage(given, id, frames, key);
  }
}
