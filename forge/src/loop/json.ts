/** Values of JSON that came from elsewhere: what is of another kind than expected counts as missing. */

export type Json = Record<string, unknown>;

/** An object; empty for anything else. */
export function record(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

/** A list; empty for anything else. */
export function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Text, or a number as text, such as an id; empty for anything else. */
export function text(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
}

/** A whole number, also one in text. */
export function whole(value: unknown): number | undefined {
  const found = typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value;
  return Number.isSafeInteger(found) ? (found as number) : undefined;
}

/** JSON of a value. Halves of characters, which UTF-8 has no bytes for, are replaced. */
export function encode(value: unknown): string {
  return JSON.stringify(value).replace(/(?<!\\)((?:\\\\)*)\\ud[89a-f][0-9a-f]{2}/g, '$1\ufffd');
}
