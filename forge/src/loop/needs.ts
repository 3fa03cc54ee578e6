/** What the rendering service says it lacks, and what it is told. */

import { record, text } from './json';
import type { Page } from './types';

export interface Unavailable {
  unavailable: { reason: string };
}

/** The answer to a need. Bytes of files go beside the request, all else as it is. */
export type Answer =
  | { body: { format: 'storage' | 'view'; value: string } }
  | { page: Page }
  | { pages: Page[] }
  | { media: { bytes: Uint8Array<ArrayBuffer>; mediaType: string } }
  | { user: { name: string } }
  | Unavailable;

export type NeedKind = 'body' | 'page' | 'children' | 'attachment' | 'user' | 'macro' | 'image' | 'jira';

/** Something that is lacking. `form`: as the service says it; `values`: what it says in text. */
export interface Need {
  kind: NeedKind;
  values: Readonly<Record<string, string>>;
  form: unknown;
  /** The same for the same need. */
  key: string;
}

const KINDS: readonly NeedKind[] = ['body', 'page', 'children', 'attachment', 'user', 'macro', 'image', 'jira'];
const LEAVES: readonly NeedKind[] = ['attachment', 'image', 'jira', 'user'];

/** A need as the service says it; undefined for what is none. */
export function readNeed(form: unknown): Need | undefined {
  const given = record(form);
  const kind = KINDS.find(each => Object.hasOwn(given, each));
  return kind && need(kind, record(given[kind]), form);
}

/** A need of our own. */
export function makeNeed(kind: NeedKind, values: Record<string, string>): Need {
  return need(kind, values, { [kind]: values });
}

/** Whether the answer brings up no other needs: files, issues and names. */
export function isLeaf(asked: Need): boolean {
  return LEAVES.includes(asked.kind);
}

export function isUnavailable(answer: object): answer is Unavailable {
  return 'unavailable' in answer;
}

function need(kind: NeedKind, given: Record<string, unknown>, form: unknown): Need {
  const values = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, text(value)]));
  const told = Object.entries(given).filter(([, value]) => value !== '');
  return { kind, values, form, key: `${kind} ${JSON.stringify(told.sort())}` };
}
