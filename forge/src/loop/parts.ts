/** Has the parts of a document typeset. */

import { Gatherer, withoutLargest } from './gather';
import type { Ports } from './ports';
import { ProblemError } from './problem';
import { ExpensiveError, post, type Reply } from './renderer';
import { partRequest } from './requests';
import type { BodyAnswer, Job, MadePart, PartTask } from './types';
import { type Answered, makeUpload, type Upload } from './upload';

const MEDIA_TYPE = 'application/vnd.xpress.part';
const REASONS = {
  'too-expensive': 'it takes more than the rendering service allows',
  crashed: 'the typesetter crashed',
  'too-large': 'it is more than the rendering service takes',
};

/**
 * Typesets a part, or its halves where it is too much, and at last pages reduced; mostly one result, else several in
 * the order of their pages. `bodies`: of the part's pages; what is not there is read. SiteFailure, ProblemError.
 */
export async function makePart(
  ports: Ports,
  job: Job,
  task: PartTask,
  bodies: ReadonlyMap<string, BodyAnswer>,
): Promise<MadePart[]> {
  const gatherer = new Gatherer(ports, job, bodies);
  const waiting = [task];
  const made: MadePart[] = [];
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    const found = await attempt(ports, job, gatherer, next);
    if (found instanceof ExpensiveError) waiting.unshift(...smaller(next, found));
    else made.push(found);
  }
  return made;
}

/** What to try instead of a part that can't be made: its halves, until one page is left; that one reduced. */
export function smaller(task: PartTask, error: ExpensiveError): PartTask[] {
  if (task.stop - task.start > 1) {
    const middle = Math.floor((task.start + task.stop) / 2);
    return [
      { ...task, stop: middle },
      { ...task, start: middle },
    ];
  }
  if (task.reduced === 2) throw error;
  return [{ ...task, reduced: task.reduced === 0 ? 1 : 2, reason: REASONS[error.why] }];
}

/** Whether the service takes a request. */
export function fits(upload: Upload, job: Job): boolean {
  const { limits } = job;
  return (
    upload.size <= limits.requestBytes &&
    upload.jsonSize <= limits.jsonBytes &&
    upload.largest <= limits.fileBytes &&
    upload.fileCount < limits.files
  );
}

async function attempt(ports: Ports, job: Job, gatherer: Gatherer, task: PartTask): Promise<MadePart | ExpensiveError> {
  if (task.stop - task.start > job.limits.pages) return tooLarge();
  try {
    let answers = await gatherer.answers(task);
    const notes = await gatherer.notes(answers);
    let upload: Upload | undefined = makeUpload(partRequest(job, task), answers);
    while (upload && !fits(upload, job)) {
      const lighter: Answered[] | undefined = task.stop - task.start === 1 ? withoutLargest(answers) : undefined;
      answers = lighter ?? answers;
      upload = lighter && makeUpload(partRequest(job, task), lighter);
    }
    if (!upload) return tooLarge();
    const reply: Reply = await post(ports, '/v1/parts', upload, MEDIA_TYPE);
    return reply.bytes.length > job.limits.fileBytes ? tooLarge() : { task, data: reply.bytes, notes };
  } catch (error) {
    if (error instanceof ExpensiveError) return error;
    throw error;
  }
}

function tooLarge(): ExpensiveError {
  return new ExpensiveError('renderer-refused', 'too-large', REASONS['too-large']);
}

/** The problem of a document that the service doesn't take as a whole. Sizes in bytes. */
export function documentTooLarge(size: number, job: Job): ProblemError {
  return new ProblemError('too-large', { size, limit: job.limits.requestBytes });
}
