/** Exports that are cancelled, deleted, refused, too large or kept waiting. */

import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Call } from '../../platform';
import { type App, Site, wishFor } from './installed';

const ANN = '712020:ann';
const BOB = '712020:bob';
const ADMIN = '712020:admin';
// Parts are smaller where volumes may be; this is only one.
const WISH = wishFor({ space: 'TWO' }, { split: 'pages=24' });
let site: Site;

beforeAll(async () => {
  site = await Site.start('');
  const { confluence } = site;
  await confluence.addUser(ADMIN, 'Ada Admin', true);
  await confluence.addSpace({ key: 'TWO', name: 'Two parts', homepage: '1' });
  const body = `<p>${'All these words fill the page. '.repeat(300)}</p>`;
  await confluence.add({ id: '1', title: 'One', space: 'TWO', body });
  await confluence.add({ id: '2', title: 'Two', space: 'TWO', parent: '1', body });
  await confluence.addSpace({ key: 'ANN', name: 'For Ann', homepage: '10', readers: [ANN] });
  await confluence.add({ id: '10', title: 'Ann’s', space: 'ANN', body: '<p>Secret</p>' });
});

afterAll(async () => {
  await site?.stop();
});

beforeEach(async () => {
  site.faults.clear();
  await site.confluence.clearFaults();
});

/** Starts an export, does something at the first call to the renderer for a part, and lets it come to its end. */
async function meanwhile(act: (app: App, id: string) => Promise<unknown>): Promise<{ app: App; id: string }> {
  let acting: Promise<unknown> | undefined;
  let id = '';
  const cost = ({ name }: Call) => {
    if (name.includes('/v1/parts')) acting ??= Promise.resolve().then(() => act(app, id));
    return 0;
  };
  const app: App = await site.install({ cost, queue: { duplicates: 0, parallel: 1 } });
  ({ id } = await app.call('start', { wish: WISH }));
  await app.installation.drain({ deliveries: 100 });
  expect(acting).toBeDefined();
  await acting;
  return { app, id };
}

it('leaves nothing of an export that is cancelled in the midst but its row', async () => {
  const { app, id } = await meanwhile((running, export_) => running.call('cancel', { id: export_ }));
  expect(await app.status(id)).toMatchObject({ state: 'cancelled', files: [] });
  await app.later(2);
  expect(await app.rows()).toEqual({ exports: 1 });
  await app.later(24 * 8);
  expect(await app.rows()).toEqual({});
});

it('leaves nothing in the Object Store of an export that is deleted while its file is sent there', async () => {
  process.env.XPRESS_DOCUMENT_BYTES = '1000';
  try {
    let id = '';
    let acting: Promise<unknown> | undefined;
    const cost = ({ kind, name }: Call) => {
      if (kind === 'objects' && name.includes('upload')) acting ??= app.call('remove', { id });
      return 0;
    };
    const app: App = await site.install({ cost, queue: { duplicates: 0, parallel: 1 } });
    await app.call('saveSettings', { settings: { objectStore: true } }, ADMIN);
    ({ id } = await app.call('start', { wish: WISH }));
    await app.installation.drain({ deliveries: 100 });
    await acting;
    expect(acting).toBeDefined();
    expect(await app.status(id)).toBeUndefined();
    expect((await app.installation.leftovers()).objects).toBe(0);
  } finally {
    delete process.env.XPRESS_DOCUMENT_BYTES;
  }
});

it('leaves nothing of an account that is closed in the midst', async () => {
  const { app, id } = await meanwhile(async running => {
    running.installation.accounts.set(site.confluence.reader.account, 'closed');
    await running.installation.scheduled('xpress-retention');
  });
  expect(await app.status(id)).toBeUndefined();
  await app.later(2);
  expect(await app.rows()).toEqual({});
});

it('leaves nothing of an export that is deleted in the midst', async () => {
  const { app, id } = await meanwhile((running, export_) => running.call('remove', { id: export_ }));
  expect(await app.status(id)).toBeUndefined();
  await app.later(2);
  expect(await app.rows()).toEqual({});
});

it('asks the renderer for nothing more once an export is cancelled', async () => {
  const { app } = await meanwhile((running, export_) => running.call('cancel', { id: export_ }));
  const asked = app.installation.report.remote.map(call => call.path);
  expect(asked.filter(path => /parts|assemble/.test(path))).toEqual(['/v1/parts']);
});

it('shows nothing of a user’s exports to another, and lets nobody else touch them', async () => {
  const app = await site.install();
  const info = await app.export(wishFor({ space: 'ANN' }), ANN);
  expect(info).toMatchObject({ state: 'done', title: 'Ann’s' });
  const { id } = info;
  expect(await app.call('exports', {}, BOB)).toEqual({ exports: [] });
  expect(await app.call('status', { ids: [id] }, BOB)).toEqual({ exports: [] });
  expect(await app.problem('piece', { id, file: 0, piece: 0 }, BOB)).toBe('not-found');
  expect(await app.problem('cancel', { id }, BOB)).toBe('not-found');
  expect(await app.problem('remove', { id }, BOB)).toBe('not-found');
  expect(await app.problem('keepEnd', { id }, BOB)).toBe('not-found');
  expect(await app.problem('piece', { id, file: 2, piece: 0 }, ANN)).toBe('not-found');
  expect((await app.call('usage', {}, BOB)).mine).toBe(0);
  expect((await app.download(info, 0, ANN)).length).toBe(info.files[0]?.bytes);
});

it('starts no export of what the user does not see, and reads as the user alone', async () => {
  const app = await site.install();
  expect(await app.problem('start', { wish: wishFor({ space: 'ANN' }) }, BOB)).toBe('confluence-gone');
  const stolen = wishFor({ space: 'TWO', picks: [{ id: '10' }] });
  const info = await app.export(stolen, BOB);
  expect(info.state).toBe('failed');
  expect(await app.rows()).toEqual({ exports: 1 });
});

it('fails when the only page is hidden between start and plan, and keeps nothing of it', async () => {
  const app = await site.install();
  await site.confluence.add({ id: '50', title: 'Soon hidden', space: 'TWO', parent: '1', body: '<p>Hidden</p>' });
  const { id } = await app.call('start', { wish: wishFor({ space: 'TWO', picks: [{ id: '50' }] }) });
  await site.confluence.change('50', { readers: [ANN] });
  await app.installation.drain();
  const info = await app.status(id);
  expect(info?.state).toBe('failed');
  expect(['nothing-selected', 'confluence-gone']).toContain(info?.problem?.code);
  expect(await app.rows()).toEqual({ exports: 1 });
  await site.confluence.remove('50');
});

it('fails when the user may not use the app any more, and keeps nothing', async () => {
  const app = await site.install({ queue: { duplicates: 0 } });
  const { id } = await app.call('start', { wish: WISH });
  site.faults.add(
    { kind: 'answer', status: 401, headers: { 'forge-proxy-error': 'NEEDS_AUTHENTICATION_ERR' } },
    { kind: 'confluence', times: Number.POSITIVE_INFINITY },
  );
  await app.installation.drain();
  site.faults.clear();
  expect(await app.status(id)).toMatchObject({ state: 'failed', problem: { code: 'confluence-forbidden' } });
  expect(await app.rows()).toEqual({ exports: 1 });
});

it('gives up what kills each function that takes it up', async () => {
  const app = await site.install({ queue: { duplicates: 0 } });
  for (const name of [/v1\/assemble/, /v1\/parts/, /version/]) {
    site.faults.clear().add({ kind: 'crash-before' }, { kind: 'remote', name, times: Number.POSITIVE_INFINITY });
    const info = await app.export(WISH);
    expect(info).toMatchObject({ state: 'failed', problem: { code: 'gave-up' } });
    expect(site.faults.done).toBeLessThan(30);
    await app.call('remove', { id: info.id });
  }
  expect(await app.rows()).toEqual({});
});

it('makes a part in pieces when it takes more than all the time of a function, and goes on with what there is', async () => {
  await site.confluence.addSpace({ key: 'SLOW', name: 'Slow', homepage: '20' });
  await site.confluence.add({ id: '20', title: 'One', space: 'SLOW', body: '<p>One</p>' });
  await site.confluence.add({ id: '21', title: 'Two', space: 'SLOW', parent: '20', body: '<p>Two</p>' });
  let asked = 0;
  const cost = ({ name }: Call) => {
    if (!name.includes('/v1/needs')) return 0;
    asked += 1;
    // The whole twice, and then the second half.
    return [1, 2, 4].includes(asked) ? 700_000 : 0;
  };
  const app = await site.install({ cost, queue: { duplicates: 0, parallel: 1 } });
  expect(await app.export(wishFor({ space: 'SLOW' }))).toMatchObject({ state: 'done', done: 2, total: 2 });
  expect(asked).toBe(5);
  expect(app.installation.report.remote.filter(call => call.path === '/v1/parts')).toHaveLength(2);
  expect(await app.rows()).toEqual({ exports: 1, blobs: 2, chunks: 2 });
});

it('waits for a renderer that is away for half an hour', async () => {
  const app = await site.install({ queue: { duplicates: 0 } });
  const back = app.installation.clock.now() + 1_800_000;
  site.faults.add(
    { kind: 'answer', status: 502, headers: { 'forge-proxy-error': 'UPSTREAM_UNREACHABLE' } },
    { kind: 'remote', times: Number.POSITIVE_INFINITY, when: () => app.installation.clock.now() < back },
  );
  const info = await app.export(WISH);
  expect(info).toMatchObject({ state: 'done' });
  expect(app.installation.report.ended('failed')).toEqual([]);
});

it('gives up when the renderer stays away, says why, and keeps nothing', async () => {
  const app = await site.install({ queue: { duplicates: 0 } });
  site.faults.rendererGone({ times: Number.POSITIVE_INFINITY });
  const info = await app.export(WISH);
  expect(info).toMatchObject({ state: 'failed', problem: { code: 'renderer-unreachable' } });
  expect(await app.rows()).toEqual({ exports: 1 });
});

it('pushes the rest of its events later when there are too many in a minute', async () => {
  const app = await site.install({ limits: { eventsPerMinute: 2 }, queue: { duplicates: 0 } });
  expect(await app.export(WISH)).toMatchObject({ state: 'done' });
  expect(app.installation.report.touched.map(({ limit }) => limit)).toContain('eventsPerMinute');
});

it('wakes up an export whose events got lost, and gives it up in the end', async () => {
  const app = await site.install();
  const { id } = await app.call('start', { wish: WISH });
  await app.installation.query("UPDATE exports SET state = 'typesetting', parts = 1, pushed = 1");
  await app.installation.drain();
  for (let hour = 0; hour < 8; hour += 1) await app.later(1);
  expect(await app.status(id)).toMatchObject({ state: 'failed', problem: { code: 'gave-up' } });
});

it('begins anew when the renderer has become another version, whose parts do not fit', async () => {
  const app = await site.install({ queue: { duplicates: 0 } });
  const authorization = `Bearer ${await site.renderer.token(app.installation.id)}`;
  const answer = await site.renderer.send(new Request(`${site.renderer.url}/version`, { headers: { authorization } }));
  const body = { ...((await answer.json()) as object), version: '0.0.1' };
  // The first answer is told to the plan.
  site.faults.add({ kind: 'answer', status: 200, body }, { kind: 'remote', name: /version/ });
  const info = await app.export(WISH);
  expect(info).toMatchObject({ state: 'done', done: 2, total: 2 });
  expect(app.installation.report.remote.filter(call => call.path === '/v1/parts')).toHaveLength(4);
  expect(await app.rows()).toEqual({ exports: 1, blobs: 2, chunks: 2 });
});

it('cuts what is too much for a function into volumes, which wait in the Object Store', async () => {
  process.env.XPRESS_ASSEMBLE_BYTES = '35000';
  process.env.XPRESS_DOCUMENT_BYTES = '1000';
  try {
    const app = await site.install();
    expect(await app.export(WISH)).toMatchObject({ state: 'failed', problem: { code: 'too-large' } });
    await app.call('saveSettings', { settings: { objectStore: true } }, ADMIN);
    const info = await app.export(WISH);
    expect(info).toMatchObject({ state: 'done', done: 2, total: 2 });
    expect(info.files.map(file => file.name)).toEqual([
      'Two parts – volume 1 of 2.pdf',
      'Two parts – volume 2 of 2.pdf',
      'manifest-1.json',
      'manifest-2.json',
    ]);
    for (const file of info.files) await app.download(info, file.index);
    expect((await app.installation.leftovers()).objects).toBe(4);
    await app.call('remove', { id: info.id });
    expect((await app.installation.leftovers()).objects).toBe(0);
  } finally {
    delete process.env.XPRESS_ASSEMBLE_BYTES;
    delete process.env.XPRESS_DOCUMENT_BYTES;
  }
});
