/** What keys do in a tree, after the pattern of the ARIA Authoring Practices. */

import type { Row } from './rows';

/** What is to happen: go to a row, open some, close or tick the current one, or find what is typed. */
export interface KeyAction {
  go?: number;
  open?: string[];
  close?: boolean;
  tick?: boolean;
  alone?: boolean;
  type?: string;
}

interface Key {
  key: string;
  shiftKey: boolean;
  ctrlKey: boolean;
  altKey: boolean;
  metaKey: boolean;
}

/** Rows that Page Up and Page Down leap. */
const LEAP = 10;

/** The action of a key on the current row, if it has one. */
export function keyAction(event: Key, rows: readonly Row[], at: number): KeyAction | undefined {
  const row = rows[at];
  if (!row || event.ctrlKey || event.altKey || event.metaKey) return undefined;
  switch (event.key) {
    case 'ArrowDown':
      return { go: at + 1 };
    case 'ArrowUp':
      return { go: at - 1 };
    case 'PageDown':
      return { go: at + LEAP };
    case 'PageUp':
      return { go: at - LEAP };
    case 'Home':
      return { go: 0 };
    case 'End':
      return { go: rows.length - 1 };
    case 'ArrowRight':
      return inwards(rows, at);
    case 'ArrowLeft':
      return row.open ? { close: true } : { go: parentOf(rows, at) };
    case ' ':
      return event.shiftKey ? { alone: true } : { tick: true };
    case 'Enter':
      return { tick: true };
    case '*':
      return { open: siblings(rows, at) };
    default:
      return event.key.length === 1 ? { type: event.key } : undefined;
  }
}

function inwards(rows: readonly Row[], at: number): KeyAction {
  const row = rows[at];
  if (row?.node.hasChildren && !row.open) return { open: [row.id] };
  const next = rows[at + 1];
  return { go: row && next && next.level > row.level ? at + 1 : at };
}

function parentOf(rows: readonly Row[], at: number): number {
  const level = rows[at]?.level ?? 1;
  for (let index = at - 1; index >= 0; index--) if ((rows[index]?.level ?? 0) < level) return index;
  return at;
}

function siblings(rows: readonly Row[], at: number): string[] {
  const level = rows[at]?.level;
  const top = level === 1 ? -1 : parentOf(rows, at);
  const found: string[] = [];
  for (const row of rows.slice(top + 1)) {
    if (level !== undefined && row.level < level) break;
    if (row.level === level && row.node.hasChildren && !row.open) found.push(row.id);
  }
  return found;
}
