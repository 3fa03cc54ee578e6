/** The real SDK packages on the platform: what works, and what is refused. */

import { createHash } from 'node:crypto';
import { asApp, asUser, route } from '@forge/api';
import { kvs, WhereConditions } from '@forge/kvs';
import objectStore from '@forge/object-store';
import { migrationRunner, sql } from '@forge/sql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Confluence,
  type Database,
  Faults,
  type Installation,
  type Platform,
  startConfluence,
  startDatabase,
} from '../../platform';
import { type Does, jobs, makePlatform } from './app';

let database: Database;
let confluence: Confluence;
let platform: Platform;
let does: Does;
let app: Installation;
const faults = new Faults();

beforeAll(async () => {
  [database, confluence] = await Promise.all([startDatabase(), startConfluence({ content: '' })]);
  await confluence.addSpace({ key: 'DEMO', name: 'Demo' });
  await confluence.add({ id: '1', title: 'Home', body: '<p>Hello</p>', space: 'DEMO' });
  await confluence.add({ id: '2', title: 'Secret', parent: '1', readers: ['712020:ann'] });
  const file = Buffer.from([0, 255, 1, 254]).toString('base64');
  await confluence.add({ id: '3', title: 'Files', parent: '1', files: [{ title: 'a.bin', data: file }] });
  ({ platform, does } = makePlatform({ database, confluence, faults }));
  app = await platform.install();
});

afterAll(async () => {
  await platform?.stop();
  await Promise.all([database?.stop(), confluence?.stop()]);
});

/** Runs code in a resolver, and gives what it gave. */
async function inResolver<T>(code: () => Promise<T>, account = '712020:ann'): Promise<T> {
  does.call = code;
  const { value } = (await app.resolver('call', {}, { account })) as { value: T };
  return value;
}

/** Runs code in a scheduled function, where there is no user. */
async function inBackground<T>(code: () => Promise<T>): Promise<T> {
  does.hourly = code;
  const outcome = await app.scheduled('hourly');
  if (outcome.kind !== 'done') {
    throw outcome.kind === 'failed' ? outcome.error : new Error(outcome.kind);
  }
  return outcome.value as T;
}

const page = (id: string) => route`/wiki/api/v2/pages/${id}`;

describe('Confluence', () => {
  it('is read with the rights of the user who is there', async () => {
    const ann = await inResolver(async () => (await asUser().requestConfluence(page('2'))).status);
    const bob = await inResolver(async () => (await asUser().requestConfluence(page('2'))).status, '712020:bob');
    expect([ann, bob]).toEqual([200, 404]);
  });

  it('is read as a user who is not there only with scopes that allow it', async () => {
    const [read, files, own] = await inBackground(async () => [
      (await asUser('712020:ann').requestConfluence(page('2'))).status,
      (await asUser('712020:ann').requestConfluence(route`/wiki/api/v2/pages/3/attachments`)).status,
      (await asApp().requestConfluence(page('2'))).status,
    ]);
    expect([read, files, own]).toEqual([200, 401, 404]);
  });

  it('refuses asUser() where there is no user', async () => {
    await expect(inBackground(() => asUser().requestConfluence(page('1')))).rejects.toThrow('Authentication Required');
  });

  it('refuses to impersonate one user for another', async () => {
    await expect(inResolver(() => asUser('712020:bob').requestConfluence(page('1')))).rejects.toThrow('403');
  });

  it('refuses calls without their scope', async () => {
    const status = await inResolver(async () => (await asUser().requestConfluence(route`/wiki/api/v2/spaces`)).status);
    expect(status).toBe(401);
    expect(app.report.touched.at(-1)?.message).toContain('GET /wiki/api/v2/spaces');
  });

  it('follows downloads to the bytes', async () => {
    const bytes = await inResolver(async () => {
      const list = await asUser().requestConfluence(route`/wiki/api/v2/pages/3/attachments`);
      const { results } = (await list.json()) as { results: { id: string }[] };
      const path = route`/wiki/rest/api/content/3/child/attachment/${results[0]?.id ?? ''}/download`;
      return [...new Uint8Array(await (await asUser().requestConfluence(path)).arrayBuffer())];
    });
    expect(bytes).toEqual([0, 255, 1, 254]);
  });
});

describe('SQL', () => {
  it('keeps the books of migrations, and answers as Forge does', async () => {
    const rows = await inResolver(async () => {
      const table = 'CREATE TABLE IF NOT EXISTS t (id VARCHAR(36) PRIMARY KEY, n BIGINT, m INT, t LONGTEXT)';
      migrationRunner.enqueue('v001', table);
      expect(await migrationRunner.run()).toEqual(['v001']);
      expect(await migrationRunner.run()).toEqual([]);
      await sql.prepare('INSERT INTO t VALUES (?, ?, ?, ?)').bindParams('a', '9007199254740993', 2, 'x').execute();
      const update = await sql.prepare('UPDATE t SET m = ? WHERE id = ?').bindParams(3, 'a').execute();
      expect(update.rows).toMatchObject({ affectedRows: 1 });
      const { rows: found } = await sql
        .prepare('SELECT id, n, m, NULL AS x, COUNT(*) AS c FROM t GROUP BY id, n, m')
        .execute();
      return found;
    });
    expect(rows).toEqual([{ id: 'a', n: '9007199254740993', m: 3, x: null, c: '1' }]);
  });

  it('takes requests of up to 1 MiB', async () => {
    const insert = (bytes: number) =>
      inResolver(() =>
        sql.prepare('REPLACE INTO t (id, t) VALUES (?, ?)').bindParams('big', 'x'.repeat(bytes)).execute(),
      );
    await insert(1_000_000);
    await expect(insert(1_048_576)).rejects.toThrow(/request has \d+ bytes/);
  });

  it('refuses answers beyond 4 MiB', async () => {
    const select = (times: number) =>
      inResolver(() => sql.executeRaw(`SELECT REPEAT(t, ${times}) AS t FROM t WHERE id = 'big'`));
    await select(4);
    await expect(select(5)).rejects.toThrow(/response has \d+ bytes/);
  });

  it.each([
    ['SELECT 1; SELECT 2', 'one statement'],
    ['CREATE TABLE u (id INT)', 'executeDDL'],
    ['SELECT * FROM t FOR UPDATE', 'Locks'],
    ['SET autocommit = 0', 'SET is not allowed'],
    ['SELECT SLEEP(1)', 'not allowed'],
    ["DELETE FROM t WHERE id = 'x' RETURNING id", 'MariaDB'],
    ['SELECT n, id FROM t GROUP BY n', 'GROUP BY'],
  ])('refuses %s', async (statement, words) => {
    await expect(inResolver(() => sql.executeRaw(statement))).rejects.toThrow(words);
  });

  it('refuses DDL that TiDB does not know', async () => {
    const ddl = (statement: string) => inResolver(() => sql.executeDDL(statement));
    await expect(ddl('CREATE TABLE u (id INT PRIMARY KEY AUTO_INCREMENT)')).rejects.toThrow('AUTO_INCREMENT');
    await expect(ddl("CREATE TABLE u (id INT, t TEXT DEFAULT 'x')")).rejects.toThrow('defaults');
    await expect(ddl('CREATE TABLE u (id INT, user VARCHAR(9), event INT)')).resolves.toBeDefined();
  });

  it('tells errors of the database with their numbers', async () => {
    const failing = sql.prepare('INSERT INTO t (id) VALUES (?)').bindParams('a');
    const caught = inResolver(() => failing.execute().catch((error: { context: object }) => error.context));
    await expect(caught).resolves.toMatchObject({ debug: { errno: 1062 } });
  });

  it('is full at its limit, and is not once something is deleted', async () => {
    const { platform: small, does: doing } = makePlatform({ database, confluence, limits: { sqlStorage: 100_000 } });
    const full = await small.install();
    const put = async (id: string) => {
      doing.call = () => sql.prepare('INSERT INTO t VALUES (?, ?)').bindParams(id, 'x'.repeat(60_000)).execute();
      return full.resolver('call');
    };
    await full.query('CREATE TABLE t (id VARCHAR(9) PRIMARY KEY, t LONGTEXT)');
    await put('a');
    await expect(put('b')).rejects.toThrow('full');
    await full.query('DELETE FROM t');
    await put('b');
    await small.stop();
  });

  it('serves several installations at once, each its own', async () => {
    const { platform: other, does: doing } = makePlatform({ database, confluence });
    const [one, two] = await Promise.all([other.install(), other.install()]);
    doing.call = async ({ name }) => {
      await sql.executeDDL('CREATE TABLE mine (name VARCHAR(9))');
      await sql.prepare('INSERT INTO mine VALUES (?)').bindParams(name).execute();
      return (await sql.executeRaw('SELECT name FROM mine')).rows;
    };
    const found = await Promise.all([one.resolver('call', { name: 'one' }), two.resolver('call', { name: 'two' })]);
    expect(found).toEqual([{ value: [{ name: 'one' }] }, { value: [{ name: 'two' }] }]);
    await other.stop();
  });
});

describe('Storage', () => {
  it('keeps values in the key-value store, up to their limits', async () => {
    await inResolver(async () => {
      await kvs.set('p:1', { a: 1 });
      await kvs.set('p:2', 'x', { ttl: { value: 1, unit: 'HOURS' } });
      await expect(kvs.set('p:3', 'x'.repeat(240 * 1024))).rejects.toThrow('limit');
      await expect(kvs.set('p:3', null)).rejects.toThrow('null');
      await expect(kvs.set('ä', 1)).rejects.toThrow('key');
      expect(await kvs.get('p:1')).toEqual({ a: 1 });
      expect(await kvs.get('p:4')).toBeUndefined();
      const query = kvs.query().where('key', WhereConditions.beginsWith('p:')).limit(1);
      const first = await query.getMany();
      expect(first.results.map(found => found.key)).toEqual(['p:1']);
      const second = await kvs
        .query()
        .where('key', WhereConditions.beginsWith('p:'))
        .cursor(first.nextCursor ?? '')
        .getMany();
      expect(second.results.map(found => found.key)).toEqual(['p:2']);
      return undefined;
    });
    app.clock.advance(3600_000);
    expect(await inResolver(async () => (await kvs.get('p:2')) ?? 'gone')).toBe('gone');
  });

  it('takes objects only as they were announced', async () => {
    const data = Buffer.from('%PDF');
    const checksum = createHash('sha256').update(data).digest('base64');
    const statuses = await inResolver(async () => {
      const announced = { key: 'a', length: data.length, checksum, checksumType: 'SHA256' } as const;
      const url = (await objectStore.createUploadUrl(announced))?.url ?? '';
      const wrong = await fetch(url, { method: 'PUT', body: 'other' });
      const right = await fetch(url, { method: 'PUT', body: data });
      const down = (await objectStore.createDownloadUrl('a'))?.url ?? '';
      const part = await fetch(down, { headers: { range: 'bytes=1-2' } });
      return [wrong.status, right.status, part.status, await part.text(), (await objectStore.get('a'))?.size];
    });
    expect(statuses).toEqual([400, 200, 206, 'PD', 4]);
  });

  it('gives outsiders only public addresses, and none for ever', async () => {
    const urls = await inResolver(async () => [
      (await objectStore.createDownloadUrl('a'))?.url ?? '',
      (await objectStore.createPublicDownloadUrl('a'))?.url ?? '',
    ]);
    const status = async (url = '') => (await fetch(url)).status;
    expect(await Promise.all(urls.map(status))).toEqual([403, 200]);
    app.clock.advance(3600_000);
    expect(await Promise.all(urls.map(status))).toEqual([403, 403]);
  });

  it('sees writes late in queries, if a fault says so', async () => {
    faults.kvsLag = 5000;
    const count = async () =>
      (await kvs.query().where('key', WhereConditions.beginsWith('late')).getMany()).results.length;
    const before = await inResolver(async () => {
      await kvs.set('late', 1);
      expect(await kvs.get('late')).toBe(1);
      return count();
    });
    app.clock.advance(5000);
    expect([before, await inResolver(count)]).toEqual([0, 1]);
    faults.clear();
  });
});

describe('Invocations', () => {
  it('limit what resolvers get and give', async () => {
    does.call = () => 1;
    await expect(app.resolver('call', { data: 'x'.repeat(512_000) })).rejects.toThrow('payload');
    does.call = () => 'x'.repeat(5_300_000);
    await expect(app.resolver('call')).rejects.toThrow('answer');
  });

  it('allow no egress that the manifest does not name', async () => {
    expect(await inResolver(async () => (await fetch('http://example.com/')).status)).toBe(403);
  });

  it('end when their time is up', async () => {
    does.call = () => new Promise(resolve => setTimeout(resolve, 26_000));
    await expect(app.resolver('call')).rejects.toThrow('timeout');
  });

  it('keep what is logged', async () => {
    await inResolver(async () => console.info('export %s', 42));
    expect(app.logs).toContain('export 42');
  });

  it('are killed for good: nothing after has an effect', async () => {
    faults.add({ kind: 'crash-after' }, { kind: 'kvs' });
    const seen: string[] = [];
    does.hourly = async () => {
      try {
        await kvs.set('crash:1', 1);
        seen.push('answered');
      } finally {
        seen.push('finally');
      }
    };
    expect(await app.scheduled('hourly')).toEqual({ kind: 'crashed' });
    expect(await inResolver(async () => kvs.get('crash:1'))).toBe(1);
    expect(seen).toEqual([]);
    faults.clear();
  });

  it('are refused before the app has its permissions', async () => {
    const codes: number[] = [];
    does.lifecycle = async () => {
      for (let i = 0; i < 3; i += 1) {
        codes.push((await asApp().requestConfluence(page('1'))).status);
      }
    };
    await platform.install({ refusals: 2 });
    expect(codes).toEqual([403, 401, 200]);
    does.lifecycle = () => undefined;
  });
});

describe('The queue', () => {
  it('delivers each event, again after failures, in virtual time', async () => {
    const began = app.clock.now();
    const tries = new Map<unknown, number>();
    does.job = event => {
      const count = (tries.get(event.body.n) ?? 0) + 1;
      tries.set(event.body.n, count);
      expect(event.retryContext?.retryCount ?? 0).toBe(count - 1);
      if (event.body.n === 2 && count < 4) {
        throw new Error('again');
      }
    };
    await inResolver(() => jobs.push([1, 2, 3].map(n => ({ body: { n }, delayInSeconds: 600 }))));
    await app.drain();
    expect(Object.fromEntries(tries)).toEqual({ 1: 1, 2: 4, 3: 1 });
    expect(app.clock.now() - began).toBeGreaterThan(600_000);
  });

  it('gives up after a day', async () => {
    does.job = () => {
      throw new Error('always');
    };
    const { jobId } = await inResolver(() => jobs.push({ body: {} }));
    await app.drain();
    expect(await inResolver(() => jobs.getJob(jobId).getStats())).toEqual({ success: 0, inProgress: 0, failed: 1 });
  });

  it('honours what a consumer asks for', async () => {
    const seen: unknown[] = [];
    does.job = event => {
      seen.push(event.retryContext?.retryData);
      return seen.length < 2 ? { _retry: true, retryOptions: { retryAfter: 30, retryData: 'more' } } : undefined;
    };
    await inResolver(() => jobs.push({ body: {} }));
    await app.drain();
    expect(seen).toEqual([undefined, 'more']);
  });

  it('delivers twice now and then', async () => {
    const { platform: twice, does: doing } = makePlatform({ database, confluence, queue: { duplicates: 1 } });
    const installed = await twice.install();
    const ids: string[] = [];
    doing.call = () => jobs.push([{ body: {} }, { body: {} }]);
    doing.job = event => ids.push(event.eventId);
    await installed.resolver('call');
    await installed.drain();
    expect([ids.length, new Set(ids).size]).toEqual([4, 2]);
    await twice.stop();
  });

  it('keeps to limits of concurrency', async () => {
    let running = 0;
    let most = 0;
    does.job = async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise(resolve => setTimeout(resolve, 5));
      running -= 1;
    };
    const push = (limit: number) =>
      inResolver(() =>
        jobs.push(Array.from({ length: 6 }, () => ({ body: {}, concurrency: { key: `c${limit}`, limit } }))),
      );
    await push(1);
    await app.drain();
    const alone = most;
    await push(5);
    await app.drain();
    expect([alone, most]).toEqual([1, 3]);
  });

  it('cancels what waits', async () => {
    does.job = () => {
      throw new Error('cancelled events must not come');
    };
    await inResolver(async () => {
      const { jobId } = await jobs.push({ body: {}, delayInSeconds: 5 });
      await jobs.getJob(jobId).cancel();
    });
    await app.drain();
    expect((await app.leftovers()).events).toBe(0);
  });

  it.each([
    ['too many events', Array.from({ length: 51 }, () => ({ body: {} })), 'more than the 50 events'],
    ['an event beyond 100 KB', [{ body: { data: 'x'.repeat(110_000) } }], 'long consumers'],
    [
      'a push beyond 200 KB',
      Array.from({ length: 3 }, () => ({ body: { data: 'x'.repeat(80_000) } })),
      'maximum payload',
    ],
    ['a delay beyond 900 s', [{ body: {}, delayInSeconds: 901 }], 'delayInSeconds'],
  ])('refuses %s', async (_, events, words) => {
    await expect(inResolver(() => jobs.push(events))).rejects.toThrow(words);
  });

  it('refuses more than 500 events in a minute', async () => {
    const full = Array.from({ length: 50 }, () => ({ body: {}, delayInSeconds: 1 }));
    does.job = () => undefined;
    app.clock.advance(60_000);
    const pushes = inResolver(async () => {
      for (let count = 0; count < 11; count += 1) {
        await jobs.push(full);
      }
    });
    await expect(pushes).rejects.toThrow('Too many requests');
    await app.drain();
  });

  it('ends chains of events that never end', async () => {
    const { platform: small, does: doing } = makePlatform({ database, confluence, limits: { cyclicDepth: 3 } });
    const installed = await small.install();
    let count = 0;
    doing.call = () => jobs.push({ body: {} });
    doing.job = async () => {
      count += 1;
      await jobs.push({ body: {} }).catch((error: Error) => expect(error.message).toContain('cyclic'));
    };
    await installed.resolver('call');
    await installed.drain();
    expect(count).toBe(3);
    await small.stop();
  });
});

it('brings a job to its end wherever it is killed', async () => {
  const killed = new Faults();
  const { platform: other, does: doing } = makePlatform({ database, confluence, faults: killed });
  doing.call = () => jobs.push({ body: { n: 0 } });
  doing.job = async ({ body }) => {
    const n = Number(body.n);
    await kvs.set(`step:${n}`, n);
    if (n < 3) {
      await jobs.push({ body: { n: n + 1 } });
    }
  };
  const run = async () => {
    const installed = await other.install();
    const started = await installed.resolver('call').catch(() => 'killed');
    await installed.drain();
    const { kvs: steps } = await installed.leftovers();
    return { started, steps, calls: installed.report.calls.length };
  };
  const { calls } = await run();
  expect(calls).toBe(8);
  for (let nth = 2; nth <= calls; nth += 1) {
    for (const when of ['before', 'after'] as const) {
      killed.clear().crashAt(nth, when);
      expect(await run()).toMatchObject({ steps: 4 });
      expect(killed.done).toBe(1);
    }
  }
  await other.stop();
});

it('tells what an app leaves behind', async () => {
  const { platform: other, does: doing } = makePlatform({ database, confluence });
  const installed = await other.install();
  doing.call = () => kvs.set('kept', 1);
  await installed.resolver('call');
  const { left } = await installed.uninstall();
  expect(left).toMatchObject({ kvs: 1, rows: {}, events: 0 });
  await expect(installed.resolver('call')).rejects.toThrow('not installed');
});
