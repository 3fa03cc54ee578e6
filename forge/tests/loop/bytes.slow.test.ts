/** The loop against a Confluence and the rendering service: the same bytes as the command line, and what goes wrong. */

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Confluence, type Renderer, startRenderer } from '../../platform';
import {
  assemble,
  type BodyAnswer,
  children,
  countPages,
  cut,
  fileName,
  type Job,
  type Limits,
  labelsOf,
  limits,
  type Made,
  makePart,
  type Options,
  type Outline,
  type Ports,
  ProblemError,
  preview,
  readBeginning,
  readBodies,
  readOutline,
  renderAtOnce,
  roots,
  type Selection,
  searchPages,
  spacesLike,
  templates,
} from '../../src/loop';
import { APP, PLAIN } from '../plain';
import { callsTo, portsTo, startSite, xpress } from './programs';

const TIMESTAMP = 1_790_000_000;
let renderer: Renderer;
let known: Limits;
const folder = mkdtempSync(join(tmpdir(), 'loop-'));

beforeAll(async () => {
  renderer = await startRenderer({ app: APP });
});

afterAll(() => {
  renderer?.stop();
  rmSync(folder, { recursive: true });
});

/** A Confluence for the tests of a group. */
function confluence(content: string): { site: () => Confluence; ports: () => ReturnType<typeof portsTo> } {
  let site: Confluence;
  beforeAll(async () => {
    site = await startSite(content);
    known ??= await limits(portsTo(site, renderer));
  });
  afterAll(() => site?.stop());
  return { site: () => site, ports: () => portsTo(site, renderer) };
}

function jobOf(outline: Outline, options: Partial<Options> = {}): Job {
  const name = fileName(outline.title);
  return { outline, options: { ...PLAIN, ...options }, timestamp: TIMESTAMP, name, limits: known };
}

/** The document of all its parts, which are made by themselves, and handed over as they would be stored. */
async function inParts(ports: Ports, job: Job): Promise<Made> {
  const stored = JSON.parse(JSON.stringify(job.outline)) as Outline;
  const own = { ...job, outline: stored };
  const bodies = await readBodies(ports, stored, stored.pages);
  const parts = [];
  for (const task of cut(own, bodies).reverse()) {
    const ids = new Set(stored.pages.slice(task.start, task.stop).map(page => page.id));
    const some = new Map<string, BodyAnswer>([...bodies].filter(([id]) => ids.has(id)));
    parts.push(...(await makePart(ports, own, task, some)));
  }
  return await assemble(ports, own, parts);
}

/** The PDFs of the command line by name. */
async function byCommand(site: Confluence, place: string, name: string, ...options: string[]): Promise<Buffer[]> {
  const own = mkdtempSync(join(folder, 'cli-'));
  await xpress(site, place, join(own, name), '--timestamp', String(TIMESTAMP), ...options);
  const names = readdirSync(own).filter(each => each.endsWith('.pdf'));
  return names.sort().map(each => readFileSync(join(own, each)));
}

function pdfsOf(made: Made | null): Buffer[] {
  if (!made) throw new Error('It was too much for one request.');
  return made.files.slice(0, -1).map(file => Buffer.from(file.bytes));
}

function same(made: Made | null, wanted: Buffer[]): void {
  const found = pdfsOf(made);
  expect(found.map(each => each.length)).toEqual(wanted.map(each => each.length));
  expect(found.every((each, index) => wanted[index]?.equals(each))).toBe(true);
}

describe('the same bytes as the command line', () => {
  const demo = confluence('demo');
  const rich = confluence('rich');

  const cases: [string, () => ReturnType<typeof demo.ports>, Selection, Partial<Options>, string, string[]][] = [
    ['a page', demo.ports, { space: 'OPS', picks: [{ id: '131140' }] }, {}, '/spaces/OPS/pages/131140', []],
    [
      'pages in an odd order',
      demo.ports,
      { space: 'OPS', picks: ['131150', '131081', '131080', '131102'].map(id => ({ id })) },
      {},
      '/OPS',
      ['--pages', '131150,131081,131080,131102'],
    ],
    [
      'a space with blog posts, embedded files and manifest',
      demo.ports,
      { space: 'OPS', blogPosts: true },
      { attachments: true, manifest: true, settings: { contents: true, title: 'Ünsere Räume' } },
      '/OPS',
      ['--blog-posts', '--attachments', '--embed-manifest', '--set', 'contents=true', '--set', 'title=Ünsere Räume'],
    ],
    [
      'volumes',
      demo.ports,
      { space: 'OPS', excludeLabels: ['runbook'], depth: 1 },
      { split: 'top-level', images: 'screen' },
      '/OPS',
      ['--exclude-label', 'runbook', '--depth', '1', '--split', 'top-level', '--images', 'screen'],
    ],
    [
      'a space that needs everything',
      rich.ports,
      { space: 'DEV', blogPosts: true },
      { attachments: true },
      '/DEV',
      ['--blog-posts', '--attachments'],
    ],
    [
      'a tree without some labels',
      rich.ports,
      { space: 'DEV', picks: [{ id: '100', below: true }], skipLabels: ['DRAFT-text'] },
      {},
      '/spaces/DEV/pages/100',
      ['--tree', '--skip-label', 'draft-text'],
    ],
    [
      'a folder and a page of another space',
      rich.ports,
      {
        space: 'DEV',
        picks: [
          { id: '110', below: true },
          { id: '200', below: true },
        ],
      },
      {},
      '/spaces/DEV/folder/110',
      ['--pages', '110,200', '--tree'],
    ],
  ];
  it.each(cases)('%s', async (_, portsOf, selection, options, place, more) => {
    const ports = portsOf();
    const site = portsOf === demo.ports ? demo.site() : rich.site();
    const outline = await readOutline(ports, selection);
    const job = jobOf(outline, options);
    const wanted = await byCommand(site, place, job.name, ...more);
    same(await renderAtOnce(ports, job), wanted);
    same(await inParts(ports, job), wanted);
  });
});

describe('many pages', () => {
  const { site, ports } = confluence('many');

  it('are cut as the command line does, and read in few calls', async () => {
    await callsTo(site());
    const outline = await readOutline(ports(), { space: 'NUM', picks: [{ id: '1000', below: true }] });
    const reading = await callsTo(site());
    const job = jobOf(outline);
    const bodies = await readBodies(ports(), outline, outline.pages);
    const fetching = await callsTo(site());
    console.log(`300 pages: ${reading.length} calls for the outline, ${fetching.length} for bodies`);
    expect(outline.pages).toHaveLength(300);
    expect(fetching.length).toBeLessThanOrEqual(outline.pages.length / 50);
    expect(cut(job, bodies).length).toBeGreaterThan(3);
    const wanted = await byCommand(site(), '/spaces/NUM/pages/1000', job.name, '--tree');
    same(await inParts(ports(), job), wanted);
  });
});

describe('what goes wrong', () => {
  const { site, ports } = confluence('rich');

  async function lossesOf(selection: Selection, between: () => Promise<unknown> = async () => {}): Promise<Made> {
    const outline = await readOutline(ports(), selection);
    await between();
    const made = await renderAtOnce(ports(), jobOf(outline));
    if (!made) throw new Error('It was too much for one request.');
    await site().clearFaults();
    return made;
  }

  it('is waited for: 429, 503 and a connection that is cut', async () => {
    await site().fault({ kind: 'status', status: 429, retry_after: 1, times: 2 });
    await site().fault({ kind: 'status', status: 503, times: 2, path: 'attachment|api/v2/pages' });
    await site().fault({ kind: 'cut', times: 1, path: 'users-bulk' });
    const made = await lossesOf({ space: 'DEV', picks: [{ id: '101' }, { id: '100' }] });
    expect(made.losses).toEqual([]);
  });

  it('is told: a file that is forbidden', async () => {
    await site().fault({ kind: 'status', status: 403, times: null, path: '/download' });
    const made = await lossesOf({ space: 'DEV', picks: [{ id: '101' }] });
    expect(made.losses.map(loss => [loss.code, loss.pageTitle])).toContainEqual(['image-missing', 'Part 10']);
    expect(made.lost).toBe(made.losses.length);
  });

  it('is told: a page changed meanwhile is shown as it was', async () => {
    const outline = await readOutline(ports(), { space: 'DEV', picks: [{ id: '116' }, { id: '104' }] });
    const before = await renderAtOnce(ports(), jobOf(outline));
    await site().edit('116', { body: '<p>Quite another text.</p>' });
    const after = await renderAtOnce(ports(), jobOf(outline));
    const parts = await inParts(ports(), jobOf(outline));
    same(after, pdfsOf(before));
    for (const made of [after, parts]) {
      expect(made?.manifest.diagnostics.map(found => [found.code, found.page])).toContainEqual(['page-changed', '116']);
    }
  });

  it('is told: a page deleted meanwhile', async () => {
    const picks = [{ id: '116' }, { id: '104' }];
    const made = await lossesOf({ space: 'DEV', picks }, () => site().remove('116'));
    expect(made.losses.map(loss => [loss.code, loss.page])).toContainEqual(['page-body-missing', '116']);
    await expect(readOutline(ports(), { space: 'DEV', picks: [{ id: '116' }] })).rejects.toMatchObject({
      problem: { code: 'confluence-gone' },
    });
  });

  it('ends it: signed out, a site that fails, a request that makes no sense', async () => {
    await site().fault({ kind: 'status', status: 401, times: null });
    await expect(readOutline(ports(), { space: 'DEV' })).rejects.toMatchObject({
      problem: { code: 'confluence-signed-out' },
    });
    await site().clearFaults();
    await site().fault({ kind: 'status', status: 500, times: null });
    await expect(readOutline(ports(), { space: 'DEV' })).rejects.toBeInstanceOf(ProblemError);
    await site().clearFaults();
    const outline = await readOutline(ports(), { space: 'OPS', picks: [{ id: '201' }] });
    await expect(renderAtOnce(ports(), jobOf(outline, { template: 'none' }))).rejects.toMatchObject({
      problem: { code: 'renderer-refused' },
    });
  });

  it('makes parts of what is too much: halves, and as text alone', async () => {
    const outline = await readOutline(ports(), { space: 'DEV', picks: [{ id: '101' }, { id: '104' }] });
    const job = jobOf(outline);
    const task = { start: 0, stop: 2, reduced: 0 as const, reason: '' };
    const small = { ...job, limits: { ...job.limits, pages: 1 } };
    const halves = await makePart(ports(), small, task, new Map());
    expect(halves.map(part => [part.task.start, part.task.stop])).toEqual([
      [0, 1],
      [1, 2],
    ]);
    expect(await renderAtOnce(ports(), small)).toBeNull();
    expect((await assemble(ports(), job, halves)).losses.map(loss => loss.page)).toEqual(['104']);
    const tight = { ...small, limits: { ...small.limits, requestBytes: 2_300 } };
    const reduced = await makePart(ports(), tight, { ...task, stop: 1 }, new Map());
    expect(reduced).toHaveLength(1);
    const made = await assemble(ports(), job, [...reduced, ...halves.slice(1)]);
    expect(made.losses.map(loss => [loss.code, loss.page])).toEqual([
      ['page-not-typeset', '101'],
      ['image-missing', '104'],
    ]);
  });
});

describe('before an export', () => {
  const demo = confluence('demo');
  const { ports } = confluence('rich');

  it('shows the first sheets as they will be', async () => {
    const outline = await readOutline(demo.ports(), { space: 'OPS' });
    const { sheets } = await preview(demo.ports(), jobOf(outline, { images: 'small' }), '1-2');
    expect(sheets).toHaveLength(2);
    expect(sheets[0]).toMatchObject({ width: expect.any(Number), data: expect.stringMatching(/^iVBOR/) });
    const beginning = await readBeginning(demo.ports(), { space: 'OPS' });
    expect(beginning.pages.map(page => page.id)).toEqual(outline.pages.map(page => page.id));
    // What only text comes through of, gets all of it too.
    const text = { ...demo.ports(), textOnly: true };
    expect((await preview(text, jobOf(beginning, { images: 'small' }), '1-2')).sheets).toEqual(sheets);
    expect((await templates(ports())).map(template => template.name)).toContain('default');
  });

  it('lets people look around', async () => {
    expect(await spacesLike(ports(), 'oper')).toEqual([{ key: 'OPS', name: 'Operations' }]);
    expect(await spacesLike(ports(), '')).toHaveLength(2);
    const top = await roots(ports(), 'DEV');
    expect(top.map(node => [node.title, node.hasChildren])).toEqual([
      ['Straße & Öl', true],
      ['Loose', true],
      ['Alone', false],
    ]);
    const below = await children(ports(), { id: '100', kind: 'page' });
    expect(below.map(node => [node.title, node.kind, node.hasChildren])).toEqual([
      ['Papers', 'folder', true],
      ['Part 2', 'page', true],
      ['Part 10', 'page', false],
      ['Table', 'database', false],
      ['𝔘𝔫𝔦 ﬁ İ', 'page', false],
    ]);
    expect(await labelsOf(ports(), 'DEV')).toEqual(['b', 'draft-text']);
    const found = await searchPages(ports(), 'DEV', { text: 'part', labels: ['b'] });
    expect(found.map(node => [node.id, node.path])).toEqual([
      ['102', ['Straße & Öl']],
      ['103', ['Straße & Öl', 'Part 2']],
    ]);
    expect(await countPages(ports(), { space: 'DEV', blogPosts: true, excludeLabels: ['draft-text'] })).toBe(12);
  });
});
