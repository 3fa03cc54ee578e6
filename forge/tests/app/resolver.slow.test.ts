/** What browsers may ask for, and what they may not. */

import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Answers, Calls } from '../../src/api';
import { KEEP_PIECE_BYTES } from '../../src/bounds';
import { type App, Site, sha256, wishFor } from './installed';

const ADMIN = '712020:admin';
const SPACE_ADMIN = '712020:space-admin';
const WISH = wishFor({ space: 'DOC' });
let site: Site;

beforeAll(async () => {
  site = await Site.start('');
  const { confluence } = site;
  await confluence.addUser(ADMIN, 'Ada Admin', true);
  await confluence.addSpace({ key: 'DOC', name: 'Documents', homepage: '1', admins: [SPACE_ADMIN] });
  await confluence.addSpace({ key: 'OFF', name: 'Not for export', homepage: '5' });
  const file = Buffer.from('the file').toString('base64');
  await confluence.add(
    { id: '1', title: 'Home', space: 'DOC', body: '<p>Hello</p>', files: [{ title: 'a.txt', data: file }] },
    { id: '2', title: 'Second', space: 'DOC', parent: '1', body: '<p>World</p>' },
    { id: '5', title: 'Off', space: 'OFF', body: '<p>Not to be exported</p>' },
  );
});

afterAll(async () => {
  await site?.stop();
});

it('lets administrators alone save settings: those of the site, or of their space', async () => {
  const app = await site.install();
  const settings = { maxPages: 50 };
  expect(await app.problem('saveSettings', { settings })).toBe('not-allowed');
  expect(await app.problem('saveSettings', { settings }, SPACE_ADMIN)).toBe('not-allowed');
  expect(await app.problem('saveSettings', { settings, space: 'DOC' })).toBe('not-allowed');
  expect(await app.problem('settings', { space: 'DOC' })).toBe('not-allowed');
  expect(await app.problem('saveSettings', { settings: { objectStore: true }, space: 'DOC' }, SPACE_ADMIN)).toBe(
    'not-allowed',
  );
  await app.call('saveSettings', { settings: { maxPages: 50, locked: ['paper'] } }, ADMIN);
  await app.call('saveSettings', { settings: { maxPages: 100, retentionDays: 1 }, space: 'DOC' }, SPACE_ADMIN);
  const about = await app.call('about', { space: 'DOC' }, SPACE_ADMIN);
  // A space does not widen what the site allows.
  expect(about.settings).toMatchObject({ maxPages: 50, retentionDays: 1, locked: ['paper'] });
  expect(about.admin).toEqual({ site: false, space: true });
  expect((await app.call('about', { space: 'DOC' }, ADMIN)).admin).toEqual({ site: true, space: true });
  expect((await app.call('about', { space: 'DOC' })).admin).toEqual({ site: false, space: false });
  expect(await app.call('settings', { space: 'DOC' }, ADMIN)).toMatchObject({ space: { maxPages: 100 } });
  // What a space no longer says is as the site has it.
  await app.call('saveSettings', { settings: { maxPages: 40 }, space: 'DOC' }, SPACE_ADMIN);
  expect((await app.call('about', { space: 'DOC' })).settings).toMatchObject({ maxPages: 40, retentionDays: 30 });
});

it('exports nothing of a space that is switched off, by whatever way', async () => {
  const app = await site.install();
  await app.call('saveSettings', { settings: { enabled: false }, space: 'OFF' }, ADMIN);
  expect(await app.problem('start', { wish: wishFor({ space: 'OFF' }) })).toBe('not-offered');
  const around = await app.export(wishFor({ space: 'DOC', picks: [{ id: '1' }, { id: '5' }] }));
  expect(around).toMatchObject({ state: 'failed', problem: { code: 'not-offered' } });
});

it('keeps to what administrators allow', async () => {
  const app = await site.install();
  const settings = { templates: ['default'], maxPages: 1, maxExports: 2 };
  await app.call('saveSettings', { settings }, ADMIN);
  expect(await app.problem('start', { wish: wishFor({ space: 'DOC' }, { template: 'memo' }) })).toBe('not-offered');
  const info = await app.export(WISH);
  expect(info.problem).toEqual({ code: 'too-many-pages', values: { count: 2, limit: 1 } });
  await app.call('start', { wish: WISH });
  await app.call('start', { wish: WISH });
  expect(await app.problem('start', { wish: WISH })).toBe('too-many-exports');
  // Others have their own.
  await app.call('start', { wish: WISH }, '712020:ann');
});

it('starts nothing when the storage is full', async () => {
  const app = await site.install();
  await app.call('usage', {});
  await app.installation.query("INSERT INTO blobs VALUES ('x', 'y', 'sql', 2000000000, 0)");
  expect(await app.problem('start', { wish: WISH })).toBe('storage-full');
  const { used, limit } = await app.call('usage', {});
  expect(used).toBeGreaterThan(limit);
});

it('lists documents of hundreds of files, as many as an answer holds', async () => {
  const app = await site.install();
  await app.call('exports', {});
  const file = { index: 0, name: 'n'.repeat(250), mediaType: 'application/pdf', bytes: 1, sha256: '', sheets: 1 };
  const files = JSON.stringify(Array(1000).fill({ ...file, blob: 'b', place: 'sql', chunk: 1 }));
  for (let index = 0; index < 12; index += 1) {
    await app.installation.query(
      `INSERT INTO exports (id, account, state, space, page, title, template, wish, created, updated, losses, files,
        problem, ranges) VALUES (UUID(), ?, 'done', 'DOC', '', 'Many', 'default', '', ?, 0, '', ?, '', '')`,
      [site.confluence.reader.account, index, files],
    );
  }
  const found: string[] = [];
  for (let cursor: string | undefined = ''; cursor !== undefined; ) {
    const answer: Answers['exports'] = await app.call('exports', cursor ? { cursor } : {});
    found.push(...answer.exports.map(({ id }) => id));
    cursor = answer.cursor;
  }
  expect(new Set(found).size).toBe(12);
  expect((await app.call('status', { ids: found.slice(0, 8) })).exports).toHaveLength(8);
  expect(app.installation.report.touched).toEqual([]);
});

it('lists exports, newest first, in parts, and finds them', async () => {
  const app = await site.install();
  await app.call('exports', {});
  for (let index = 0; index < 60; index += 1) {
    await app.installation.query(
      `INSERT INTO exports (id, account, state, space, page, title, template, wish, created, updated, losses, files,
        problem, ranges) VALUES (UUID(), ?, 'done', 'DOC', ?, ?, 'default', '{}', ?, 0, '', '', '', '')`,
      [site.confluence.reader.account, index % 2 ? '1' : '', `Über 100% ${index}`, index < 10 ? 5 : index],
    );
  }
  const first = await app.call('exports', {});
  const second = await app.call('exports', { cursor: first.cursor ?? '' });
  const all = [...first.exports, ...second.exports];
  expect([first.exports.length, second.exports.length, second.cursor]).toEqual([50, 10, undefined]);
  expect(new Set(all.map(({ id }) => id)).size).toBe(60);
  expect((await app.call('exports', { query: 'ÜBER 100% 59' })).exports.map(({ title }) => title)).toEqual([
    'Über 100% 59',
  ]);
  expect((await app.call('exports', { query: '_ber' })).exports).toEqual([]);
  expect((await app.call('exports', { page: '1' })).exports).toHaveLength(30);
});

const DATA = randomBytes(800_000);

function kept(change: Partial<Calls['keep']> = {}): Calls['keep'] {
  const file = { name: 'Home.pdf', mediaType: 'application/pdf', bytes: DATA.length, sha256: sha256(DATA), sheets: 3 };
  return { wish: WISH, title: 'Home', files: [file], losses: [], lost: 0, ...change };
}

async function send(app: App, id: string): Promise<void> {
  for (let piece = 0; piece * KEEP_PIECE_BYTES < DATA.length; piece += 1) {
    const data = DATA.subarray(piece * KEEP_PIECE_BYTES, (piece + 1) * KEEP_PIECE_BYTES).toString('base64');
    await app.call('keepPiece', { id, file: 0, piece, data });
  }
}

it('keeps what a browser has made', async () => {
  const app = await site.install();
  const { id } = await app.call('keep', kept());
  expect(await app.call('exports', {})).toEqual({ exports: [] });
  await send(app, id);
  const info = await app.call('keepEnd', { id });
  expect(info).toMatchObject({ state: 'done', sheets: 3, bytes: 800_000, template: 'default' });
  expect((await app.download(info, 0)).equals(DATA)).toBe(true);
  // The answer may have got lost.
  expect(await app.call('keepEnd', { id })).toEqual(info);
  expect(app.installation.report.touched).toEqual([]);
});

it('keeps nothing that did not arrive as it was announced, or not at all', async () => {
  const app = await site.install();
  const wrong = await app.call(
    'keep',
    kept({ files: [{ ...kept().files[0], sha256: sha256(Buffer.from('x')) }] as Calls['keep']['files'] }),
  );
  await send(app, wrong.id);
  expect(await app.problem('keepEnd', { id: wrong.id })).toBe('damaged');
  const short = await app.call('keep', kept());
  const data = DATA.subarray(0, 340_000).toString('base64');
  await app.call('keepPiece', { id: short.id, file: 0, piece: 0, data });
  expect(await app.problem('keepPiece', { id: short.id, file: 0, piece: 1, data }, '712020:bob')).toBe('not-found');
  // Neither more pieces than were announced, nor others.
  expect(await app.problem('keepPiece', { id: short.id, file: 0, piece: 3, data })).toBe('invalid');
  expect(await app.problem('keepPiece', { id: short.id, file: 0, piece: 50_000, data: 'YWJj' })).toBe('invalid');
  expect(await app.problem('keepPiece', { id: short.id, file: 0, piece: 1, data: 'YWJj' })).toBe('invalid');
  expect(await app.problem('keepEnd', { id: short.id })).toBe('damaged');
  expect(await app.rows()).toEqual({});
  const left = await app.call('keep', kept());
  await app.call('keepPiece', { id: left.id, file: 0, piece: 0, data });
  await app.later(2);
  expect(await app.rows()).toEqual({});
});

it('lets nobody take up the storage with what is announced and never sent', async () => {
  const app = await site.install();
  for (let index = 0; index < 5; index += 1) await app.call('keep', kept());
  expect(await app.problem('keep', kept())).toBe('too-many-exports');
  expect(await app.rows()).toEqual({ exports: 5, blobs: 5 });
  await app.call('keep', kept(), '712020:ann');
  app.installation.clock.advance(660_000);
  // These were given up.
  await app.call('keep', kept());
  expect((await app.rows()).exports).toBe(2);
});

it('starts an export though the queue takes nothing for now', async () => {
  const app = await site.install();
  site.faults.add({ kind: 'answer', status: 503 }, { kind: 'queue', times: 3 });
  const { id } = await app.call('start', { wish: WISH });
  expect(site.faults.done).toBe(3);
  await app.installation.drain();
  expect(await app.status(id)).toMatchObject({ state: 'waiting' });
  await app.later(1);
  expect(await app.status(id)).toMatchObject({ state: 'done' });
});

it('counts what is in the Object Store as used, and not as room that is taken', async () => {
  const app = await site.install();
  const empty = await app.call('usage', {});
  await app.installation.query("INSERT INTO blobs VALUES ('x', 'y', 'object', 2000000000, 0)");
  const { used, limit } = await app.call('usage', {});
  expect([used, limit]).toEqual([2_000_000_000, empty.limit + 2_000_000_000]);
  expect(await app.ask('start', { wish: WISH })).toHaveProperty('value');
});

it('hands on files of pages that the user sees, and nothing else', async () => {
  const app = await site.install();
  const calls = await app.installation.bridge('fetchProduct', {
    restPath: '/wiki/api/v2/pages/1/attachments',
    product: 'confluence',
    fetchRequestInit: { method: 'GET', headers: [] },
  });
  const listed = JSON.parse(String((calls as { body: string }).body)) as { results: { id: string }[] };
  const path = `/wiki/rest/api/content/1/child/attachment/${listed.results[0]?.id}/download`;
  const { data } = await app.call('attachment', { path });
  expect(Buffer.from(data, 'base64').toString()).toBe('the file');
  for (const other of ['/wiki/api/v2/pages/1', `${path}/../x`, `${path}?version=1&x=2`, 'https://example.com/']) {
    expect(await app.problem('attachment', { path: other })).toBe('invalid');
  }
});

it('shows the first sheets, and the templates, which it asks for once an hour', async () => {
  const app = await site.install();
  const { sheets } = await app.call('preview', { wish: WISH, show: '1' });
  expect(sheets[0]?.width).toBeGreaterThan(100);
  const asked = () => app.installation.report.remote.filter(call => call.path === '/v1/templates').length;
  expect((await app.call('templates', {})).map(({ name }) => name)).toContain('default');
  await app.call('templates', {});
  expect(asked()).toBe(1);
});

it('tells nobody without an account anything, and tells of no exception', async () => {
  const app = await site.install();
  expect(await app.problem('status', { ids: ['x'] })).toBe('invalid');
  expect(await app.problem('start', { wish: { ...WISH, more: 1 } as never })).toBe('invalid');
  site.faults.sqlError('SQL_EXECUTION_ERROR');
  expect(await app.ask('usage', {})).toEqual({ problem: { code: 'internal' } });
  site.faults.clear();
  expect(app.installation.logs.filter(line => line.includes('Home'))).toEqual([]);
});
