import { createHash, randomBytes } from 'node:crypto';
import type { About, FileInfo } from '@xpress/forge/api';
import { fromBase64, type Outline, type Ports, ProblemError, toBase64 } from '@xpress/forge/loop';
import { describe, expect, test } from 'vitest';
import { type Ask, makeAsk } from '../src/forge/ask';
import { contextOf, moduleOf } from '../src/forge/context';
import { keepFiles, loadFile, SENT_PIECE } from '../src/forge/files';
import { Maker } from '../src/forge/maker';
import { Outlines } from '../src/forge/outlines';
import { piecesOf } from '../src/forge/pieces';
import { makePorts } from '../src/forge/ports';
import { ruled } from '../src/rules';

const wish = {
  selection: { space: 'DEV' },
  options: {
    template: 'default',
    settings: {},
    images: 'print' as const,
    attachments: false,
    manifest: false,
    split: '',
  },
  timestamp: 0,
};

/** Functions that hold one file, and answer as the app's do. */
function functions(bytes: Uint8Array, size: number) {
  const calls: string[] = [];
  const kept: { file: number; piece: number; data: string }[] = [];
  const ask = makeAsk(async (name, payload) => {
    calls.push(name);
    expect(JSON.stringify(payload).length).toBeLessThan(500_000);
    if (name === 'piece') {
      const start = Number(payload.piece) * size;
      return { value: { data: toBase64(bytes.subarray(start, start + size)), more: start + size < bytes.length } };
    }
    if (name === 'keep') return { value: { id: 'x' } };
    if (name === 'keepPiece') {
      kept.push({ file: Number(payload.file), piece: Number(payload.piece), data: String(payload.data) });
      return { value: {} };
    }
    return name === 'keepEnd' ? { value: { id: 'x' } } : { problem: { code: 'invalid' } };
  });
  return { ask, calls, kept };
}

function infoOf(bytes: Uint8Array): FileInfo {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { index: 0, name: 'a.pdf', mediaType: 'application/pdf', bytes: bytes.length, sha256, sheets: 1 };
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'none',
    error => (error instanceof ProblemError ? error.problem.code : 'thrown'),
  );
}

describe('files', () => {
  const bytes = new Uint8Array(randomBytes(1_000_003));

  test('are joined from their pieces', async () => {
    const told: number[] = [];
    const { ask } = functions(bytes, 300_000);
    const { data } = await loadFile(ask, 'x', infoOf(bytes), ({ done }) => told.push(done));
    expect(same(new Uint8Array(await data.arrayBuffer()), bytes)).toBe(true);
    expect(told).toEqual([300_000, 600_000, 900_000, 1_000_003]);
  });

  test('are refused if a byte differs, is missing or is too much', async () => {
    const damaged = bytes.slice();
    damaged[500_000] = (damaged[500_000] ?? 0) ^ 1;
    for (const wrong of [damaged, bytes.subarray(1), new Uint8Array([...bytes, 0])]) {
      const { ask } = functions(wrong, 300_000);
      expect(await codeOf(loadFile(ask, 'x', infoOf(bytes), () => undefined))).toBe('damaged');
    }
  });

  test('are kept in pieces that fit into a call, none missing', async () => {
    const { ask, calls, kept } = functions(bytes, 1);
    const made = {
      title: 't',
      sheets: 1,
      lost: 0,
      losses: [],
      files: [{ info: infoOf(bytes), data: new Blob([bytes]) }],
    };
    await keepFiles(ask, made, wish, undefined, () => undefined);
    expect([calls[0], calls.at(-1)]).toEqual(['keep', 'keepEnd']);
    const joined = kept.sort((a, b) => a.piece - b.piece).map(({ data }) => Buffer.from(data, 'base64'));
    expect(joined.map(piece => piece.length)).toEqual([SENT_PIECE, SENT_PIECE, 1_000_003 - 2 * SENT_PIECE]);
    expect(same(Buffer.concat(joined), bytes)).toBe(true);
  });

  test('base64 there and back, and pieces of nothing', () => {
    expect(same(fromBase64(toBase64(bytes)), bytes)).toBe(true);
    expect(piecesOf(new Blob([]), 10)).toHaveLength(1);
  });
});

describe('calls of functions', () => {
  test('give the value or reject with the problem', async () => {
    const ask = makeAsk(async name =>
      name === 'usage' ? { value: 7 } : { problem: { code: 'too-many-exports', values: { limit: 3 } } },
    );
    expect(await ask('usage', {})).toBe(7);
    expect(await codeOf(ask('start', { wish }))).toBe('too-many-exports');
  });

  test('go again only where that does no harm', async () => {
    const calls: string[] = [];
    const ask = makeAsk(async name => {
      calls.push(name);
      throw new Error('lost');
    });
    expect(await codeOf(ask('status', { ids: [] }))).toBe('internal');
    expect(await codeOf(ask('start', { wish }))).toBe('internal');
    expect(calls).toEqual(['status', 'status', 'status', 'start']);
  });

  test('make no sense of what is no answer', async () => {
    expect(await codeOf(makeAsk(async () => undefined)('usage', {}))).toBe('unexpected-answer');
  });
});

describe('ports', () => {
  const nobody: Ask = () => Promise.reject(new ProblemError('confluence-forbidden'));
  const portsOf = (body: Uint8Array, headers: Record<string, string>, ask: Ask, signal: AbortSignal) => {
    const answer = async () => new Response(body.slice(), { headers });
    return makePorts({ requestConfluence: answer, requestRemote: answer }, ask, async () => 'renderer', signal);
  };
  const path = '/wiki/rest/api/content/1/child/attachment/att2/download';

  test('cancel what waits', async () => {
    const controller = new AbortController();
    const { wait, renderer } = portsOf(new Uint8Array(), {}, nobody, controller.signal);
    const waiting = codeOf(wait(60_000));
    controller.abort();
    expect(await waiting).toBe('cancelled');
    expect(await codeOf(renderer('/version'))).toBe('cancelled');
  });

  test('ask the functions for a file that did not come whole', async () => {
    const { signal } = new AbortController();
    const whole = functions(new Uint8Array(), 1);
    const ask = makeAsk(async (name, payload) => {
      expect([name, payload]).toEqual(['attachment', { path }]);
      return { value: { data: toBase64(new Uint8Array([0x89, 0x50])), mediaType: 'image/png' } };
    });
    const spoilt = new Uint8Array([0xef, 0xbf, 0xbd, 0x50]);
    const again = await portsOf(spoilt, { 'content-length': '2' }, ask, signal).confluence(path);
    expect(new Uint8Array(await again.arrayBuffer())).toEqual(new Uint8Array([0x89, 0x50]));
    const right = await portsOf(spoilt, { 'content-length': '4' }, whole.ask, signal).confluence(path);
    expect((await right.arrayBuffer()).byteLength).toBe(4);
    expect((await portsOf(spoilt, { 'content-length': '2' }, nobody, signal).confluence(path)).status).toBe(403);
  });
});

describe('outlines', () => {
  const outline: Outline = {
    title: '',
    spaceIds: [],
    pages: [],
    spaces: [],
    files: {},
    diagnostics: [],
    whole: [],
    complete: true,
    others: [],
    tree: [],
  };

  test('are read once, until they are old; failures are not kept', async () => {
    let [now, reads] = [0, 0];
    const outlines = new Outlines(() => now);
    const read = async () => {
      reads++;
      if (reads === 1) throw new Error('once');
      return outline;
    };
    const get = () => outlines.get({ space: 'DEV' }, 1000, read);
    await expect(get()).rejects.toThrow('once');
    await get();
    now = 1000;
    await get();
    expect(reads).toBe(2);
    now = 1001;
    await get();
    expect(reads).toBe(3);
  });
});

describe('places and rules', () => {
  test('the context is that of the module', () => {
    const extension = { content: { id: 42, type: 'page' }, space: { key: 'DEV' } };
    expect(contextOf({ moduleKey: 'xpress-page-action', locale: 'de-DE', extension })).toEqual({
      place: 'page-action',
      locale: 'de-DE',
      space: { key: 'DEV', name: '' },
      page: { id: '42', title: '' },
    });
    expect(moduleOf('space-settings')).toBe('xpress-space-settings');
  });

  test('presets, fixed options, and templates that are not offered', () => {
    const settings = {
      templates: ['default'],
      defaultTemplate: 'default',
      branding: { default: { classification: 'Internal', subtitle: 'Preset' } },
      locked: ['classification', 'watermark'],
      maxPages: 1,
      maxExports: 1,
      retentionDays: 1,
      objectStore: false,
      enabled: true,
    };
    const asked = { ...wish.options, settings: { classification: 'Public', watermark: 'Mine', paper: 'a5' } };
    expect(ruled(asked, settings).settings).toEqual({ classification: 'Internal', subtitle: 'Preset', paper: 'a5' });
    expect(() => ruled({ ...asked, template: 'other' }, settings)).toThrow('not-offered');
    expect(() => ruled(asked, { ...settings, enabled: false })).toThrow('not-offered');
  });
});

describe('exports', () => {
  const settings = {
    templates: [],
    defaultTemplate: 'default',
    branding: {},
    locked: [],
    maxPages: 10,
    maxExports: 1,
    retentionDays: 1,
    objectStore: false,
    enabled: true,
  };
  const about = async (): Promise<About> => ({
    version: '',
    instant: 'browser',
    remote: 'renderer',
    ownRenderer: false,
    settings,
    admin: { site: false, space: false },
  });
  const how = { background: false, signal: new AbortController().signal };

  test('go on in the background, and say why, where the browser doesn’t reach the renderer', async () => {
    const asked: string[] = [];
    const ask = makeAsk(async name => {
      asked.push(name);
      return name === 'start' ? { value: { id: 'x' } } : { value: [] };
    });
    const tried: string[] = [];
    const ports = () => ({
      confluence: () => new Promise<Response>(() => undefined),
      renderer: async (path: string) => {
        tried.push(path);
        throw new TypeError('blocked');
      },
      wait: async () => undefined,
    });
    const maker = new Maker({ ask, about, ports });
    const unreachable = { kind: 'background', id: 'x', because: 'unreachable' };
    expect(await maker.export(wish, how, () => undefined)).toEqual(unreachable);
    const tries = tried.length;
    expect(tries).toBeGreaterThan(0);
    // From now on it isn't tried again, not for previews and templates either.
    expect(await maker.export(wish, how, () => undefined)).toEqual(unreachable);
    await maker.templates();
    expect([asked, tried.length]).toEqual([['start', 'start', 'templates'], tries]);
  });

  test('are not begun where they are switched off', async () => {
    const off = async () => ({ ...(await about()), settings: { ...settings, enabled: false } });
    const maker = new Maker({ ask: makeAsk(async () => ({ value: { id: 'x' } })), about: off, ports: () => nowhere });
    expect(await codeOf(maker.export(wish, { ...how, background: true }, () => undefined))).toBe('not-offered');
  });
});

const nowhere: Ports = {
  confluence: () => Promise.reject(new TypeError('nowhere')),
  renderer: () => Promise.reject(new TypeError('nowhere')),
  wait: async () => undefined,
};
