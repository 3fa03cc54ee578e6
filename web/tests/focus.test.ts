import { describe, expect, test } from 'vitest';
import { nearest } from '../src/app/keepFocus';

interface Element {
  name: string;
  dead?: boolean;
  children?: Element[];
}

/** The name of the first that is alive in an element. */
function usable({ name, dead, children }: Element): string | undefined {
  if (children) return children.map(usable).find(found => found !== undefined);
  return dead ? undefined : name;
}

function find(...spots: { parent: Element; index: number }[]): string | undefined {
  return nearest(spots, parent => parent.children ?? [], usable);
}

const alive = (name: string): Element => ({ name });
const dead = (name: string): Element => ({ name, dead: true });

describe('the focus, when its place is gone', () => {
  test('goes to what has come in its place, such as the next row of a list', () => {
    expect(find({ parent: { name: 'list', children: [alive('a'), alive('c')] }, index: 1 })).toBe('c');
  });

  test('goes back if nothing is there, and forward if nothing is before it', () => {
    expect(find({ parent: { name: 'list', children: [alive('a'), alive('b')] }, index: 2 })).toBe('b');
    expect(find({ parent: { name: 'bar', children: [dead('previous'), dead('text'), alive('next')] }, index: 0 })).toBe(
      'next',
    );
  });

  test('goes further up only if there is nothing near', () => {
    const list = { name: 'list', children: [dead('status')] };
    const room = { name: 'room', children: [alive('search'), list, alive('export')] };
    expect(find({ parent: list, index: 0 }, { parent: room, index: 1 })).toBe('search');
    expect(find({ parent: list, index: 0 })).toBeUndefined();
  });
});
