/** Decisions that need no platform: settings, volumes, what becomes of errors, events. */

import { RateLimitError } from '@forge/events';
import { describe, expect, it } from 'vitest';
import type { Settings } from '../../src/api';
import { joined } from '../../src/jobs/assemble';
import { judge } from '../../src/jobs/errors';
import { cutVolumes, volumeOutline } from '../../src/jobs/volumes';
import { type Outline, type Page, ProblemError } from '../../src/loop';
import { answerOf } from '../../src/sdk/answers';
import { TimeUpError } from '../../src/sdk/budget';
import { countEgress } from '../../src/sdk/ports';
import { readEvent } from '../../src/sdk/queue';
import { DEFAULTS, expiry, merge, withBranding } from '../../src/settings/merge';
import { spaceKey } from '../../src/settings/stored';
import { chunksAtOnce } from '../../src/store/blobs';
import type { StoredFile } from '../../src/store/exports';
import { isOutdated } from '../../src/store/sql';
import { EndedError } from '../../src/store/states';
import { PLAIN } from '../plain';

const site = (change: Partial<Settings>): Settings => ({ ...DEFAULTS, ...change });

describe('settings of a space', () => {
  it('are those of the site where it says nothing', () => {
    expect(merge(DEFAULTS)).toEqual(DEFAULTS);
    expect(merge(DEFAULTS, {})).toEqual(DEFAULTS);
  });

  it('narrow what the site allows', () => {
    const own = { maxPages: 10, retentionDays: 7, enabled: false, templates: ['memo'], locked: ['paper'] };
    const made = merge(site({ locked: ['footer'] }), own);
    expect(made).toMatchObject({ ...own, locked: ['footer', 'paper'], defaultTemplate: 'memo' });
  });

  it('never widen it', () => {
    const given = site({
      maxPages: 10,
      retentionDays: 7,
      enabled: false,
      templates: ['memo'],
      defaultTemplate: 'memo',
    });
    const own = {
      maxPages: 99,
      retentionDays: 0,
      enabled: true,
      templates: ['book'],
      objectStore: true,
      maxExports: 99,
    };
    expect(merge(given, own)).toEqual(given);
  });

  it('say nothing of options that the site has locked', () => {
    const branding = { default: { footer: 'Internal', color: '#000' } };
    const own = { branding: { default: { footer: 'Public', color: '#111' }, book: { footer: 'Mine' } } };
    expect(merge(site({ branding, locked: ['footer'] }), own).branding).toEqual({
      default: { footer: 'Internal', color: '#111' },
      book: {},
    });
  });

  it('put their options over those of users where these are locked, and under them elsewhere', () => {
    const settings = site({ branding: { default: { footer: 'Internal', paper: 'a4' } }, locked: ['footer', 'logo'] });
    const wanted = { ...PLAIN, settings: { footer: 'Mine', paper: 'a5', logo: 'x' } };
    expect(withBranding(wanted, settings).settings).toEqual({ footer: 'Internal', paper: 'a5' });
  });

  it('have keys that the store takes, one for each space', () => {
    const keys = ['DEMO', '~557058:f-1', '~557058:f.1', '~55705_8'].map(spaceKey);
    expect(keys.every(key => /^[a-zA-Z0-9:._\s\-#]+$/.test(key))).toBe(true);
    expect(new Set(keys).size).toBe(4);
    expect(spaceKey('demo')).toBe(spaceKey('DEMO'));
  });

  it('tell when a document expires', () => {
    expect(expiry(site({ retentionDays: 2 }), 1000)).toBe(172_801_000);
    expect(expiry(site({ retentionDays: 0 }), 1000)).toBe(0);
  });
});

function tree(count: number, parent: (index: number) => string | null): Page[] {
  return Array.from({ length: count }, (_, index) => ({
    id: String(index),
    title: `Page ${index}`,
    parent: parent(index),
  }));
}

describe('volumes', () => {
  it('are cut where chapters begin, if one is near', () => {
    const pages = tree(20, index => (index === 0 ? null : index % 4 === 1 ? '0' : String(index - ((index - 1) % 4))));
    const ranges = cutVolumes(pages, [{ start: 0, stop: 20, bytes: 2000 }], 1000);
    expect(ranges).toEqual([
      [0, 5],
      [5, 9],
      [9, 13],
      [13, 20],
    ]);
  });

  it('are all below the limit, and hold each page once', () => {
    const pages = tree(300, () => null);
    const weights = [
      { start: 0, stop: 100, bytes: 5000 },
      { start: 200, stop: 300, bytes: 40_000 },
    ];
    const ranges = cutVolumes(pages, weights, 10_000);
    expect(ranges[0]?.[0]).toBe(0);
    expect(ranges.at(-1)?.[1]).toBe(300);
    for (const [index, range] of ranges.entries()) {
      expect(range[0]).toBe(ranges[index - 1]?.[1] ?? 0);
      const bytes = Array.from({ length: range[1] - range[0] }, (_, page) => {
        const place = range[0] + page;
        return place < 100 ? 50 : place < 200 ? 225 : 400;
      });
      expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(10_000);
    }
  });

  it('can’t be made of a page that is too large by itself', () => {
    const weights = [{ start: 1, stop: 2, bytes: 5000 }];
    expect(() =>
      cutVolumes(
        tree(3, () => null),
        weights,
        4000,
      ),
    ).toThrow(ProblemError);
  });

  it('know the pages of the others, and have no parents elsewhere', () => {
    const pages = tree(4, index => (index === 0 ? null : '0'));
    const outline: Outline = {
      ...{ title: 'Book', pages, spaces: [], spaceIds: [], files: {}, others: [], whole: [], complete: true, tree: [] },
      diagnostics: [{ code: 'x', message: 'y' }],
    };
    const ranges = [
      [0, 2],
      [2, 4],
    ] as [number, number][];
    const second = volumeOutline(outline, ranges, 1);
    expect(second).toMatchObject({ title: 'Book – volume 2 of 2', diagnostics: [] });
    expect(second.pages.map(({ id, parent }) => [id, parent])).toEqual([
      ['2', null],
      ['3', null],
    ]);
    expect(second.others.map(({ id }) => id)).toEqual(['0', '1']);
    expect(volumeOutline(outline, [], 0)).toBe(outline);
  });

  it('make one list of files, manifests last', () => {
    const file = (blob: string, mediaType: string, name: string): StoredFile => {
      return { blob, mediaType, name, index: 0, bytes: 1, sha256: '', sheets: 1, place: 'sql', chunk: 1 };
    };
    const files = (number: number) => [
      file(`p${number}`, 'application/pdf', `v${number}.pdf`),
      file(`m${number}`, 'application/json', 'manifest.json'),
    ];
    const volume = (number: number) => ({ number, files: files(number), sheets: 2, lost: 1, losses: [] });
    const document = joined([volume(1), volume(2)]);
    expect(document).toMatchObject({ sheets: 4, lost: 2 });
    expect(document.files.map(({ index, name }) => [index, name])).toEqual([
      [0, 'v1.pdf'],
      [1, 'v2.pdf'],
      [2, 'manifest-1.json'],
      [3, 'manifest-2.json'],
    ]);
    expect(joined([volume(1)]).files.map(({ name }) => name)).toEqual(['v1.pdf', 'manifest.json']);
  });
});

describe('after an error', () => {
  it.each([
    ['the export has ended', new EndedError(), 1, { kind: 'stop' }],
    ['the user cancelled', new ProblemError('cancelled'), 1, { kind: 'stop' }],
    ['time is up', new TimeUpError(), 1, { kind: 'again' }],
    ['time is up again and again', new TimeUpError(), 4, { kind: 'fail', problem: { code: 'gave-up' } }],
    ['the renderer is busy', new ProblemError('renderer-busy'), 1, { kind: 'later', seconds: 15 }],
    ['it still is', new ProblemError('renderer-busy'), 11, { kind: 'later', seconds: 900 }],
    ['it always is', new ProblemError('renderer-busy'), 12, { kind: 'fail', problem: { code: 'renderer-busy' } }],
    [
      'the account is closed',
      new ProblemError('confluence-signed-out'),
      1,
      { kind: 'fail', problem: { code: 'confluence-forbidden' } },
    ],
    ['the user may not read', new ProblemError('confluence-forbidden'), 1, { kind: 'fail' }],
    ['there were too many events', new RateLimitError('slow down'), 11, { kind: 'later', seconds: 60 }],
    ['nobody knows', new TypeError('x'), 1, { kind: 'later', seconds: 15 }],
    ['nobody knows, and it stays', new TypeError('x'), 4, { kind: 'fail', problem: { code: 'gave-up' } }],
  ])('%s', (_, error, tries, verdict) => {
    expect(judge(error, tries)).toMatchObject(verdict);
  });
});

it('waits rather than to ask more than Forge allows in a minute', async () => {
  const waits: number[] = [];
  const now = Date.now;
  let time = 1_000_000;
  Date.now = () => time;
  try {
    const egress = countEgress(async milliseconds => {
      waits.push(milliseconds);
      time += milliseconds;
    });
    for (let made = 0; made < 200; made += 1) {
      await egress();
      time += 10;
    }
  } finally {
    Date.now = now;
  }
  expect(waits).toHaveLength(2);
  expect(time - 1_000_000).toBeGreaterThan(120_000);
});

it('reads events of its own alone', () => {
  const id = '0b8f6a1e-0000-4000-8000-00000000beef';
  expect(readEvent({ export: id, step: 'part', part: 3 })).toEqual({ export: id, step: 'part', part: 3 });
  expect(readEvent({ export: id, step: 'plan', part: 3 })).toEqual({ export: id, step: 'plan' });
  for (const body of [null, 'x', {}, { export: 1, step: 'plan' }, { export: id, step: 'part' }, { export: id }]) {
    expect(readEvent(body)).toBeUndefined();
  }
});

it('reads as many chunks at once as an answer of Forge SQL holds', () => {
  for (const size of [340_000, 700_000, 100_000]) {
    expect(chunksAtOnce(size) * Math.ceil(size / 3) * 4).toBeLessThan(4 * 1024 * 1024 - 100_000);
    expect(chunksAtOnce(size) * size).toBeLessThan(3_500_000);
  }
});

it('reads no answer that is too large for its memory', async () => {
  const answer = () => Promise.resolve(new Response('12345', { headers: { 'content-length': '5' } }));
  expect((await answerOf(answer(), 4)).status).toBe(413);
  expect(await (await answerOf(answer(), 5)).text()).toBe('12345');
});

it('knows missing tables and columns, in the words of MySQL and TiDB', () => {
  const error = (message: string, context?: object) => Object.assign(new Error(message), { context });
  expect(isOutdated(error("Table 'app.exports' doesn't exist"))).toBe(true);
  expect(isOutdated(error('SQL failed', { debug: { errno: 1054 } }))).toBe(true);
  expect(isOutdated(error('Duplicate entry', { debug: { errno: 1062 } }))).toBe(false);
  expect(isOutdated('x')).toBe(false);
});
