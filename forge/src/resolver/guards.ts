/** Looks at what a browser sends, which may be anything. All give the value, or throw ProblemError `invalid`. */

import { ProblemError } from '../loop';

/** Reads one value; `name` is what it is called, for the problem. */
export type Guard<T> = (value: unknown, name: string) => T;

/** `detail` says what of the request makes no sense. */
export function invalid(name: string): ProblemError {
  return new ProblemError('invalid', { detail: name });
}

/** Text of at most so many characters that, if given, looks so. */
export function text(most: number, like?: RegExp): Guard<string> {
  return (value, name) => {
    if (typeof value !== 'string' || value.length > most || (like && !like.test(value))) throw invalid(name);
    // Half a surrogate pair is no character: databases don't take it.
    if (/\p{Cs}/u.test(value)) throw invalid(name);
    return value;
  };
}

/** What takes at most so many bytes as JSON, as it is stored. */
export function small<T>(guard: Guard<T>, bytes: number): Guard<T> {
  return (value, name) => {
    const made = guard(value, name);
    if (Buffer.byteLength(JSON.stringify(made)) > bytes) throw invalid(name);
    return made;
  };
}

/** A whole number in these bounds. */
export function whole(least: number, most: number): Guard<number> {
  return (value, name) => {
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < least || value > most) throw invalid(name);
    return value;
  };
}

export const yesOrNo: Guard<boolean> = (value, name) => {
  if (typeof value !== 'boolean') throw invalid(name);
  return value;
};

/** One of some words. */
export function oneOf<T extends string>(...words: readonly T[]): Guard<T> {
  return (value, name) => {
    const found = words.find(word => word === value);
    if (found === undefined) throw invalid(name);
    return found;
  };
}

/** A list of at most so many. */
export function listOf<T>(guard: Guard<T>, most: number): Guard<T[]> {
  return (value, name) => {
    if (!Array.isArray(value) || value.length > most) throw invalid(name);
    return value.map(entry => guard(entry, name));
  };
}

/** An object with at most so many keys, all of which look so. */
export function recordOf<T>(guard: Guard<T>, most: number, keys: RegExp): Guard<Record<string, T>> {
  return (value, name) => {
    const entries = Object.entries(plain(value, name));
    if (entries.length > most || entries.some(([key]) => !keys.test(key))) throw invalid(name);
    return Object.fromEntries(entries.map(([key, entry]) => [key, guard(entry, name)]));
  };
}

type Guards = Record<string, Guard<unknown>>;
type Given<G extends Guards> = { [K in keyof G]: ReturnType<G[K]> };

/** An object with these keys and, perhaps, those; no others. What is `undefined` counts as left out. */
export function object<N extends Guards, P extends Guards = Record<never, never>>(
  needed: N,
  possible?: P,
): Guard<Given<N> & Partial<Given<P>>> {
  return (value, name) => {
    const given = plain(value, name);
    const guards: Guards = { ...needed, ...possible };
    const unknown = Object.keys(given).find(key => !Object.hasOwn(guards, key));
    if (unknown !== undefined) throw invalid(`${name}: ${unknown.slice(0, 40)}`);
    const made: Record<string, unknown> = {};
    for (const [key, guard] of Object.entries(guards)) {
      if (given[key] !== undefined || Object.hasOwn(needed, key)) made[key] = guard(given[key], `${name}.${key}`);
    }
    return made as Given<N> & Partial<Given<P>>;
  };
}

function plain(value: unknown, name: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(name);
  return value as Record<string, unknown>;
}

/** Names of templates and options; no `__proto__`. */
export const NAME = /^(?!__)[\w.-]{1,100}$/;
/** The id of an export. */
export const exportId = text(36, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
/** The id of a page. */
export const pageId = text(20, /^\d+$/);
/** The key of a space; personal ones begin with `~`. */
export const spaceKey = text(255, /^~?[\w.:-]+$/);
export const templateName = text(100, NAME);
export const sha256 = text(64, /^[0-9a-f]{64}$/);
/** Base64 of at most so many bytes. */
export function base64(bytes: number): Guard<Buffer> {
  return (value, name) => {
    const given = text(Math.ceil(bytes / 3) * 4, /^[A-Za-z0-9+/]*={0,2}$/)(value, name);
    const data = Buffer.from(given, 'base64');
    if (data.length === 0 || data.length > bytes || data.toString('base64') !== given) throw invalid(name);
    return data;
  };
}
