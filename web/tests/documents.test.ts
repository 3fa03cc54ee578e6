import type { ExportInfo } from '@xpress/forge/api';
import { describe, expect, it } from 'vitest';
import { type DocumentList, daysLeft, emptyList, manifestOf, pdfsOf, reduceList } from '../src/documents/list';
import { announcementOf, LONGEST, nextDelay, progressOf, SHORTEST } from '../src/documents/progress';

function made(id: string, values: Partial<ExportInfo> = {}): ExportInfo {
  return {
    id,
    title: `Document ${id}`,
    space: 'DEMO',
    page: '',
    template: 'default',
    state: 'done',
    done: 0,
    total: 0,
    created: 1_000,
    updated: 1_000,
    expires: 0,
    bytes: 0,
    sheets: 0,
    lost: 0,
    losses: [],
    files: [],
    ...values,
  };
}

const ids = (list: DocumentList) => list.items.map(({ id }) => id);
const listOf = (...items: ExportInfo[]) => reduceList(emptyList, { type: 'loaded', exports: items });

describe('the list of documents', () => {
  it('shows a document once that comes with two pages of the list', () => {
    const list = reduceList(listOf(made('c'), made('b')), {
      type: 'more',
      exports: [made('b'), made('a')],
      cursor: '2',
    });
    expect(ids(list)).toEqual(['c', 'b', 'a']);
    expect(list.cursor).toBe('2');
  });

  it('takes over what has changed, and drops what is gone elsewhere', () => {
    const list = listOf(made('b', { state: 'typesetting', done: 1, total: 9 }), made('a', { state: 'waiting' }));
    const now = made('b', { state: 'typesetting', done: 5, total: 9 });
    const next = reduceList(list, { type: 'status', asked: ['a', 'b'], exports: [now] });
    expect(next.items).toEqual([now]);
  });

  it('stays the same object while nothing changes, so that polls draw nothing anew', () => {
    const list = listOf(made('a', { state: 'reading', total: 3 }));
    expect(
      reduceList(list, { type: 'status', asked: ['a'], exports: [made('a', { state: 'reading', total: 3 })] }),
    ).toBe(list);
  });

  it('puts an export that was just begun on top', () => {
    const next = reduceList(listOf(made('a')), {
      type: 'status',
      asked: ['b'],
      exports: [made('b', { state: 'waiting' })],
    });
    expect(ids(next)).toEqual(['b', 'a']);
  });

  it('forgets the tick of a document that goes', () => {
    const ticked = reduceList(listOf(made('a'), made('b')), { type: 'tick-all', on: true });
    const next = reduceList(ticked, { type: 'removed', id: 'a' });
    expect([...next.selected]).toEqual(['b']);
    const searched = reduceList(ticked, { type: 'loaded', exports: [made('a')] });
    expect([...searched.selected]).toEqual(['a']);
  });

  it('tells PDFs and the manifest apart', () => {
    const file = { name: '', bytes: 1, sha256: '', sheets: 1 };
    const files = [
      { ...file, index: 0, mediaType: 'application/pdf' },
      { ...file, index: 1, mediaType: 'application/pdf' },
      { ...file, index: 2, mediaType: 'application/json' },
    ];
    const info = made('a', { files });
    expect(pdfsOf(info).map(({ index }) => index)).toEqual([0, 1]);
    expect(manifestOf(info)?.index).toBe(2);
  });

  it('counts the days until a document is deleted as people do: by midnights', () => {
    const at = (day: number, hour: number) => new Date(2026, 9, day, hour).getTime();
    expect(daysLeft(made('a'), 0)).toBeUndefined();
    expect(daysLeft(made('a', { expires: at(40, 10) }), at(10, 9))).toBe(30);
    expect(daysLeft(made('a', { expires: at(11, 1) }), at(10, 23))).toBe(1);
    expect(daysLeft(made('a', { expires: at(10, 23) }), at(10, 1))).toBe(0);
    expect(daysLeft(made('a', { expires: at(10, 1) }), at(12, 1))).toBe(0);
  });
});

describe('progress', () => {
  it('has a bar without end while the number of pages is unknown', () => {
    expect(progressOf(made('a', { state: 'reading' }))?.part).toBeUndefined();
    expect(progressOf(made('a', { state: 'typesetting', done: 3, total: 12 }))).toMatchObject({
      key: 'documents.stage.of',
      part: 0.25,
    });
  });

  it('never shows more pages done than there are', () => {
    expect(progressOf(made('a', { state: 'typesetting', done: 14, total: 12 }))).toMatchObject({
      values: { done: 12, total: 12 },
      part: 1,
    });
  });

  it('is nothing before the start and after the end', () => {
    for (const state of ['waiting', 'done', 'failed', 'cancelled'] as const) {
      expect(progressOf(made('a', { state }))).toBeUndefined();
    }
  });

  it('says quarters and the end, each once', () => {
    const pages = (done: number) => made('a', { state: 'typesetting', done, total: 100 });
    const said = [0, 10, 24, 25, 40, 49, 60, 99, 100].map((done, index, all) =>
      index ? announcementOf(pages(all[index - 1] ?? 0), pages(done))?.percent : undefined,
    );
    expect(said.filter(percent => percent !== undefined)).toEqual([25, 50, 75]);
    const end = announcementOf(pages(100), made('a'));
    expect(end?.key).toBe('documents.say.done');
    expect(announcementOf(made('a'), made('a', { updated: 2 }))).toBeUndefined();
    expect(announcementOf(pages(3), made('a', { state: 'failed' }))?.key).toBe('documents.say.failed');
  });

  it('says nothing of what was ended when it was first seen', () => {
    expect(announcementOf(undefined, made('a'))).toBeUndefined();
  });

  it('looks less and less often while nothing changes, and often again when something does', () => {
    let delay = SHORTEST;
    for (let looks = 0; looks < 20; looks += 1) {
      const next = nextDelay(delay, false);
      expect(next).toBeGreaterThanOrEqual(delay);
      delay = next;
    }
    expect(delay).toBe(LONGEST);
    expect(nextDelay(delay, true)).toBe(SHORTEST);
  });
});
