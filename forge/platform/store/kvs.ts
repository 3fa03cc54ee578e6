/** The key-value store of one installation, in memory, with Forge's limits. Queries see writes late, if faults say so. */

import type { State } from '../state';

interface Entry {
  value: unknown;
  createdAt: number;
  updatedAt: number;
  /** Milliseconds since 1970. */
  expires?: number;
}

interface Options {
  ttl?: { value: number; unit: 'SECONDS' | 'MINUTES' | 'HOURS' | 'DAYS' };
  keyPolicy?: 'OVERRIDE' | 'FAIL_IF_EXISTS';
  returnValue?: 'PREVIOUS' | 'LATEST';
}

interface Item {
  key: string;
  value?: unknown;
  entityName?: string;
  options?: Options;
}

interface Query {
  limit?: number;
  after?: string;
  where?: { property: string; condition: string; values: unknown[] }[];
}

const UNITS = { SECONDS: 1000, MINUTES: 60_000, HOURS: 3600_000, DAYS: 86_400_000 };
const YEAR = 366 * UNITS.DAYS;
const KEY = /^(?!\s+$)[a-zA-Z0-9:._\s#-]+$/;

class KvsRefusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export class Kvs {
  readonly #state: State;
  readonly #entries = new Map<string, Entry>();
  readonly #secrets = new Map<string, Entry>();
  /** What queries see, and what they will see when. */
  readonly #seen = new Map<string, Entry>();
  #late: { at: number; key: string; entry: Entry | undefined }[] = [];

  constructor(state: State) {
    this.#state = state;
  }

  /** How many entries there are. */
  get sizes(): { kvs: number; secrets: number } {
    return { kvs: this.#entries.size, secrets: this.#secrets.size };
  }

  /** The values of all entries, for tests. */
  entries(): Record<string, unknown> {
    return Object.fromEntries([...this.#entries].map(([key, entry]) => [key, entry.value]));
  }

  clear(): void {
    for (const map of [this.#entries, this.#secrets, this.#seen]) {
      map.clear();
    }
    this.#late = [];
  }

  /** Answers a request of the SDK. */
  async answer(path: string, body: string): Promise<Response> {
    if (!this.#state.manifest.scopes.includes('storage:app')) {
      this.#state.touched('scope', 'The key-value store needs the scope storage:app.');
      return Response.json({ code: 'FORBIDDEN', message: 'The scope storage:app is missing.' }, { status: 403 });
    }
    try {
      const made = this.#do(path.replace(/^\/api\/v1\//, ''), JSON.parse(body) as never);
      return made === undefined ? new Response(null, { status: 204 }) : Response.json(made);
    } catch (error) {
      if (error instanceof KvsRefusal) {
        return Response.json({ code: error.code, message: error.message }, { status: error.status });
      }
      throw error;
    }
  }

  #do(what: string, given: Item & Item[] & Query & { set?: Item[]; delete?: Item[]; check?: Item[] }): unknown {
    const { kvs } = this.#state.report;
    kvs.queries += what === 'query' ? 1 : 0;
    kvs.reads += /get$/.test(what) ? 1 : 0;
    kvs.writes += /set$|delete$|transaction$/.test(what) ? 1 : 0;
    switch (what) {
      case 'get':
        return this.#get(this.#entries, given);
      case 'secret/get':
        return this.#get(this.#secrets, given);
      case 'set':
        return this.#set(this.#entries, given);
      case 'secret/set':
        return this.#set(this.#secrets, given);
      case 'delete':
        return this.#delete(this.#entries, given.key);
      case 'secret/delete':
        return this.#delete(this.#secrets, given.key);
      case 'query':
        return this.#query(given);
      case 'transaction':
        return this.#transact(given.set ?? [], given.delete ?? [], given.check ?? []);
      case 'batch/set':
        return this.#batch(given, item => this.#set(this.#entries, item));
      case 'batch/delete':
        return this.#batch(given, item => this.#delete(this.#entries, item.key));
      case 'batch/get':
        return this.#batch(given, item => this.#get(this.#entries, item));
      default:
        throw new KvsRefusal(501, 'NOT_IMPLEMENTED', `This platform has no ${what}.`);
    }
  }

  #get(map: Map<string, Entry>, item: Item): object {
    this.#check(item);
    const entry = this.#alive(map.get(item.key));
    if (!entry) {
      throw new KvsRefusal(404, 'KEY_NOT_FOUND', 'There is no such key.');
    }
    return shown(item.key, entry);
  }

  #set(map: Map<string, Entry>, item: Item): object | undefined {
    this.#check(item);
    this.#checkValue(item);
    const now = this.#state.clock.now();
    const before = this.#alive(map.get(item.key));
    if (before && item.options?.keyPolicy === 'FAIL_IF_EXISTS') {
      throw new KvsRefusal(409, 'KEY_ALREADY_EXISTS', 'There is such a key already.');
    }
    const entry: Entry = {
      value: item.value,
      createdAt: before?.createdAt ?? now,
      updatedAt: now,
      ...expiry(item, now),
    };
    map.set(item.key, entry);
    this.#show(map, item.key, entry);
    if (!item.options?.returnValue) {
      return undefined;
    }
    const returned = item.options.returnValue === 'LATEST' ? entry : before;
    return returned && shown(item.key, returned);
  }

  #delete(map: Map<string, Entry>, key: string): undefined {
    this.#check({ key });
    map.delete(key);
    this.#show(map, key, undefined);
    return undefined;
  }

  #query(query: Query): object {
    this.#catchUp();
    const limit = query.limit ?? 10;
    if (limit < 1 || limit > this.#state.limits.kvsPage) {
      throw this.#refusal('kvsPage', 'INVALID_LIMIT', `A page has 1 to ${this.#state.limits.kvsPage} entries.`);
    }
    const where = query.where?.[0];
    if (where && (where.property !== 'key' || where.condition !== 'BEGINS_WITH')) {
      throw new KvsRefusal(400, 'INVALID_QUERY', 'Only the beginning of keys can be asked for.');
    }
    const start = String(where?.values[0] ?? '');
    const after = query.after ? Buffer.from(query.after, 'base64url').toString() : '';
    const keys = [...this.#seen.keys()].filter(key => key.startsWith(start) && key > after).sort();
    const data = keys.flatMap(key => {
      const entry = this.#alive(this.#seen.get(key));
      return entry ? [shown(key, entry)] : [];
    });
    const page = data.slice(0, limit);
    const last = page.at(-1);
    const more = data.length > limit && last;
    return { data: page, ...(more ? { cursor: Buffer.from(last.key).toString('base64url') } : {}) };
  }

  #transact(sets: Item[], deletes: Item[], checks: Item[]): undefined {
    const { limits } = this.#state;
    const all = [...sets, ...deletes, ...checks];
    if (checks.length > 0 || all.some(item => item.entityName)) {
      throw new KvsRefusal(501, 'NOT_IMPLEMENTED', 'This platform has no entities.');
    }
    if (all.length > limits.kvsBatch || new Set(all.map(item => item.key)).size < all.length) {
      throw this.#refusal('kvsBatch', 'INVALID_TRANSACTION', `Up to ${limits.kvsBatch} different keys.`);
    }
    if (Buffer.byteLength(JSON.stringify(sets)) > limits.kvsTransaction) {
      throw this.#refusal('kvsTransaction', 'PAYLOAD_TOO_LARGE', `Up to ${limits.kvsTransaction} bytes.`);
    }
    for (const item of all) {
      this.#check(item);
    }
    for (const item of sets) {
      this.#checkValue(item);
    }
    for (const item of sets) {
      this.#set(this.#entries, item);
    }
    for (const item of deletes) {
      this.#delete(this.#entries, item.key);
    }
    return undefined;
  }

  #batch(items: Item[], act: (item: Item) => unknown): object {
    const { limits } = this.#state;
    if (items.length > limits.kvsBatch || Buffer.byteLength(JSON.stringify(items)) > limits.kvsTransaction) {
      throw this.#refusal('kvsBatch', 'BATCH_TOO_LARGE', `Up to ${limits.kvsBatch} keys.`);
    }
    const successfulKeys: object[] = [];
    const failedKeys: object[] = [];
    for (const item of items) {
      try {
        successfulKeys.push((act(item) as object | undefined) ?? { key: item.key });
      } catch (error) {
        if (!(error instanceof KvsRefusal)) {
          throw error;
        }
        failedKeys.push({ key: item.key, error: { code: error.code, message: error.message } });
      }
    }
    return { successfulKeys, failedKeys };
  }

  #check(item: Item): void {
    const { kvsKey } = this.#state.limits;
    if (item.entityName) {
      throw new KvsRefusal(501, 'NOT_IMPLEMENTED', 'This platform has no entities.');
    }
    if (typeof item.key !== 'string' || item.key.length > kvsKey || !KEY.test(item.key)) {
      throw this.#refusal('kvsKey', 'INVALID_KEY', `A key has up to ${kvsKey} letters, digits, spaces and :._-#.`);
    }
  }

  #checkValue(item: Item): void {
    const { kvsValue, kvsDepth } = this.#state.limits;
    if (item.value === undefined || item.value === null) {
      throw new KvsRefusal(400, 'INVALID_VALUE', 'null can’t be stored.');
    }
    const bytes = Buffer.byteLength(JSON.stringify(item.value));
    if (bytes > kvsValue) {
      throw this.#refusal('kvsValue', 'VALUE_TOO_LARGE', `The value has ${bytes} bytes; the limit is ${kvsValue}.`);
    }
    if (depth(item.value) > kvsDepth) {
      throw this.#refusal('kvsDepth', 'VALUE_TOO_DEEP', `Values are at most ${kvsDepth} levels deep.`);
    }
  }

  #refusal(limit: string, code: string, message: string): KvsRefusal {
    this.#state.touched(limit, message);
    return new KvsRefusal(400, code, message);
  }

  #alive(entry: Entry | undefined): Entry | undefined {
    const gone = entry?.expires !== undefined && entry.expires <= this.#state.clock.now();
    return gone && !this.#state.faults.kvsLateExpiry ? undefined : entry;
  }

  #show(map: Map<string, Entry>, key: string, entry: Entry | undefined): void {
    if (map === this.#entries) {
      this.#late.push({ at: this.#state.clock.now() + this.#state.faults.kvsLag, key, entry });
    }
  }

  #catchUp(): void {
    const now = this.#state.clock.now();
    for (const { at, key, entry } of this.#late) {
      if (at > now) {
        continue;
      }
      if (entry) {
        this.#seen.set(key, entry);
      } else {
        this.#seen.delete(key);
      }
    }
    this.#late = this.#late.filter(late => late.at > now);
  }
}

function shown(key: string, entry: Entry): { key: string } & Record<string, unknown> {
  const { value, createdAt, updatedAt, expires } = entry;
  return { key, value, createdAt, updatedAt, ...(expires ? { expireTime: new Date(expires).toISOString() } : {}) };
}

function expiry(item: Item, now: number): { expires?: number } {
  const { ttl } = item.options ?? {};
  if (!ttl) {
    return {};
  }
  const milliseconds = ttl.value * UNITS[ttl.unit];
  if (!(milliseconds > 0) || milliseconds > YEAR) {
    throw new KvsRefusal(400, 'INVALID_TTL', 'The time to live is up to one year.');
  }
  return { expires: now + milliseconds };
}

function depth(value: unknown): number {
  if (typeof value !== 'object' || value === null) {
    return 0;
  }
  return 1 + Math.max(0, ...Object.values(value).map(depth));
}
