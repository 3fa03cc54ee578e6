/** What browsers send is looked at before anything is done with it. */

import { expect, it } from 'vitest';
import { KEEP_PIECE_BYTES } from '../../src/bounds';
import { ProblemError } from '../../src/loop';
import { PAYLOADS } from '../../src/resolver/payloads';

const ID = '0b8f6a1e-0000-4000-8000-00000000beef';
const OPTIONS = {
  template: 'default',
  settings: { paper: 'a4', toc: true, depth: 3 },
  images: 'print',
  attachments: false,
  manifest: true,
  split: 'pages=200',
};
const WISH = {
  selection: { space: '~557058:ab-c', picks: [{ id: '12', below: true }], without: ['13'], depth: 2, labels: ['x'] },
  options: OPTIONS,
  timestamp: 1_790_000_000,
};

function refused(name: keyof typeof PAYLOADS, payload: unknown): string {
  try {
    PAYLOADS[name](payload, name);
  } catch (error) {
    if (error instanceof ProblemError && error.problem.code === 'invalid') return String(error.problem.values?.detail);
    throw error;
  }
  return '';
}

function names(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `option-${index}`);
}

it('lets through what the interface sends', () => {
  expect(PAYLOADS.start({ wish: WISH, page: '12' }, 'start')).toEqual({ wish: WISH, page: '12' });
  expect(PAYLOADS.about({}, 'about')).toEqual({});
  expect(PAYLOADS.exports({ cursor: `1790000000000:${ID}`, query: 'ü%' }, 'exports')).toHaveProperty('query', 'ü%');
  expect(PAYLOADS.preview({ wish: WISH, show: '1-3,7' }, 'preview')).toHaveProperty('show', '1-3,7');
  expect(PAYLOADS.saveSettings({ settings: { branding: { default: { footer: 'Internal' } } } }, 's')).toBeDefined();
});

it.each([
  ['a page id that is none', 'start', { wish: { ...WISH, selection: { space: 'A', picks: [{ id: '1/../2' }] } } }],
  ['a key nobody knows', 'start', { wish: WISH, account: '712020:ann' }],
  ['a prototype', 'start', JSON.parse('{"wish": {}, "__proto__": {"x": 1}}')],
  ['no selection', 'start', { wish: { options: OPTIONS, timestamp: 0 } }],
  ['a space with a slash', 'about', { space: 'A/B' }],
  ['too many picks', 'start', { wish: { ...WISH, selection: { space: 'A', picks: Array(5001).fill({ id: '1' }) } } }],
  ['an option that is an object', 'start', { wish: { ...WISH, options: { ...OPTIONS, settings: { a: {} } } } }],
  ['no number', 'start', { wish: { ...WISH, timestamp: Number.NaN } }],
  ['another split', 'start', { wish: { ...WISH, options: { ...OPTIONS, split: 'pages=200; x' } } }],
  ['a list', 'status', []],
  ['nothing', 'status', undefined],
  ['an id that is none', 'piece', { id: "' OR 1=1", file: 0, piece: 0 }],
  ['a fraction', 'piece', { id: ID, file: 0.5, piece: 0 }],
  ['less than nothing', 'piece', { id: ID, file: 0, piece: -1 }],
  ['what is no base64', 'keepPiece', { id: ID, file: 0, piece: 0, data: 'abc' }],
  ['no bytes', 'keepPiece', { id: ID, file: 0, piece: 0, data: '' }],
  [
    'too many bytes',
    'keepPiece',
    { id: ID, file: 0, piece: 0, data: Buffer.alloc(KEEP_PIECE_BYTES + 1).toString('base64') },
  ],
  ['settings that are too much', 'saveSettings', { settings: { branding: { a: { b: 'x'.repeat(10_001) } } } }],
  ['a limit of none', 'saveSettings', { settings: { maxPages: 0 } }],
  ['another address', 'attachment', { path: '/wiki/api/v2/pages/1' }],
  ['a template that is a prototype', 'start', { wish: { ...WISH, options: { ...OPTIONS, template: '__proto__' } } }],
  [
    'an option that is a prototype',
    'saveSettings',
    JSON.parse('{"settings": {"branding": {"__proto__": {"footer": "x"}}}}'),
  ],
  ['half a character', 'exports', { query: '\ud83d' }],
  [
    'a wish that is more than a row',
    'start',
    {
      wish: {
        ...WISH,
        options: { ...OPTIONS, settings: Object.fromEntries(names(40).map(name => [name, 'ü'.repeat(9000)])) },
      },
    },
  ],
  ['sheets that are none', 'preview', { wish: WISH, show: 'all' }],
] as const)('refuses %s', (_, name, payload) => {
  expect(refused(name, payload)).not.toBe('');
});
