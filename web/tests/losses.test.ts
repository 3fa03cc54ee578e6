import { describe, expect, test } from 'vitest';
import { byPage, lineOf } from '../src/app/losses';

describe('losses', () => {
  test('stand by page, in the order in which pages come first', () => {
    const losses = ['2', '1', '2', ''].map((page, index) => ({
      page,
      pageTitle: '',
      code: 'macro',
      message: `${index}`,
    }));
    expect(byPage(losses).map(([page, found]) => [page, found.map(({ message }) => message)])).toEqual([
      ['2', ['0', '2']],
      ['1', ['1']],
      ['', ['3']],
    ]);
  });

  test('begin with a capital letter, but names and addresses stay as they are', () => {
    expect(lineOf('the macro “x” can’t be shown')).toBe('The macro “x” can’t be shown');
    expect(lineOf('https://example.com/a.png: never fetched')).toBe('https://example.com/a.png: never fetched');
    expect(lineOf('“missing.png”: no attachment')).toBe('“missing.png”: no attachment');
    expect(lineOf('draw.io is unknown')).toBe('draw.io is unknown');
  });
});
