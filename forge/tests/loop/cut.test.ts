import { describe, expect, it } from 'vitest';
import { type BodyAnswer, Cutter, type Limits, type Outline, type Page } from '../../src/loop';

const LIMITS = { part: { pages: 48, bodyBytes: 160_000 } } as Limits;

function outlineOf(pages: Page[]): Outline {
  const tree = pages.map(page => ({ id: page.id, parent: page.parent ?? null }));
  return {
    title: '',
    pages,
    spaces: [],
    spaceIds: [],
    files: {},
    diagnostics: [],
    whole: [],
    complete: true,
    others: [],
    tree,
  };
}

/** Where a document is cut: the first page of each part. `sizes`: characters of bodies; undefined for folders. */
function starts(pages: Page[], sizes: (number | undefined)[], split = ''): number[] {
  const cutter = new Cutter(outlineOf(pages), LIMITS, split);
  const body = (size: number): BodyAnswer => ({ body: { format: 'storage', value: 'x'.repeat(size) } });
  const parts = sizes.map(size => cutter.next(size === undefined ? undefined : body(size)));
  const found = [...parts, cutter.end()].filter(part => part !== undefined);
  expect(found.map(part => part.stop)).toEqual([...found.slice(1).map(part => part.start), pages.length]);
  return found.map(part => part.start);
}

function flat(count: number): Page[] {
  return Array.from({ length: count }, (_, index) => ({ id: `${index}`, title: '', parent: index ? '0' : null }));
}

describe('a document is cut', () => {
  it('after 48 pages, folders counted', () => {
    expect(starts(flat(100), new Array(100).fill(undefined))).toEqual([0, 48, 96]);
  });

  it('before a page with which a part would be too long', () => {
    expect(starts(flat(4), [100_000, 60_000, 1, 159_999])).toEqual([0, 2]);
    expect(starts(flat(4), [100_000, 60_001, 1, 159_999])).toEqual([0, 1, 3]);
  });

  it('never within a page', () => {
    expect(starts(flat(3), [500_000, 500_000, 1])).toEqual([0, 1, 2]);
  });

  it('by characters, of which some take two units', () => {
    const cutter = new Cutter(outlineOf(flat(2)), LIMITS, '');
    const value = '🙂'.repeat(80_000);
    expect(cutter.next({ body: { format: 'storage', value } })).toBeUndefined();
    expect(cutter.next({ body: { format: 'storage', value } })).toBeUndefined();
    expect(cutter.end()).toMatchObject({ start: 0, stop: 2 });
  });

  it('at chapters, if volumes are: below a single root, or at all roots', () => {
    const tree: Page[] = [
      { id: 'a', title: '', parent: null },
      { id: 'b', title: '', parent: 'a' },
      { id: 'c', title: '', parent: 'b' },
      { id: 'd', title: '', parent: 'a' },
    ];
    expect(starts(tree, [1, 1, 1, 1], 'top-level')).toEqual([0, 1, 3]);
    expect(starts([...tree, { id: 'e', title: '', parent: 'gone' }], [1, 1, 1, 1, 1], 'Top-Level')).toEqual([0, 4]);
  });

  it('finely, if volumes are small', () => {
    // 12 sheets are 48,000 characters, of which a sixth fills a part.
    expect(starts(flat(3), [8_000, 1, 7_999], 'pages=12')).toEqual([0, 1]);
    expect(starts(flat(3), [60_000, 6_666, 1], 'size=1MB')).toEqual([0, 2]);
    expect(starts(flat(3), [60_000, 6_667, 1], 'size=1MB')).toEqual([0, 1]);
  });

  it('into nothing, if there is nothing', () => {
    expect(new Cutter(outlineOf([]), LIMITS, '').end()).toBeUndefined();
  });
});
