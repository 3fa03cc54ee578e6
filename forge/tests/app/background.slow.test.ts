/** Exports in the background: the same bytes as the command line, whatever happens on the way. */

import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Call } from '../../platform';
import type { ExportInfo } from '../../src/api';
import { type App, Site, sha256, TIMESTAMP, wishFor } from './installed';

const XPRESS = fileURLToPath(new URL('../../../.venv/bin/xpress', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'xpress-app-'));
let site: Site;
/** Of the tree, by the command line. */
let expected: string;

beforeAll(async () => {
  site = await Site.start('');
  const { confluence } = site;
  await confluence.addSpace({ key: 'BIG', name: 'Big', homepage: '1' });
  await confluence.add({ id: '1', title: 'Home', body: '<p>Hello</p>', space: 'BIG' });
  const picture = readFileSync(new URL('../../../docs/images/pages.png', import.meta.url)).toString('base64');
  await confluence.add(
    ...Array.from({ length: 110 }, (_, index) => ({
      id: String(index + 2),
      title: `Page ${index + 2}`,
      parent: '1',
      space: 'BIG',
      body: `<p>${`Words of page ${index}. `.repeat(5)}</p><ac:image><ri:attachment ri:filename="p.png"/></ac:image>`,
      ...(index === 60 ? { files: [{ title: 'p.png', data: picture }] } : {}),
    })),
  );
  const out = join(folder, 'tree.pdf');
  const { reader, url } = confluence;
  await promisify(execFile)(XPRESS, ['export', `${url}/spaces/BIG`, '-o', out, '--timestamp', String(TIMESTAMP)], {
    env: { ...process.env, XPRESS_TOKEN: reader.token, XPRESS_EMAIL: reader.email },
  });
  expected = sha256(readFileSync(out));
});

afterAll(async () => {
  await site?.stop();
  rmSync(folder, { recursive: true });
});

beforeEach(async () => {
  site.faults.clear();
  await site.confluence.clearFaults();
});

/** What may be left of a finished document: its row, and the data of its two files. */
const FINISHED = { exports: 1, blobs: 2, chunks: 2 };

async function finished(app: App, id: string): Promise<ExportInfo> {
  const info = await app.status(id);
  expect(info?.problem).toBeUndefined();
  expect(info).toMatchObject({ state: 'done', done: 111, total: 111 });
  if (!info) throw new Error('gone');
  expect(sha256(await app.download(info, 0))).toBe(expected);
  return info;
}

describe('a space', () => {
  it('becomes the document that the command line makes, and nothing else is left', async () => {
    const app = await site.install();
    const info = await app.export(wishFor({ space: 'BIG' }));
    await finished(app, info.id);
    expect(await app.rows()).toEqual(FINISHED);
    expect(app.installation.report.touched).toEqual([]);
    expect(app.installation.report.confluence.filter(call => call.path.includes('body-format'))).toHaveLength(1);
    expect(app.installation.report.confluence.every(call => call.account === site.confluence.reader.account)).toBe(
      true,
    );
  });

  it('is one document though events come twice, late and in any order', async () => {
    const app = await site.install({ queue: { duplicates: 1, parallel: 3 }, seed: 7 });
    const info = await app.export(wishFor({ space: 'BIG' }));
    await finished(app, info.id);
    expect(app.installation.report.queue.duplicates).toBeGreaterThan(3);
    // Nothing was typeset twice.
    const made = app.installation.report.remote.map(call => call.path).filter(path => /parts|assemble/.test(path));
    expect(made.toSorted()).toEqual(['/v1/assemble', '/v1/parts', '/v1/parts', '/v1/parts']);
    expect(await app.rows()).toEqual(FINISHED);
  });

  it('takes as many invocations as it needs when everything is slow', async () => {
    const cost = ({ kind, name }: Call) => (kind === 'remote' ? (/parts|assemble/.test(name) ? 150_000 : 60_000) : 500);
    const app = await site.install({ cost, queue: { duplicates: 0, parallel: 1 } });
    const info = await app.export(wishFor({ space: 'BIG' }));
    await finished(app, info.id);
    expect(app.installation.report.ended('timeout')).toEqual([]);
  });
});
