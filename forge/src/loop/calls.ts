/** All calls to Confluence. Nothing else can be asked: paths are made of this table. */

import table from './calls.json';
import { gone } from './failures';

export type CallName =
  | 'spaces'
  | 'space-pages'
  | 'space-blogposts'
  | 'space-labels'
  | 'pages'
  | 'page'
  | 'blogposts'
  | 'blogpost'
  | 'page-descendants'
  | 'folder-descendants'
  | 'whiteboard-descendants'
  | 'database-descendants'
  | 'embed-descendants'
  | 'page-children'
  | 'folder-children'
  | 'whiteboard-children'
  | 'database-children'
  | 'embed-children'
  | 'folder'
  | 'whiteboard'
  | 'database'
  | 'embed'
  | 'page-attachments'
  | 'blogpost-attachments'
  | 'users-bulk'
  | 'content-search'
  | 'attachment-download'
  | 'macro-convert'
  | 'convert-start'
  | 'convert-result'
  | 'site-files';

/** `background`: whether exports in the background make it, which then need impersonation for its scopes. */
export interface Call {
  name: string;
  method: string;
  path: string;
  scope: string[];
  why: string;
  background: boolean;
}

export const CALLS: readonly Call[] = table;

export type Values = Record<string, string | number>;
export type Params = readonly (readonly [string, string | number])[];

const BY_NAME = new Map(CALLS.map(call => [call.name, call]));
const SHAPES: Record<string, RegExp> = {
  id: /^\d{1,30}$/,
  version: /^\d{1,9}$/,
  attachment: /^(att)?\d{1,30}$/,
  macro: /^(?!\.{1,2}$)[^/\\]{1,200}$/,
  task: /^(?!\.{1,2}$)[^/\\]{1,200}$/,
};

/** The path of a call. SiteFailure `gone` for values that can't be part of it: there is nothing like that. */
export function pathOf(name: CallName, values: Values = {}): string {
  const call = BY_NAME.get(name);
  if (!call) throw gone(name);
  return call.path.replace(/\{(\+?)(\w+)\}/g, (_, slashes: string, key: string) => {
    const value = String(values[key] ?? '');
    if (slashes) return straight(value) ? value : refuse(name);
    return SHAPES[key]?.test(value) ? encodeURIComponent(value) : refuse(name);
  });
}

/** Whether a quoted path has no empty steps, and none that lead back, however a server may unpack it. */
export function straight(path: string): boolean {
  try {
    const plain = decodeURIComponent(decodeURIComponent(path));
    return !/[;?#\\]/.test(path) && !plain.includes('\\') && plain.split('/').every(step => !/^\.{0,2}$/.test(step));
  } catch {
    return false;
  }
}

export function methodOf(name: CallName): 'GET' | 'POST' {
  return BY_NAME.get(name)?.method === 'POST' ? 'POST' : 'GET';
}

/** `?a=1&b=2`, or nothing. */
export function queryOf(params: Params): string {
  const query = new URLSearchParams(params.map(([name, value]) => [name, String(value)])).toString();
  return query && `?${query}`;
}

function refuse(name: CallName): never {
  throw gone(name);
}
