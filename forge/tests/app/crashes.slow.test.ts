/** A function may die at any moment: the document comes whole all the same, and nothing is left over. */

import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Call, Match } from '../../platform';
import type { ExportInfo } from '../../src/api';
import { type App, Site, sha256, wishFor } from './installed';

/** What is left of a finished document: its row, and the data of its PDF and its manifest. */
const FINISHED = { exports: 1, blobs: 2, chunks: 2 };
// Parts are smaller where volumes may be; this is only one.
const WISH = wishFor({ space: 'TWO' }, { split: 'pages=24' });
let site: Site;
let app: App;
let expected: string[];

beforeAll(async () => {
  site = await Site.start('');
  const { confluence } = site;
  await confluence.addSpace({ key: 'TWO', name: 'Two parts', homepage: '1' });
  // Together they are more than one part may hold.
  const body = `<p>${'All these words fill the page. '.repeat(300)}</p>`;
  await confluence.add({ id: '1', title: 'One', space: 'TWO', body });
  await confluence.add({ id: '2', title: 'Two', space: 'TWO', parent: '1', body });
  app = await site.install({ queue: { duplicates: 0, parallel: 1 } });
  expected = await hashes(await app.export(WISH));
  expect(app.installation.report.remote.filter(call => call.path === '/v1/parts')).toHaveLength(2);
  await removeAll();
});

afterAll(async () => {
  await site?.stop();
});

async function hashes(info: ExportInfo): Promise<string[]> {
  expect(info).toMatchObject({ state: 'done', done: 2, total: 2 });
  return [sha256(await app.download(info, 0)), sha256(await app.download(info, 1))];
}

async function removeAll(): Promise<void> {
  for (const { id } of (await app.call('exports', {})).exports) await app.call('remove', { id });
  expect(await app.rows()).toEqual({});
}

/** Exports with a fault at a call. False: there are not so many calls. */
async function crash(kind: 'crash-before' | 'crash-after' | 'lost', match: Match): Promise<boolean> {
  site.faults.clear().add({ kind }, match);
  // The user, who gets no answer if it dies here, sees what became of it in the list.
  await app.ask('start', { wish: WISH }).catch(() => {});
  await app.installation.drain({ deliveries: 100 });
  const died = site.faults.done > 0;
  site.faults.clear();
  let { exports } = await app.call('exports', {});
  const ready = exports.every(({ state }) => state === 'done') && (await app.rows()).chunks === FINISHED.chunks;
  if (!ready) {
    // The sweep has something to do.
    await app.later(1);
    ({ exports } = await app.call('exports', {}));
  }
  for (const info of exports) {
    expect([kind, match.nth, await hashes(info), await app.rows()]).toEqual([kind, match.nth, expected, FINISHED]);
  }
  await removeAll();
  return died;
}

/** Whether a call changes anything. After one that doesn't, all is as it was before. */
function changes({ kind, name }: Call): boolean {
  return kind === 'queue' || (kind === 'sql' && !name.startsWith('SELECT'));
}

it('comes whole when a function dies after any call that changes something', { timeout: 120_000 }, async () => {
  let nth = 1;
  while (await crash('crash-after', { nth, when: changes })) nth += 1;
  expect(nth).toBeGreaterThan(40);
});

it('comes whole when a function dies before a call, or gets no answer to it', { timeout: 120_000 }, async () => {
  let nth = 1;
  while (await crash(nth % 2 ? 'lost' : 'crash-before', { nth })) nth += 5;
  expect(nth).toBeGreaterThan(80);
});
