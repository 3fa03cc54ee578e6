/** What is sent to the rendering service: a request, with the files of its answers in fields of their own. */

import { encode } from './json';
import { type Answer, isLeaf, isUnavailable, type Need } from './needs';
import type { RequestOptions } from './ports';

/** About what the form adds to the request and to each file, in bytes. */
const HEADS = 250;

/** A need with its answer. */
export type Answered = readonly [Need, Answer];

/** The body of a request. Sizes in bytes. */
export class Upload {
  readonly #json: string;
  readonly #files: readonly Uint8Array[];
  readonly size: number;
  /** Of the JSON. */
  readonly jsonSize: number;
  /** Of the largest file. */
  readonly largest: number;
  readonly fileCount: number;

  constructor(json: string, files: readonly Uint8Array[]) {
    this.#json = json;
    this.#files = files;
    this.jsonSize = new TextEncoder().encode(json).length;
    this.size = files.reduce((sum, file) => sum + file.length + HEADS, this.jsonSize + HEADS);
    this.largest = files.reduce((most, file) => Math.max(most, file.length), 0);
    this.fileCount = files.length;
  }

  /** How to send it: as JSON, or with files as a form, whose fields are `request`, `file0`, `file1` … */
  options(accept: string): RequestOptions {
    if (!this.#files.length) {
      return {
        method: 'POST',
        headers: { Accept: accept, 'Content-Type': 'application/json' },
        body: this.#json,
      };
    }
    const form = new FormData();
    form.append('request', this.#json);
    for (const [index, file] of this.#files.entries()) {
      form.append(`file${index}`, new Blob([file as Uint8Array<ArrayBuffer>]), `file${index}`);
    }
    return { method: 'POST', headers: { Accept: accept }, body: form };
  }
}

/** A request with answers, and with files of other kinds, whose names come as `parts`. */
export function makeUpload(
  request: Record<string, unknown>,
  answers: readonly Answered[],
  parts?: readonly Uint8Array[],
): Upload {
  const files: Uint8Array[] = [];
  const add = (bytes: Uint8Array) => `file${files.push(bytes) - 1}`;
  const told = answers.map(([need, answer]) => ({ need: need.form, answer: answerForm(answer, add) }));
  const named = parts && { parts: parts.map(add) };
  return new Upload(encode({ ...request, answers: told, ...named }), files);
}

/** A request that asks what is lacking: with the answers that may bring up more needs. */
export function makeQuestion(request: Record<string, unknown>, answers: readonly Answered[]): Upload {
  return makeUpload(
    request,
    answers.filter(([need]) => !isLeaf(need)),
  );
}

function answerForm(answer: Answer, add: (bytes: Uint8Array) => string): unknown {
  if (isUnavailable(answer) || !('media' in answer)) return answer;
  return { media: { file: add(answer.media.bytes), media_type: answer.media.mediaType } };
}
