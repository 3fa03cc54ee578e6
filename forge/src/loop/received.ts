/** The files of an answer: as a form, or as text where only text arrives whole. */

import { fromBase64 } from './base64';
import { list, record, text, whole } from './json';
import { boundaryOf, type Field, readFields } from './multipart';
import type { Ports } from './ports';
import { ProblemError } from './problem';
import { parsed, post, problemOf, type Reply } from './renderer';
import type { Upload } from './upload';

/** `sheets`: of a PDF. */
export interface Received {
  name: string;
  mediaType: string;
  bytes: Uint8Array<ArrayBuffer>;
  sheets: number;
}

/** What the service makes of a request. ProblemError `renderer-…`, `unexpected-answer`; ExpensiveError. */
export async function receive(ports: Ports, path: string, upload: Upload): Promise<Received[]> {
  const files = ports.textOnly
    ? ofText(await post(ports, path, upload, 'application/json'))
    : ofForm(await post(ports, path, upload, 'multipart/form-data'));
  if (!files.length) throw odd('no files');
  return files;
}

/** The JSON of a file. */
export function jsonOf(file: Pick<Received, 'mediaType' | 'bytes'>): unknown {
  return parsed(file);
}

function ofText(reply: Reply): Received[] {
  return list(record(parsed(reply)).files).map(each => {
    const { name, media_type, data, pages } = record(each);
    try {
      return {
        name: text(name),
        mediaType: text(media_type),
        bytes: fromBase64(text(data)),
        sheets: whole(pages) ?? 0,
      };
    } catch {
      throw odd('a file that is not base64');
    }
  });
}

function ofForm(reply: Reply): Received[] {
  const boundary = boundaryOf(reply.mediaType);
  const all = boundary === undefined ? undefined : readFields(reply.bytes, boundary);
  if (!all) throw odd('a form that is not complete');
  const problem = all.find(field => field.name === 'problem');
  if (problem) throw problemOf(jsonOf(problem));
  const result = all.find(field => field.name === 'result');
  const facts = result ? list(record(jsonOf(result)).files).map(record) : [];
  const fields = all.filter(field => field.name.startsWith('file'));
  if (fields.length !== facts.length || !fields.every((field, index) => isSame(field, facts[index]))) {
    throw odd('other files than were announced');
  }
  return fields.map((field, index) => {
    const { fileName: name, mediaType, bytes } = field;
    return { name, mediaType, bytes, sheets: whole(facts[index]?.pages) ?? 0 };
  });
}

function isSame(field: Field, facts: Record<string, unknown> = {}): boolean {
  const { name, media_type, bytes } = facts;
  return name === field.fileName && media_type === field.mediaType && bytes === field.bytes.length;
}

function odd(detail: string): ProblemError {
  return new ProblemError('unexpected-answer', { detail });
}
