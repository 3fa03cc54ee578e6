/** What runs by itself: retention, personal data, installing, removing. */

import { afterAll, beforeAll, expect, it } from 'vitest';
import type { InstalledApp } from '../../platform/installation';
import { Site, wishFor } from './installed';

const ADMIN = '712020:admin';
const ANN = '712020:ann';
const WISH = wishFor({ space: 'DOC' });
let site: Site;

beforeAll(async () => {
  site = await Site.start('');
  await site.confluence.addUser(ADMIN, 'Ada Admin', true);
  await site.confluence.addSpace({ key: 'DOC', name: 'Documents', homepage: '1' });
  await site.confluence.add({ id: '1', title: 'Home', space: 'DOC', body: '<p>Hello</p>' });
});

afterAll(async () => {
  await site?.stop();
});

it('deletes documents when they have had their time, and keeps those that have none', async () => {
  const app = await site.install();
  await app.call('saveSettings', { settings: { retentionDays: 2 } }, ADMIN);
  await app.export(WISH);
  await app.call('saveSettings', { settings: { retentionDays: 0 } }, ADMIN);
  const kept = await app.export(WISH);
  await app.later(24);
  expect((await app.call('exports', {})).exports).toHaveLength(2);
  await app.later(25);
  expect((await app.call('exports', {})).exports.map(({ id }) => id)).toEqual([kept.id]);
  expect(await app.rows()).toEqual({ exports: 1, blobs: 2, chunks: 2 });
});

it('deletes what belongs to nothing', async () => {
  const app = await site.install();
  await app.export(WISH);
  const { id } = await app.call('start', { wish: WISH });
  await app.call('cancel', { id });
  await app.installation.query(
    "INSERT INTO blobs VALUES (?, 'part-0-late', 'sql', 3, 0), ('gone', 'part-1-x', 'sql', 3, 0)",
    [id],
  );
  await app.installation.query("INSERT INTO chunks VALUES (?, 'part-0-late', 0, 'YWJj'), ('gone', 'lost', 0, 'YWJj')", [
    id,
  ]);
  await app.later(1);
  expect(await app.rows()).toEqual({ exports: 2, blobs: 2, chunks: 2 });
});

it('tells Atlassian whose data there is once a week, and deletes that of closed accounts', async () => {
  const app = await site.install();
  await app.export(WISH);
  await app.export(WISH, ANN);
  await app.later(24);
  expect([...app.installation.reported].toSorted()).toEqual([ANN, site.confluence.reader.account].toSorted());
  app.installation.accounts.set(ANN, 'closed');
  await app.later(24);
  expect((await app.call('exports', {}, ANN)).exports).toHaveLength(1);
  await app.later(24 * 7);
  await app.later(1);
  expect((await app.call('exports', {}, ANN)).exports).toEqual([]);
  expect(await app.rows()).toEqual({ exports: 1, blobs: 2, chunks: 2 });
});

it('is ready though the app had no permissions when it was installed', async () => {
  const app = await site.install({}, { refusals: 2 });
  const { rows } = await app.installation.leftovers();
  expect(Object.keys(rows).toSorted()).toEqual(['blobs', 'chunks', 'exports', 'parts', 'volumes']);
});

it('makes its tables when they are first needed, if nothing else has', async () => {
  const app = await site.install({}, { quiet: true });
  expect(await app.export(WISH)).toMatchObject({ state: 'done' });
});

it('leaves nothing behind when it is removed, even in the midst of work', async () => {
  process.env.XPRESS_DOCUMENT_BYTES = '1000';
  const app = await site.install();
  await app.call('saveSettings', { settings: { objectStore: true } }, ADMIN);
  await app.call('saveSettings', { settings: { retentionDays: 3 }, space: 'DOC' }, ADMIN);
  await app.call('templates', {});
  await app.export(WISH);
  delete process.env.XPRESS_DOCUMENT_BYTES;
  expect((await app.installation.leftovers()).objects).toBeGreaterThan(0);
  await app.export(WISH);
  await app.call('start', { wish: WISH });
  await app.installation.drain({ while: () => app.installation.report.queue.deliveries < 3 });
  const { outcomes, left } = await app.installation.uninstall();
  expect(outcomes.map(({ kind }) => kind)).toEqual(['done']);
  expect(left).toMatchObject({ rows: {}, kvs: 0, secrets: 0, objects: 0 });
});

it('deletes the rest when removing is done again after something failed', async () => {
  const app = await site.install();
  await app.call('templates', {});
  await app.export(WISH);
  const run = { function: 'pre-uninstall', module: 'xpress-pre-uninstall', name: 'pre-uninstall', time: 55_000 };
  const remove = () => (app.installation as InstalledApp).run({ kind: 'preUninstall', ...run }, []);
  site.faults.add({ kind: 'answer', status: 500 }, { kind: 'kvs' });
  site.faults.add({ kind: 'answer', status: 500 }, { kind: 'ddl', nth: 2 });
  // Queries still find what was deleted.
  site.faults.kvsLag = 10_000;
  expect((await remove()).kind).toBe('done');
  const half = await app.installation.leftovers();
  expect(half.kvs).toBeGreaterThan(0);
  expect(half.rows).not.toEqual({});
  expect((await remove()).kind).toBe('done');
  expect((await remove()).kind).toBe('done');
  site.faults.clear();
  expect(await app.installation.leftovers()).toMatchObject({ rows: {}, kvs: 0, objects: 0 });
});
