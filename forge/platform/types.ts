/** The words that all parts of the platform have in common. */

import type { Clock } from './clock';
import type { Faults } from './faults';
import type { Limits } from './limits';
import type { Report } from './report';

/** A running MariaDB. */
export interface Database {
  /** The unix socket that it listens on. */
  readonly socket: string;
  /** Whether `affectedRows` counts rows that were found (true, as mysql2 does) or those that were changed. */
  readonly foundRows: boolean;
  /** Ends it and removes its files. */
  stop(): Promise<void>;
}

/** A call as the site to try XPress with (`testsite/`) saw it. */
export interface SiteCall {
  role: 'site' | 'gateway' | 'media' | 'elsewhere';
  method: string;
  path: string;
  query: [string, string][];
  /** 0: the connection was cut before any answer. */
  status: number;
  /** Account id; empty: nobody. */
  account: string;
  /** Objects in the answer, as they are charged for. */
  results: number;
  seconds: number;
  /** The fault that was put on, if any. */
  fault: string;
}

/** Something that goes wrong in Confluence: the fields of `testsite.Fault`. */
export interface SiteFault {
  kind: string;
  /** Regular expression, searched in path and query. */
  path?: string;
  method?: string;
  role?: SiteCall['role'];
  nth?: number;
  every?: number;
  /** null: for ever. */
  times?: number | null;
  status?: number;
  retry_after?: number;
  seconds?: number;
  pieces?: number;
  size?: number;
}

/** A page to add: the fields of `testsite.Page`, `readers` being account ids, or null for everybody. */
export interface SitePage {
  id: string;
  title: string;
  body?: string;
  parent?: string;
  space?: string;
  kind?: string;
  labels?: string[];
  position?: number;
  readers?: string[] | null;
  author?: string;
  /** Attachments; `data` in base64. */
  files?: { title: string; data: string; media_type?: string }[];
}

/** A running Confluence Cloud: the site to try XPress with. */
export interface Confluence {
  /** The site's base, ending in `/wiki`, for `xpress export` and people. */
  readonly url: string;
  /** The gateway's base; `/wiki/…` comes after it. */
  readonly gateway: string;
  /** Where attachments are downloaded from. */
  readonly media: string;
  readonly cloudId: string;
  /** Rita Reader, who signs in with this address and token, for the command line. */
  readonly reader: { account: string; name: string; email: string; token: string };
  /** Makes a bearer for an account, which is added if need be. `scopes`: all that it may; null: all that reading needs. */
  token(account: string, scopes: string[] | null, name?: string): Promise<string>;
  fault(...faults: SiteFault[]): Promise<void>;
  clearFaults(): Promise<void>;
  /** `admin`: administers the site and its spaces. */
  addUser(account: string, name: string, admin?: boolean): Promise<void>;
  addSpace(space: {
    key: string;
    name?: string;
    homepage?: string;
    readers?: string[] | null;
    admins?: string[];
  }): Promise<void>;
  /** Adds pages, or puts them in place of those with the same ids. */
  add(...pages: SitePage[]): Promise<void>;
  /** A new version. */
  edit(page: string, change: { title?: string; body?: string }): Promise<void>;
  /** Changes what a page is without a new version; `readers` are who may see it. */
  change(page: string, change: Partial<Omit<SitePage, 'id' | 'files'>>): Promise<void>;
  remove(page: string): Promise<void>;
  spaces(): Promise<{ key: string; name: string; id: string; homepage: string }[]>;
  /** All pages of a space (all spaces without one), by id. `body` is what people see, as HTML, if asked for. */
  pages(space?: string): Promise<{ id: string; title: string; space: string; parent: string; kind: string }[]>;
  /** A page as HTML for people. */
  view(
    page: string,
  ): Promise<{ id: string; title: string; space: string; author: string; updated: string; html: string }>;
  /** Seconds that each call takes longer. */
  latency(seconds: number): Promise<void>;
  /** The calls since the last `forget`. */
  calls(): Promise<SiteCall[]>;
  forget(): Promise<void>;
  stop(): Promise<void>;
}

/** A rendering service that can be called with tokens of the platform. */
export interface Renderer {
  /** Its address, without a slash at the end. */
  readonly url: string;
  /** The app's id, the audience of tokens. */
  readonly app: string;
  /** A Forge invocation token. `claims` overwrite those that are right. */
  token(installation: string, claims?: Record<string, unknown>): Promise<string>;
  /** Sends a request, with faults and the memory of equal requests that it was started with. */
  send(request: Request): Promise<Response>;
  stop(): Promise<void>;
}

// biome-ignore lint/suspicious/noExplicitAny: handlers take what Forge gives them
export type Handler = (...args: any[]) => unknown;

/** The exports of the module with the app's functions. */
export type Handlers = Record<string, Handler>;

export interface PlatformOptions {
  /** The manifest's file. */
  manifest: string;
  handlers: Handlers;
  database: Database;
  confluence: Confluence;
  /** Without one, remotes and services can't be reached. */
  renderer?: Renderer;
  /** Values of `${…}` in the manifest, and the environment of the functions. */
  variables?: Record<string, string>;
  limits?: Partial<Limits>;
  faults?: Faults;
  /** Of all that happens by chance; 1 by default. */
  seed?: number;
  /** How the queue treats events. */
  queue?: Partial<QueueHabits>;
  /** Milliseconds by which a call makes an invocation older than it is, so that tests can use time up. */
  cost?: (call: Call) => number;
  /** Print what functions log; otherwise it is only kept. */
  echo?: boolean;
}

export interface QueueHabits {
  /** Probability (0 to 1) that an event is delivered once more. */
  duplicates: number;
  /** Deliver in the order of pushing instead of by chance. */
  ordered: boolean;
  /** Consumers at once. */
  parallel: number;
}

export type CallKind = 'confluence' | 'remote' | 'service' | 'sql' | 'ddl' | 'kvs' | 'queue' | 'objects' | 'fetch';

/** A call from a function to the platform. */
export interface Call {
  /** From 1, of the installation. */
  number: number;
  kind: CallKind;
  /** Path, or the beginning of the statement. */
  name: string;
  /** Key of the function. */
  function: string;
  /** Key of the module. */
  module: string;
  invocation: string;
}

/** Who opens what where. */
export interface Place {
  /** Account id; Rita Reader if there is none. */
  account?: string;
  /** Key of a module with an interface; the first one if there is none. */
  module?: string;
  page?: string;
  space?: string;
  locale?: string;
  theme?: 'light' | 'dark';
  /** What the browser says of the place, instead of what is true. */
  extension?: Record<string, unknown>;
}

/** How an invocation ended. */
export type Outcome =
  | { kind: 'done'; value: unknown }
  | { kind: 'failed'; error: unknown }
  | { kind: 'timeout' }
  | { kind: 'crashed' };

export interface InstallOptions {
  /** Calls (to anything) that are refused with 401 and 403 in turn before the app account has its permissions. */
  refusals?: number;
  /** Don't fire the installed event. */
  quiet?: boolean;
}

/** What is left in an installation. */
export interface Leftovers {
  /** Rows by table. */
  rows: Record<string, number>;
  kvs: number;
  secrets: number;
  objects: number;
  events: number;
}

export interface Installation {
  /** UUID. */
  readonly id: string;
  readonly report: Report;
  readonly clock: Clock;
  /** Lines that functions logged. */
  readonly logs: string[];
  /** What Atlassian says of accounts when the app reports them. */
  readonly accounts: Map<string, 'closed' | 'updated'>;
  /** Accounts that the app has reported. */
  readonly reported: ReadonlySet<string>;
  /** `invoke(name, payload)` of the bridge. Rejects with a BridgeError if it fails, as it does in the browser. */
  resolver(name: string, payload?: unknown, place?: Place): Promise<unknown>;
  /** A command of the bridge, as `__bridge.callBridge` gets it. */
  bridge(command: string, args?: unknown, place?: Place): Promise<unknown>;
  /** Runs a scheduled trigger, by the key of its module. */
  scheduled(key: string): Promise<Outcome>;
  /** Sends an event such as `avi:forge:installed:app` to all triggers that want it. */
  lifecycle(event: string): Promise<Outcome[]>;
  /** A new major version has arrived. */
  upgrade(): Promise<Outcome[]>;
  /** Delivers events until none is left, in virtual time. `deliveries`: the most; more is an Error. */
  drain(options?: { deliveries?: number; while?: () => boolean }): Promise<void>;
  /** Delivers events by themselves, in real time, until `pause`. */
  deliver(): void;
  pause(): Promise<void>;
  /** Runs preUninstall. What the platform would delete is still there: `leftovers` tells what the app left. */
  uninstall(): Promise<{ outcomes: Outcome[]; left: Leftovers }>;
  leftovers(): Promise<Leftovers>;
  /** A statement of the test itself, outside of all rules. */
  query<T extends object>(statement: string, values?: unknown[]): Promise<T[]>;
}
