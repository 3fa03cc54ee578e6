import { describe, expect, it } from 'vitest';
import { type Choice, select, titleOf } from '../../src/loop/select';
import { siteMap } from '../../src/loop/sitemap';
import type { Page } from '../../src/loop/types';

const ALL: Choice = { labels: [], excludeLabels: [], skipLabels: [], without: [], blogPosts: false };

function page(id: string, parent: string | null, more: Partial<Page> = {}): Page {
  return { id, title: `Page ${id}`, parent, space: 'A', kind: 'page', position: 0, labels: [], ...more };
}

/** Ids with their parents. */
function ids(pages: Page[]): string {
  return pages.map(each => (each.parent ? `${each.id}<${each.parent}` : each.id)).join(' ');
}

describe('reading order', () => {
  it('begins with the home page, then goes by position, number and code point', () => {
    const pages = [
      page('9', null, { title: 'Part 10' }),
      page('8', null, { title: 'part 9' }),
      page('7', null, { title: 'Part 9', position: 1 }),
      page('1', null, { title: 'Zeta', position: 5 }),
      page('3', '1', { title: '\u{1f642}' }),
      page('2', '1', { title: '\uff41' }),
      page('4', null, { kind: 'blogpost', created: '2026-02-01' }),
      page('5', null, { kind: 'blogpost', created: '2026-01-01' }),
      page('6', 'gone'),
    ];
    const map = siteMap([{ key: 'A', homepage: '1' }], pages);
    expect(ids(map.pages)).toBe('1 2<1 3<1 6 8 9 7 5 4');
    expect(map.cycles).toEqual([]);
  });

  it('goes space by space', () => {
    const pages = [page('1', null, { space: 'B' }), page('2', null), page('3', null, { space: 'C' })];
    expect(ids(siteMap([{ key: 'A' }, { key: 'B' }], pages).pages)).toBe('2 1 3');
  });

  it('cuts circles at the home page, and says so', () => {
    const map = siteMap([{ key: 'A', homepage: '2' }], [page('1', '2'), page('2', '3'), page('3', '1')]);
    expect(ids(map.pages)).toBe('2 1<2 3<1');
    expect(map.cycles).toMatchObject([{ code: 'page-cycle', page: '2' }]);
  });
});

describe('a selection', () => {
  const pages = [
    page('1', null),
    page('2', '1', { labels: ['x'] }),
    page('3', '2', { labels: ['Y'] }),
    page('4', '3'),
    page('5', null, { kind: 'blogpost' }),
  ];

  it('of all pages has blog posts only if they are wanted', () => {
    expect(ids(select(pages, ALL))).toBe('1 2<1 3<2 4<3');
    expect(ids(select(pages, { ...ALL, blogPosts: true }))).toBe('1 2<1 3<2 4<3 5');
  });

  it('of a tree ends at a depth', () => {
    expect(ids(select(pages, { ...ALL, root: '2' }))).toBe('2 3<2 4<3');
    expect(ids(select(pages, { ...ALL, root: '2', depth: 1 }))).toBe('2 3<2');
    expect(ids(select(pages, { ...ALL, depth: 0 }))).toBe('1');
  });

  it('leaves out pages alone, or with all below them', () => {
    expect(ids(select(pages, { ...ALL, skipLabels: ['X', 'y'] }))).toBe('1 4<1');
    expect(ids(select(pages, { ...ALL, excludeLabels: ['y'] }))).toBe('1 2<1');
    expect(ids(select(pages, { ...ALL, without: ['2'] }))).toBe('1');
    expect(ids(select(pages, { ...ALL, labels: ['x', 'y'] }))).toBe('2 3<2');
  });

  it('of a list has its order, and parents only where it goes on with their tree', () => {
    expect(ids(select(pages, { ...ALL, pages: ['3', '2', '3', '4', '9'] }))).toBe('3 2 4');
    expect(ids(select(pages, { ...ALL, pages: ['2', '3', '4'] }))).toBe('2 3<2 4<3');
    expect(ids(select(pages, { ...ALL, pages: ['2', '3'], skipLabels: ['x'] }))).toBe('3');
  });
});

describe('the title of a document', () => {
  const pages = [page('1', null), page('2', null, { space: 'B' }), page('3', null, { space: 'C' })];
  const spaces = [{ key: 'A', name: 'Alpha' }, { key: 'B' }];

  it('is that of the root, of the only page, or of the spaces', () => {
    expect(titleOf(pages, spaces, pages.slice(1), '1')).toBe('Page 1');
    expect(titleOf(pages, spaces, pages.slice(1, 2), undefined)).toBe('Page 2');
    expect(titleOf(pages, spaces, pages, undefined)).toBe('Alpha, B');
    expect(titleOf(pages, [], pages, undefined)).toBe('Page 1');
  });
});
