/** Gathers what pages need: the rendering service says what it lacks, the site answers, until nothing is lacking. */

import { sha256 } from './hash';
import { list, record } from './json';
import { type Answer, isLeaf, makeNeed, type Need, readNeed, type Unavailable } from './needs';
import { hasBody } from './nodes';
import { distinct } from './outline';
import type { Ports } from './ports';
import { ProblemError } from './problem';
import { parsed, post } from './renderer';
import { partRequest } from './requests';
import { chunked } from './search';
import { Source } from './source';
import type { BodyAnswer, Job, Page, PartNotes, PartTask } from './types';
import { type Answered, makeQuestion } from './upload';

/** Every round answers what the last one brought up: pages included by included pages, mostly two or three deep. */
const MOST_ROUNDS = 50;
const TOO_LARGE: Unavailable = { unavailable: { reason: 'it is larger than the rendering service takes' } };
const TOO_MUCH: Unavailable = {
  unavailable: { reason: 'the files of its page are more than the rendering service takes' },
};
const FILES_AT_ONCE = 12;
/** Bytes of an attachment that is embedded, as the service has it. */
const LARGEST_EMBEDDED = 100 * 2 ** 20;

/** Answers the needs of a job's pages. `bodies`: those that are known. */
export class Gatherer {
  readonly #ports: Ports;
  readonly #job: Job;
  readonly #source: Source;

  constructor(ports: Ports, job: Job, bodies: ReadonlyMap<string, BodyAnswer>) {
    this.#ports = ports;
    this.#job = job;
    this.#source = new Source(ports, job.outline, bodies);
  }

  /** All that some pages need. ProblemError. */
  async answers(task: PartTask): Promise<Answered[]> {
    if (task.reduced === 2) return [];
    const known = new Map<string, Answered>();
    const pages = this.#job.outline.pages.slice(task.start, task.stop);
    await this.#add(known, pages.filter(hasBody).map(bodyNeed));
    for (let round = 0; round < MOST_ROUNDS; round += 1) {
      const missing = (await this.#ask(task, [...known.values()])).filter(need => !known.has(need.key));
      await this.#add(known, missing);
      if (missing.every(isLeaf)) return [...known.values()];
    }
    throw new ProblemError('unexpected-answer', { detail: 'needs without an end' });
  }

  /** Files that are to be embedded, apart from those that are known; undefined if they take more than `most` bytes. */
  async embedded(known: readonly Answered[], most: number): Promise<Answered[] | undefined> {
    const needs = new Map<string, Need>();
    const keys = new Set(known.map(([need]) => need.key));
    let announced = 0;
    for (const page of this.#job.outline.pages) {
      for (const { title, file_id = '', size = 0 } of page.attachments ?? []) {
        const need = makeNeed('attachment', { page_id: page.id, filename: title, file_id });
        if (size > LARGEST_EMBEDDED || keys.has(need.key)) continue;
        if (!needs.has(need.key)) announced += size;
        needs.set(need.key, need);
      }
    }
    const found = new Map<string, Answered>();
    let size = announced;
    for (const some of chunked([...needs.values()], FILES_AT_ONCE)) {
      if (size > most) return undefined;
      await this.#add(found, some);
      const sizes = [...found.values()].map(([, answer]) => ('media' in answer ? answer.media.bytes.length : 0));
      size = sizes.reduce((sum, each) => sum + each, 0);
    }
    return size > most ? undefined : [...found.values()];
  }

  /** What the document is to be told of these answers. */
  async notes(answers: readonly Answered[]): Promise<PartNotes> {
    const { outline } = this.#job;
    const others = new Map(outline.others.map(page => [page.id, page]));
    const exported = new Map(outline.pages.map(page => [page.id, page]));
    const notes: PartNotes = { diagnostics: this.#source.takeProblems(), read: [], digests: {} };
    for (const [need, answer] of answers) {
      const id = need.values.page_id ?? '';
      const page = exported.get(id) ?? others.get(id);
      if (need.kind !== 'body' || !page) continue;
      if (others.has(id)) notes.read.push(id);
      if (!isDated(page)) notes.digests[id] = await digest(answer);
    }
    return notes;
  }

  async #ask(task: PartTask, answers: readonly Answered[]): Promise<Need[]> {
    const question = makeQuestion(partRequest(this.#job, task), answers);
    const reply = await post(this.#ports, '/v1/needs', question, 'application/json');
    const needs = list(record(parsed(reply)).needs).map(form => {
      const need = readNeed(form);
      if (!need) throw new ProblemError('unexpected-answer', { detail: 'an unknown need' });
      return need;
    });
    // Of a reduced page only the text is shown.
    return needs.filter(need => !(task.reduced && (need.kind === 'attachment' || need.kind === 'image')));
  }

  async #add(known: Map<string, Answered>, needs: readonly Need[]): Promise<void> {
    const answers = await this.#source.fulfil(needs);
    for (const need of needs) {
      const answer = answers.get(need.key);
      if (answer) known.set(need.key, [need, this.#sendable(answer)]);
    }
  }

  #sendable(answer: Answer): Answer {
    return 'media' in answer && answer.media.bytes.length > this.#job.limits.fileBytes ? TOO_LARGE : answer;
  }
}

/** Whatever the parts say, for the document: findings each once, and all pages that may be shown. */
export function joinNotes(outline: Job['outline'], notes: readonly PartNotes[]): PartNotes {
  const found = [...outline.diagnostics, ...notes.flatMap(each => each.diagnostics)];
  const diagnostics = distinct(found);
  const read = [...new Set(notes.flatMap(each => each.read))];
  return {
    diagnostics,
    read,
    digests: Object.assign({}, ...notes.map(each => each.digests)) as Record<string, string>,
  };
}

/** The answers without their largest file; undefined if there is no file. */
export function withoutLargest(answers: readonly Answered[]): Answered[] | undefined {
  const sizeOf = ([, answer]: Answered) => ('media' in answer ? answer.media.bytes.length : -1);
  const most = answers.reduce((size, answered) => Math.max(size, sizeOf(answered)), -1);
  if (most < 0) return undefined;
  const largest = answers.findIndex(answered => sizeOf(answered) === most);
  return answers.map(([need, answer], index) => [need, index === largest ? TOO_MUCH : answer]);
}

function bodyNeed(page: Page): Need {
  return makeNeed('body', { page_id: page.id });
}

/** Whether the metadata tells when the page or one of its files changes. */
function isDated(page: Page): boolean {
  const files = page.attachments ?? [];
  return (
    (page.version !== undefined || !!page.updated) && files.every(file => file.version || file.size || file.file_id)
  );
}

async function digest(answer: Answer): Promise<string> {
  const text = 'body' in answer ? answer.body.value : 'unavailable' in answer ? answer.unavailable.reason : '';
  return await sha256(new TextEncoder().encode(text));
}
