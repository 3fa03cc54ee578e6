/** The real functions on the platform, with all that they need; for slow tests. */

import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import {
  type Confluence,
  type Database,
  Faults,
  type Installation,
  type InstallOptions,
  Platform,
  type PlatformOptions,
  type Renderer,
  startConfluence,
  startDatabase,
  startRenderer,
} from '../../platform';
import type { Answer, Answers, Calls, ExportInfo } from '../../src/api';
import * as handlers from '../../src/index';
import type { Options, Problem, Selection, Wish } from '../../src/loop';
import { APP, PLAIN } from '../plain';

const MANIFEST = fileURLToPath(new URL('../../manifest.yml', import.meta.url));
export const TIMESTAMP = 1_790_000_000;

export function wishFor(selection: Selection, options: Partial<Options> = {}): Wish {
  return { selection, options: { ...PLAIN, ...options }, timestamp: TIMESTAMP };
}

/** All that tests have in common: started once for a file. */
export class Site {
  readonly database: Database;
  readonly confluence: Confluence;
  readonly renderer: Renderer;
  readonly faults = new Faults();
  #platforms: Platform[] = [];

  private constructor(database: Database, confluence: Confluence, renderer: Renderer) {
    this.database = database;
    this.confluence = confluence;
    this.renderer = renderer;
  }

  static async start(content?: string): Promise<Site> {
    const [database, confluence, renderer] = await Promise.all([
      // Forge doesn't say which rows it counts: what works so works in the other way, too.
      startDatabase({ foundRows: false }),
      startConfluence(content === undefined ? {} : { content }),
      startRenderer({ app: APP, remember: true }),
    ]);
    return new Site(database, confluence, renderer);
  }

  /** A fresh installation. */
  async install(options: Partial<PlatformOptions> = {}, how: InstallOptions = {}): Promise<App> {
    const variables = { RENDERER_URL: this.renderer.url.replace('http:', 'https:') };
    const { database, confluence, renderer, faults } = this;
    const given = { manifest: MANIFEST, handlers, variables, database, confluence, renderer, faults, ...options };
    const platform = new Platform(given);
    this.#platforms.push(platform);
    return new App(await platform.install(how));
  }

  async stop(): Promise<void> {
    for (const platform of this.#platforms) await platform.stop();
    await Promise.all([this.database.stop(), this.confluence.stop(), this.renderer.stop()]);
  }
}

/** One installation, as browsers use it. */
export class App {
  readonly installation: Installation;

  constructor(installation: Installation) {
    this.installation = installation;
  }

  /** The answer to a call. */
  async ask<Name extends keyof Calls>(
    name: Name,
    payload: Calls[Name],
    account?: string,
  ): Promise<Answer<Answers[Name]>> {
    return (await this.installation.resolver(name, payload, account ? { account } : {})) as Answer<Answers[Name]>;
  }

  /** The value of an answer; an Error if it is a problem. */
  async call<Name extends keyof Calls>(name: Name, payload: Calls[Name], account?: string): Promise<Answers[Name]> {
    const answer = await this.ask(name, payload, account);
    if ('problem' in answer) throw new Error(`${name}: ${JSON.stringify(answer.problem)}`);
    return answer.value;
  }

  /** The problem of an answer; an Error if there is none. */
  async problem<Name extends keyof Calls>(
    name: Name,
    payload: Calls[Name],
    account?: string,
  ): Promise<Problem['code']> {
    const answer = await this.ask(name, payload, account);
    if (!('problem' in answer)) throw new Error(`${name} has no problem`);
    return answer.problem.code;
  }

  /** What became of an export. */
  async status(id: string, account?: string): Promise<ExportInfo | undefined> {
    return (await this.call('status', { ids: [id] }, account)).exports[0];
  }

  /** Exports in the background, to the end. */
  async export(wish: Wish, account?: string): Promise<ExportInfo> {
    const { id } = await this.call('start', { wish }, account);
    await this.installation.drain();
    const info = await this.status(id, account);
    if (!info) throw new Error('the export is gone');
    return info;
  }

  /** A file of a document, as the browser puts it together. */
  async download(info: ExportInfo, index: number, account?: string): Promise<Buffer> {
    const pieces: Buffer[] = [];
    for (let piece = 0; ; piece += 1) {
      const { data, more } = await this.call('piece', { id: info.id, file: index, piece }, account);
      pieces.push(Buffer.from(data, 'base64'));
      if (!more) break;
    }
    const whole = Buffer.concat(pieces);
    const file = info.files[index];
    if (sha256(whole) !== file?.sha256 || whole.length !== file.bytes) throw new Error('damaged');
    return whole;
  }

  /** Time goes on, and what runs by itself runs. */
  async later(hours: number): Promise<void> {
    this.installation.clock.advance(hours * 3600_000);
    for (const key of ['xpress-migrate', 'xpress-retention']) {
      const outcome = await this.installation.scheduled(key);
      if (outcome.kind !== 'done') throw new Error(`${key}: ${outcome.kind}`);
    }
    await this.installation.drain();
  }

  /** Rows by table, of those that have any; chunks and blobs of finished documents included. */
  async rows(): Promise<Record<string, number>> {
    const { rows } = await this.installation.leftovers();
    return Object.fromEntries(Object.entries(rows).filter(([name, count]) => count > 0 && name !== '__migrations'));
  }
}

export function sha256(data: Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
