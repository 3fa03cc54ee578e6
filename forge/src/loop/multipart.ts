/** Reads multipart/form-data (RFC 7578) that is in memory as a whole. */

export interface Field {
  name: string;
  /** Empty if it is no file. */
  fileName: string;
  mediaType: string;
  bytes: Uint8Array<ArrayBuffer>;
}

const HEADERS_END = new TextEncoder().encode('\r\n\r\n');
const CR = 13;

/** The boundary in a media type; undefined if it is not multipart/form-data. */
export function boundaryOf(mediaType: string): string | undefined {
  const found = /^\s*multipart\/form-data\s*;.*?\bboundary=(?:"([^"]+)"|([^\s;]+))/i.exec(mediaType);
  return found?.[1] ?? found?.[2];
}

/** All fields, whose bytes are not copied; undefined if they are not complete. */
export function readFields(bytes: Uint8Array<ArrayBuffer>, boundary: string): Field[] | undefined {
  const first = new TextEncoder().encode(`--${boundary}`);
  const next = new TextEncoder().encode(`\r\n--${boundary}`);
  if (!startsAt(bytes, first, 0)) return undefined;
  const fields: Field[] = [];
  let at = first.length;
  // Behind a boundary there is a line break, or `--` at the end.
  while (bytes[at] === CR) {
    const headersEnd = find(bytes, HEADERS_END, at);
    const start = headersEnd + HEADERS_END.length;
    const end = headersEnd < 0 ? -1 : find(bytes, next, start - 2);
    if (end < 0) return undefined;
    fields.push(field(bytes.subarray(at, headersEnd), bytes.subarray(start, Math.max(start, end))));
    at = end + next.length;
  }
  return bytes[at] === '-'.charCodeAt(0) && bytes[at + 1] === '-'.charCodeAt(0) ? fields : undefined;
}

function field(head: Uint8Array, bytes: Uint8Array<ArrayBuffer>): Field {
  const headers = new TextDecoder().decode(head);
  const disposition = /^content-disposition:(.*)$/im.exec(headers)?.[1] ?? '';
  const value = (name: string) => new RegExp(`;\\s*${name}="([^"]*)"`, 'i').exec(disposition)?.[1] ?? '';
  const unescaped = value('filename').replace(/%22|%0D|%0A/gi, decodeURIComponent);
  const mediaType = /^content-type:\s*([^;\r\n]*)/im.exec(headers)?.[1]?.trim() ?? '';
  return { name: value('name'), fileName: unescaped, mediaType, bytes };
}

function find(bytes: Uint8Array, wanted: Uint8Array, from: number): number {
  const [begin = 0] = wanted;
  for (let at = bytes.indexOf(begin, from); at >= 0; at = bytes.indexOf(begin, at + 1)) {
    if (startsAt(bytes, wanted, at)) return at;
  }
  return -1;
}

function startsAt(bytes: Uint8Array, wanted: Uint8Array, at: number): boolean {
  return at + wanted.length <= bytes.length && wanted.every((byte, index) => bytes[at + index] === byte);
}
