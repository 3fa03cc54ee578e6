/** Small things that the same bytes depend on. */

import { describe, expect, it } from 'vitest';
import { fileName } from '../../src/loop';
import { named } from '../../src/loop/files';
import { withoutLargest } from '../../src/loop/gather';
import { encode } from '../../src/loop/json';
import { boundaryOf, readFields } from '../../src/loop/multipart';
import { makeNeed, readNeed } from '../../src/loop/needs';
import { moment } from '../../src/loop/times';
import type { Answered } from '../../src/loop/upload';

describe('the name of a PDF', () => {
  it.each([
    ['Handbook', 'Handbook.pdf'],
    ['  a/b:c  "d" \u202e ', 'a b c d.pdf'],
    ['...', 'export.pdf'],
    ['.hidden. ', 'hidden.pdf'],
    ['\ud800x', 'x.pdf'],
    ['ä'.repeat(200), `${'ä'.repeat(90)}.pdf`],
    [`x${'ä'.repeat(200)}`, `x${'ä'.repeat(89)}.pdf`],
  ])('of %j is %j', (title, name) => expect(fileName(title)).toBe(name));
});

describe('a moment', () => {
  it.each([
    ['2026-03-05T09:12:33.120+01:00', '2026-03-05T08:12:33Z'],
    ['2026-03-05T09:12:33', '2026-03-05T09:12:33Z'],
    ['2026-03-05T09:12:33.999Z', '2026-03-05T09:12:33Z'],
    ['2026-03-05', '2026-03-05T00:00:00Z'],
    ['', ''],
    ['5 May', ''],
    ['2026-13-05T00:00:00Z', ''],
  ])('%j is %j', (text, iso) => expect(moment(text)).toBe(iso));
});

describe('JSON', () => {
  it('has no halves of characters', () => {
    expect(JSON.parse(encode(['\ud800', 'a\udc00\ud801', '🙂', '\\ud800', '\\\ud800']))).toEqual([
      '\ufffd',
      'a\ufffd\ufffd',
      '🙂',
      '\\ud800',
      '\\\ufffd',
    ]);
  });
});

describe('a form', () => {
  const encoded = (text: string) => new TextEncoder().encode(text);

  it('gives its fields as they are', async () => {
    const form = new FormData();
    form.append('result', '{"a":1}');
    form.append('file0', new Blob([encoded('\r\n--x\r\n\r\n-- bytes\r\n')], { type: 'application/pdf' }), 'a "b".pdf');
    form.append('file1', new Blob([]), 'empty');
    const response = new Response(form);
    const boundary = boundaryOf(response.headers.get('content-type') ?? '') ?? '';
    const bytes = new Uint8Array(await response.arrayBuffer());
    const fields = readFields(bytes, boundary);
    expect(fields?.map(field => [field.name, field.fileName, field.mediaType])).toEqual([
      ['result', '', ''],
      ['file0', 'a "b".pdf', 'application/pdf'],
      ['file1', 'empty', 'application/octet-stream'],
    ]);
    const texts = fields?.map(field => new TextDecoder().decode(field.bytes));
    expect(texts).toEqual(['{"a":1}', '\r\n--x\r\n\r\n-- bytes\r\n', '']);
    for (let end = 1; end < bytes.length - 3; end += 7) {
      expect(readFields(bytes.slice(0, end), boundary)).toBeUndefined();
    }
  });

  it('says its boundary', () => {
    expect(boundaryOf('multipart/form-data; boundary="a b"')).toBe('a b');
    expect(boundaryOf('Multipart/Form-Data; charset=x; boundary=ab')).toBe('ab');
    expect(boundaryOf('application/json; boundary=ab')).toBeUndefined();
  });
});

describe('a file', () => {
  const file = (id: string, title: string, fileId = '') => ({ id, attachment: { title, file_id: fileId } });
  const files = [file('1', 'Plan.png'), file('2', 'plan.png'), file('3', 'a\u0308.png', 'f3')];

  it('is found by its id, its name, or its name in other letters', () => {
    expect(named(files, { filename: 'plan.png', fileId: 'f3' })?.id).toBe('3');
    expect(named(files, { filename: 'plan.png', fileId: 'gone' })?.id).toBe('2');
    expect(named(files, { filename: 'PLAN.PNG', fileId: '' })?.id).toBe('1');
    expect(named(files, { filename: '\u00e4.png', fileId: '' })?.id).toBe('3');
    expect(named(files, { filename: '', fileId: '' })).toBeUndefined();
  });

  it('that is the largest is left out where all are too much', () => {
    const media = (size: number) => ({ media: { bytes: new Uint8Array(size), mediaType: '' } });
    const answers: Answered[] = [
      [makeNeed('body', { page_id: '1' }), { body: { format: 'storage', value: 'x'.repeat(99) } }],
      [makeNeed('attachment', { page_id: '1', filename: 'a' }), media(3)],
      [makeNeed('attachment', { page_id: '1', filename: 'b' }), media(5)],
    ];
    const lighter = withoutLargest(answers) ?? [];
    expect(lighter.map(([, answer]) => Object.keys(answer)[0])).toEqual(['body', 'media', 'unavailable']);
    expect(withoutLargest(answers.slice(0, 1))).toBeUndefined();
  });
});

describe('a need', () => {
  it('is the same whoever says it', () => {
    const theirs = readNeed({ attachment: { page_id: '1', filename: 'a', file_id: '' } });
    expect(theirs?.key).toBe(makeNeed('attachment', { filename: 'a', page_id: '1' }).key);
    expect(readNeed({ wish: {} })).toBeUndefined();
  });
});
