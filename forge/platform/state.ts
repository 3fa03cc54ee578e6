/** What the parts of an installation share. */

import { Clock } from './clock';
import type { Faults } from './faults';
import { callOf, type Invocation } from './invocation';
import { LIMITS, type Limits } from './limits';
import type { Manifest } from './manifest';
import type { Queue } from './queue';
import { Random } from './random';
import { Report } from './report';
import type { SqlService } from './sql/service';
import type { Kvs } from './store/kvs';
import type { ObjectServer, Objects } from './store/objects';
import type { Call, CallKind, PlatformOptions } from './types';

/** What an installation stores, and what waits. */
export interface Services {
  sql: SqlService;
  kvs: Kvs;
  objects: Objects;
  objectServer: ObjectServer;
  queue: Queue;
}

export class State {
  readonly id: string;
  readonly manifest: Manifest;
  readonly options: PlatformOptions;
  readonly limits: Limits;
  readonly faults: Faults;
  readonly clock = new Clock();
  readonly report = new Report();
  readonly random: Random;
  readonly logs: string[] = [];
  /** Whether waiting takes no time. */
  virtual = true;
  /** Addresses of remotes that administrators set. */
  readonly remotes = new Map<string, string>();
  /** What Atlassian says of accounts when asked by the personal data reporting API. */
  readonly accounts = new Map<string, 'closed' | 'updated'>();
  /** Accounts that were reported. */
  readonly reported = new Set<string>();
  #refusals = 0;
  #services: Services | undefined;

  constructor(id: string, manifest: Manifest, options: PlatformOptions, faults: Faults, seed: number) {
    this.id = id;
    this.manifest = manifest;
    this.options = options;
    this.faults = faults;
    this.limits = { ...LIMITS, ...options.limits };
    this.random = new Random(seed);
  }

  /** Error once it is uninstalled. */
  get services(): Services {
    if (!this.#services) {
      throw new Error('The app is not installed.');
    }
    return this.#services;
  }

  set services(services: Services | undefined) {
    this.#services = services;
  }

  /** Account id of the app. */
  get appAccount(): string {
    return `712020:app-${this.manifest.app.id.split('/').at(-1)}`;
  }

  /** Refuses so many calls, as before the app account has its permissions. */
  refuse(calls: number): void {
    this.#refusals = calls;
  }

  /** The refusal of a call while permissions are not there yet. */
  refusedYet(kind: CallKind): Promise<Response> | undefined {
    if (this.#refusals <= 0 || kind === 'remote' || kind === 'service' || kind === 'fetch') {
      return undefined;
    }
    this.#refusals -= 1;
    const status = this.#refusals % 2 === 0 ? 401 : 403;
    const body = { code: 'APP_NOT_ENABLED', message: 'The app has no permission yet.' };
    return Promise.resolve(Response.json(body, { status }));
  }

  /** Writes down that a limit was hit. */
  touched(limit: string, message: string): void {
    this.report.touched.push({ limit, message });
  }

  numbered(kind: CallKind, name: string, invocation: Invocation): Call {
    const call = callOf(this.report.calls.length + 1, kind, name, invocation);
    this.report.calls.push(call);
    return call;
  }

  cost(call: Call): number {
    return this.options.cost?.(call) ?? 0;
  }
}
