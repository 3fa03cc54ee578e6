/** The app on one site. */

import { answerBridge } from './bridge';
import { opened } from './context';
import { Invocation, type Run } from './invocation';
import { Queue } from './queue';
import { Rate } from './rate';
import { contextAri, ENVIRONMENT, installationOf, VERSION } from './runtime';
import { SqlService } from './sql/service';
import type { State } from './state';
import { Kvs } from './store/kvs';
import { type ObjectServer, Objects } from './store/objects';
import type { Handler, Installation, Leftovers, Outcome, Place } from './types';

const BRIDGE_WINDOW = 25_000;
const NOTHING: Leftovers = { rows: {}, kvs: 0, secrets: 0, objects: 0, events: 0 };

export class InstalledApp implements Installation {
  readonly state: State;
  readonly bridgeRate: Rate;
  #installed = true;

  private constructor(state: State) {
    this.state = state;
    this.bridgeRate = new Rate(state.clock, BRIDGE_WINDOW);
  }

  /** Makes the storage of an installation. */
  static async create(state: State, objectServer: ObjectServer): Promise<InstalledApp> {
    const app = new InstalledApp(state);
    const { limits, clock, report } = state;
    const { database } = state.options;
    const touched = (limit: string, message: string) => state.touched(limit, message);
    state.services = {
      sql: await SqlService.create(`i_${state.id.replaceAll('-', '')}`, { database, limits, clock, report, touched }),
      kvs: new Kvs(state),
      objects: new Objects(state, objectServer),
      objectServer,
      queue: new Queue(state, (queue, event, depth) => app.#consume(queue, event, depth)),
    };
    return app;
  }

  get id() {
    return this.state.id;
  }

  get report() {
    return this.state.report;
  }

  get clock() {
    return this.state.clock;
  }

  get logs() {
    return this.state.logs;
  }

  get accounts() {
    return this.state.accounts;
  }

  get reported() {
    return this.state.reported;
  }

  resolver(name: string, payload: unknown = {}, place: Place = {}): Promise<unknown> {
    return this.bridge('invoke', { functionKey: name, payload }, place);
  }

  async bridge(command: string, args: unknown = {}, place: Place = {}): Promise<unknown> {
    return answerBridge(this, command, args, await opened(this.state, place));
  }

  /** Runs a function of the manifest. */
  run(run: Run, args: unknown[]): Promise<Outcome> {
    const { manifest, options } = this.state;
    const [file, name = ''] = (manifest.function(run.function).handler ?? '').split('.');
    const handler: Handler | undefined = options.handlers[name];
    if (!handler) {
      throw new Error(`There is no ${file}.${name}, which the function “${run.function}” names.`);
    }
    return new Invocation(this.state, run).start(handler, args);
  }

  async scheduled(key: string): Promise<Outcome> {
    const made = this.state.manifest.modules('scheduledTrigger').find(one => one.key === key);
    if (!made?.function) {
      throw new Error(`The manifest has no scheduled trigger “${key}”.`);
    }
    const run = this.#background('scheduledTrigger', made.function, key, key);
    return this.run(run, [{ context: this.#context(key), contextToken: undefined }, this.#backend()]);
  }

  async lifecycle(event: string): Promise<Outcome[]> {
    const outcomes: Outcome[] = [];
    const { manifest, id, limits, options } = this.state;
    for (const trigger of manifest.modules('trigger')) {
      if (trigger.function && trigger.events?.includes(event)) {
        const run: Run = { ...this.#background('trigger', trigger.function, trigger.key, event) };
        run.time = limits.interactiveTime;
        const given = {
          eventType: event,
          id: `ari:cloud:ecosystem::installation/${id}`,
          app: { id: manifest.app.id, version: VERSION },
          environment: { id: `ari:cloud:ecosystem::environment/${manifest.app.id.split('/').at(-1)}/${ENVIRONMENT}` },
          installerAccountId: options.confluence.reader.account,
          context: this.#context(trigger.key),
        };
        outcomes.push(await this.run(run, [given, this.#backend()]));
      }
    }
    return outcomes;
  }

  upgrade(): Promise<Outcome[]> {
    return this.lifecycle('avi:forge:upgraded:app');
  }

  drain(options: { deliveries?: number; while?: () => boolean } = {}): Promise<void> {
    return this.state.services.queue.drain(options.deliveries, options.while);
  }

  deliver(): void {
    this.state.services.queue.deliver();
  }

  async pause(): Promise<void> {
    await this.state.services.queue.pause();
  }

  async uninstall(): Promise<{ outcomes: Outcome[]; left: Leftovers }> {
    const outcomes: Outcome[] = [];
    const { manifest, limits } = this.state;
    for (const made of manifest.modules('preUninstall')) {
      if (made.function) {
        const run = this.#background('preUninstall', made.function, made.key, made.key);
        run.time = Math.min(run.time, limits.preUninstallTime);
        outcomes.push(await this.run(run, [{ context: this.#context(made.key) }, this.#backend()]));
      }
    }
    const left = await this.leftovers();
    await this.remove();
    return { outcomes, left };
  }

  /** Deletes all that is stored, without asking the app. */
  async remove(): Promise<void> {
    if (!this.#installed) {
      return;
    }
    this.#installed = false;
    const { sql, kvs, objects, queue } = this.state.services;
    queue.clear();
    await queue.pause();
    await sql.drop();
    kvs.clear();
    objects.clear();
    queue.clear();
    this.state.services = undefined;
  }

  async leftovers(): Promise<Leftovers> {
    if (!this.#installed) {
      return NOTHING;
    }
    const { sql, kvs, objects, queue } = this.state.services;
    return { rows: await sql.rows(), ...kvs.sizes, objects: objects.size, events: queue.waiting };
  }

  query<T extends object>(statement: string, values: unknown[] = []): Promise<T[]> {
    return this.state.services.sql.query<T>(statement, values);
  }

  #consume(queue: string, event: object, depth: number): Promise<Outcome> {
    const consumer = this.state.manifest.modules('consumer').find(made => made.queue === queue);
    if (!consumer?.function) {
      return Promise.resolve({ kind: 'failed', error: new Error(`There is no consumer of ${queue}.`) });
    }
    const run = { ...this.#background('consumer', consumer.function, consumer.key, queue), depth };
    return this.run(run, [event, this.#backend()]);
  }

  #background(kind: Run['kind'], key: string, module: string, name: string): Run {
    const { manifest, limits } = this.state;
    const time = (manifest.function(key).timeoutSeconds ?? limits.functionTime / 1000) * 1000;
    return { kind, function: key, module, name, time };
  }

  #context(module: string): object {
    return { cloudId: this.state.options.confluence.cloudId, moduleKey: module };
  }

  #backend(): object {
    const { cloudId } = this.state.options.confluence;
    return { installContext: contextAri(cloudId), installation: installationOf(this.state.id, cloudId) };
  }
}
