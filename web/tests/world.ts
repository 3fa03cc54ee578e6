/** The whole app in a browser: interface, functions, database, Confluence and rendering service, all real. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Browser, chromium, type Download, type Frame, type Page } from 'playwright-core';
import {
  type Confluence,
  type HostServer,
  type Installation,
  type Place,
  Platform,
  serve,
  startConfluence,
  startDatabase,
  startRenderer,
} from '../../forge/platform';
import * as handlers from '../../forge/src/index';
import { APP } from '../../forge/tests/plain';

export const ROOT = join(import.meta.dirname, '..', '..');
const MANIFEST = join(ROOT, 'forge', 'manifest.yml');
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Violation {
  id: string;
  nodes: { html: string }[];
}

export class World {
  readonly confluence: Confluence;
  readonly installation: Installation;
  readonly host: HostServer;
  readonly browser: Browser;
  readonly #stop: (() => Promise<void>)[];

  private constructor(
    confluence: Confluence,
    installation: Installation,
    host: HostServer,
    browser: Browser,
    stop: (() => Promise<void>)[],
  ) {
    this.confluence = confluence;
    this.installation = installation;
    this.host = host;
    this.browser = browser;
    this.#stop = stop;
  }

  /** Starts it all. `content`: a folder with pages; the demo space if none is named. */
  static async start(content = join(ROOT, 'demo', 'space')): Promise<World> {
    const [database, confluence, renderer, browser] = await Promise.all([
      startDatabase(),
      startConfluence({ content }),
      startRenderer({ app: APP }),
      chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] }),
    ]);
    const variables = { RENDERER_URL: 'https://render.example.com' };
    const platform = new Platform({ manifest: MANIFEST, handlers, database, confluence, renderer, variables });
    const installation = await platform.install();
    installation.deliver();
    const host = await serve({ platform, installation });
    return new World(confluence, installation, host, browser, [
      () => browser.close(),
      () => host.stop(),
      () => platform.stop(),
      () => renderer.stop(),
      () => confluence.stop(),
      () => database.stop(),
    ]);
  }

  async stop(): Promise<void> {
    for (const one of this.#stop) await one();
  }

  /** Opens a module. Everything that goes wrong in the page's scripts is an error of the test. */
  async open(place: Place, size = { width: 1360, height: 860 }): Promise<View> {
    const context = await this.browser.newContext({
      viewport: size,
      acceptDownloads: true,
      reducedMotion: 'reduce',
      colorScheme: place.theme ?? 'light',
    });
    const page = await context.newPage();
    const view = new View(page);
    await page.goto(this.host.address(place));
    await view.begin();
    return view;
  }
}

/** A module that is open in a browser. */
export class View {
  readonly page: Page;
  readonly errors: string[] = [];
  #frame: Frame | undefined;

  constructor(page: Page) {
    this.page = page;
    page.on('pageerror', error => this.errors.push(error.message));
    page.on('console', message => {
      if (message.type() === 'error') this.errors.push(message.text());
    });
  }

  /** Waits for the app's frame. */
  async begin(): Promise<void> {
    const frame = await (await this.page.waitForSelector('iframe')).contentFrame();
    if (!frame) throw new Error('the module has no frame');
    await frame.waitForSelector('h1, h2');
    this.#frame = frame;
  }

  get frame(): Frame {
    if (!this.#frame) throw new Error('the module is not open yet');
    return this.#frame;
  }

  /** What axe finds wrong with what is shown. */
  async violations(): Promise<string[]> {
    await this.frame.evaluate(AXE);
    const found: Violation[] = await this.frame.evaluate(
      'axe.run(document, { resultTypes: ["violations"] }).then(result => result.violations)',
    );
    return found.flatMap(one => one.nodes.map(node => `${one.id}: ${node.html}`));
  }

  /** A file that a click hands out. */
  async downloaded(click: () => Promise<void>): Promise<{ name: string; data: Buffer }> {
    const waiting: Promise<Download> = this.page.waitForEvent('download');
    await click();
    const download = await waiting;
    return { name: download.suggestedFilename(), data: readFileSync(await download.path()) };
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }
}
