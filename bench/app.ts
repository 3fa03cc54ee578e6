/**
 * What exports take in the Forge app, beside the command line on the same pages: `make bench`. The functions run on the
 * small Forge of the tests, in real time; Confluence answers 50 ms late, the renderer is real.
 */

import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Installation, Platform, startConfluence, startDatabase, startRenderer } from '../forge/platform';
import type { Answer, ExportInfo } from '../forge/src/api';
import * as handlers from '../forge/src/index';
import { APP, PLAIN } from '../forge/tests/plain';

const ROOT = join(import.meta.dirname, '..');
const LATENCY = 0.05;
const TIMESTAMP = 1_790_000_000;
const text = 'A sentence of a manual that says what is to be done, by whom, and why it matters to everybody. ';
const rows = '<tr><td>Valve</td><td>12 bar</td><td>checked every week</td></tr>'.repeat(8);
const body = (index: number) =>
  `<p>Page ${index}. ${text.repeat(9)}</p><h2>Values</h2><table><tbody><tr><th>Part</th><th>Limit</th><th>Note</th></tr>${rows}` +
  `</tbody></table><h2>Steps</h2><ol>${`<li>${text}</li>`.repeat(6)}</ol>`;

/** A tree: twenty chapters below its root, the other pages below these. */
function tree(first: number, count: number) {
  return Array.from({ length: count }, (_, index) => ({
    id: `${first + index}`,
    title: index ? `Chapter ${first}.${index}` : `Manual of ${count} pages`,
    space: 'BENCH',
    parent: index ? `${first + (index <= 20 ? 0 : 1 + (index % 20))}` : '',
    position: index,
    body: body(index),
  }));
}

async function value<T>(answer: Promise<unknown>): Promise<T> {
  const told = (await answer) as Answer<T>;
  if ('problem' in told) throw new Error(JSON.stringify(told.problem));
  return told.value;
}

/** Exports a tree in the background, to the end. Gives milliseconds. */
async function inBackground(app: Installation, root: string): Promise<number> {
  const wish = {
    selection: { space: 'BENCH', picks: [{ id: root, below: true }] },
    options: PLAIN,
    timestamp: TIMESTAMP,
  };
  const start = performance.now();
  const { id } = await value<{ id: string }>(app.resolver('start', { wish }));
  for (;;) {
    const [info] = (await value<{ exports: ExportInfo[] }>(app.resolver('status', { ids: [id] }))).exports;
    if (info?.state === 'done') break;
    if (info?.state === 'failed') throw new Error(JSON.stringify(info.problem));
    await new Promise(resolve => setTimeout(resolve, 50));
  }
  return performance.now() - start;
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'xpress-bench-'));
  const [database, confluence, renderer] = await Promise.all([
    startDatabase(),
    startConfluence({ content: '' }),
    startRenderer({ app: APP }),
  ]);
  const platform = new Platform({
    manifest: join(ROOT, 'forge', 'manifest.yml'),
    handlers,
    database,
    confluence,
    renderer,
    variables: { RENDERER_URL: 'https://render.example.com' },
  });
  try {
    const { reader, url } = confluence;
    await confluence.addSpace({ key: 'BENCH', name: 'Bench' });
    const sizes = [1, 50, 300, 1000];
    for (const size of sizes) await confluence.add(...tree(size * 10_000, size));
    await confluence.latency(LATENCY);
    console.log(
      '| pages | app, s | command line, s | invocations | function-seconds | calls to Confluence | of them for bodies | to the renderer | SQL statements | MB to and from SQL |',
    );
    console.log('| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |');
    for (const size of sizes) {
      const app = await platform.install();
      app.deliver();
      const seconds = (await inBackground(app, `${size * 10_000}`)) / 1000;
      await app.pause();
      const { report } = app;
      const work = report.invocations.filter(made => made.kind === 'consumer');
      const bodies = report.confluence.filter(call => call.path.includes('body-format=storage')).length;
      const start = performance.now();
      await promisify(execFile)(
        join(ROOT, '.venv', 'bin', 'xpress'),
        [
          'export',
          `${url}/pages/viewpage.action?pageId=${size * 10_000}`,
          '--tree',
          '-o',
          join(folder, 'cli.pdf'),
          '--quiet',
        ],
        { env: { ...process.env, XPRESS_TOKEN: reader.token, XPRESS_EMAIL: reader.email } },
      );
      const alone = (performance.now() - start) / 1000;
      const figures = [
        size.toLocaleString('en'),
        seconds.toFixed(1),
        alone.toFixed(1),
        work.length,
        (work.reduce((sum, made) => sum + made.milliseconds, 0) / 1000).toFixed(1),
        report.confluence.length,
        bodies,
        report.remote.length,
        report.sql.queries + report.sql.writes,
        ((report.sql.sent + report.sql.received) / 1e6).toFixed(1),
      ];
      console.log(`| ${figures.join(' | ')} |`);
    }
  } finally {
    await platform.stop();
    await Promise.all([renderer.stop(), confluence.stop(), database.stop()]);
    rmSync(folder, { recursive: true });
  }
}

await main();
