/** Async events: at least once, in any order, again after failures. Time is virtual in `drain`, real in `deliver`. */

import { randomUUID } from 'node:crypto';
import { Rate } from './rate';
import { realClearTimeout, realSetTimeout } from './real';
import type { State } from './state';
import type { Outcome, QueueHabits } from './types';

interface Push {
  queueName: string;
  jobId: string;
  payload: { body: unknown; delayInSeconds?: number; concurrency?: { key: string; limit: number } }[];
}

interface QueuedEvent {
  id: string;
  job: string;
  queue: string;
  body: unknown;
  concurrency?: { key: string; limit: number };
  depth: number;
  /** Milliseconds since 1970: when it was pushed, and when it is due. */
  pushed: number;
  due: number;
  retries: number;
  retryReason: string;
  retryData: unknown;
  /** One that is delivered though it was delivered already. */
  copy: boolean;
}

interface Job {
  queue: string;
  success: number;
  failed: number;
  inProgress: number;
}

/** Runs the consumer of a queue. */
export type Consume = (queue: string, event: object, depth: number) => Promise<Outcome>;

const MINUTE = 60_000;
const LONG = 55_000;
const FIRST_RETRY = 5000;
const COPY_DELAY = 120_000;
const MOST_DELIVERIES = 20_000;

export class Queue {
  readonly #state: State;
  readonly #consume: Consume;
  readonly #habits: QueueHabits;
  readonly #rate: Rate;
  readonly #jobs = new Map<string, Job>();
  #events: QueuedEvent[] = [];
  readonly #running = new Map<Promise<void>, QueuedEvent>();
  #delivering = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(state: State, consume: Consume) {
    this.#state = state;
    this.#consume = consume;
    this.#habits = { duplicates: 0.1, ordered: false, parallel: 3, ...state.options.queue };
    this.#rate = new Rate(state.clock, MINUTE);
  }

  /** Events that wait, copies left out. */
  get waiting(): number {
    return this.#events.filter(event => !event.copy).length;
  }

  clear(): void {
    this.#events = [];
  }

  /** Answers a request of the SDK: publish, stats, cancel. `depth`: of the event that the caller works on. */
  answer(path: string, body: string, depth: number): Response {
    const given = JSON.parse(body) as Push;
    if (path.startsWith('/webhook/queue/publish/')) {
      return this.#publish(given, depth + 1);
    }
    const job = this.#jobs.get(given.jobId);
    if (!job || job.queue !== given.queueName) {
      return Response.json({ message: 'There is no such job.' }, { status: 404 });
    }
    if (path.startsWith('/webhook/queue/stats/')) {
      const { success, failed, inProgress } = job;
      return Response.json({ success, failed, inProgress });
    }
    const before = this.#events.length;
    this.#events = this.#events.filter(event => event.job !== given.jobId);
    this.#state.report.queue.cancelled += before - this.#events.length;
    job.inProgress = [...this.#running.values()].filter(event => event.job === given.jobId).length;
    return new Response(null, { status: 204 });
  }

  #publish(push: Push, depth: number): Response {
    const refused = this.#refusal(push, depth);
    if (refused) {
      return refused;
    }
    const now = this.#state.clock.now();
    const { report } = this.#state;
    report.queue.pushes += 1;
    report.queue.events += push.payload.length;
    this.#jobs.set(push.jobId, { queue: push.queueName, success: 0, failed: 0, inProgress: push.payload.length });
    for (const { body, delayInSeconds = 0, concurrency } of push.payload) {
      this.#events.push({
        id: randomUUID(),
        job: push.jobId,
        queue: push.queueName,
        body,
        ...(concurrency ? { concurrency } : {}),
        depth,
        pushed: now,
        due: now + delayInSeconds * 1000,
        retries: 0,
        retryReason: '',
        retryData: undefined,
        copy: false,
      });
    }
    this.#pump();
    return new Response(null, { status: 201 });
  }

  #refusal(push: Push, depth: number): Response | undefined {
    const { limits, manifest } = this.#state;
    const consumer = manifest.modules('consumer').find(made => made.queue === push.queueName);
    if (!consumer?.function) {
      return this.#refused(400, 'queue', `The manifest has no consumer of the queue “${push.queueName}”.`);
    }
    if (depth > limits.cyclicDepth) {
      return this.#refused(405, 'cyclicDepth', `More than ${limits.cyclicDepth} events came one out of the other.`);
    }
    const sizes = push.payload.map(event => Buffer.byteLength(JSON.stringify(event)));
    const time = (manifest.function(consumer.function).timeoutSeconds ?? 0) * 1000;
    if (push.payload.length > limits.pushEvents || sizes.reduce((sum, size) => sum + size, 0) > limits.pushBytes) {
      return this.#refused(413, 'push', `A push has up to ${limits.pushEvents} events and ${limits.pushBytes} bytes.`);
    }
    if (time > LONG && sizes.some(size => size > limits.eventBytes)) {
      return this.#refused(413, 'eventBytes', `Events of long consumers have up to ${limits.eventBytes} bytes.`);
    }
    if (push.payload.some(event => (event.delayInSeconds ?? 0) * 1000 > limits.delay)) {
      return this.#refused(400, 'delay', `Events can be delayed by up to ${limits.delay} ms.`);
    }
    if (this.#rate.add(push.payload.length) > limits.eventsPerMinute) {
      return this.#refused(429, 'eventsPerMinute', `More than ${limits.eventsPerMinute} events in a minute.`);
    }
    return undefined;
  }

  #refused(status: number, limit: string, message: string): Response {
    this.#state.touched(limit, message);
    return Response.json({ errorMessage: message, message }, { status });
  }

  /** Delivers until nothing is left, or `go` says no. Error after too many deliveries. */
  async drain(most = MOST_DELIVERIES, go: () => boolean = () => true): Promise<void> {
    this.#state.virtual = true;
    const limit = this.#state.report.queue.deliveries + most;
    for (;;) {
      const goes = go();
      if (goes && this.#state.report.queue.deliveries > limit) {
        await Promise.all(this.#running.keys());
        throw new Error(`After ${most} deliveries there are still ${this.waiting} events: does it ever end?`);
      }
      while (goes && this.#start()) {
        // As many at once as may be.
      }
      if (this.#running.size > 0) {
        await Promise.race(this.#running.keys());
      } else if (goes && this.#events.length > 0) {
        this.#state.clock.advance(this.#next() - this.#state.clock.now());
      } else {
        return;
      }
    }
  }

  /** Delivers by itself from now on, in real time. */
  deliver(): void {
    this.#state.virtual = false;
    this.#delivering = true;
    this.#pump();
  }

  /** Delivers no more by itself; waits for what is being done. */
  async pause(): Promise<void> {
    this.#delivering = false;
    realClearTimeout(this.#timer);
    await Promise.all(this.#running.keys());
  }

  #pump(): void {
    if (!this.#delivering) {
      return;
    }
    realClearTimeout(this.#timer);
    while (this.#start()) {
      // As many at once as may be.
    }
    if (this.#events.length > 0 && this.#running.size < this.#habits.parallel) {
      const wait = Math.max(10, this.#next() - this.#state.clock.now());
      this.#timer = realSetTimeout(() => this.#pump(), wait);
      this.#timer.unref();
    }
  }

  #next(): number {
    return Math.min(...this.#events.map(event => event.due));
  }

  /** Starts one event that is due; false if there is none, or no room. */
  #start(): boolean {
    const now = this.#state.clock.now();
    const running = [...this.#running.values()];
    const free = (event: QueuedEvent) =>
      !event.concurrency ||
      running.filter(other => other.concurrency?.key === event.concurrency?.key).length < event.concurrency.limit;
    const due = this.#events.filter(event => event.due <= now && free(event));
    const [first, ...others] = due;
    if (!first || running.length >= this.#habits.parallel) {
      return false;
    }
    const event = this.#habits.ordered ? first : this.#state.random.pick([first, ...others]);
    this.#events = this.#events.filter(other => other !== event);
    const done = this.#run(event).then(() => {
      this.#running.delete(done);
      this.#pump();
    });
    this.#running.set(done, event);
    return true;
  }

  async #run(event: QueuedEvent): Promise<void> {
    const { report } = this.#state;
    report.queue.deliveries += 1;
    report.queue.duplicates += event.copy ? 1 : 0;
    report.queue.retries += event.retries > 0 ? 1 : 0;
    if (!event.copy && event.retries === 0 && this.#state.random.next() < this.#habits.duplicates) {
      const due = this.#state.clock.now() + Math.floor(this.#state.random.next() * COPY_DELAY);
      this.#events.push({ ...event, copy: true, due });
    }
    const { id, job, queue, body, concurrency, retries, retryReason, retryData } = event;
    const left = event.pushed + this.#state.limits.eventRetention - this.#state.clock.now();
    const retryContext = {
      retryCount: retries,
      retryReason,
      retryData,
      retentionWindow: { startTime: new Date(event.pushed).toISOString(), remainingTimeMs: left },
    };
    const given = { queueName: queue, jobId: job, eventId: id, body: structuredClone(body), concurrency };
    const outcome = await this.#consume(queue, retries > 0 ? { ...given, retryContext } : given, event.depth);
    this.#after(event, outcome);
  }

  #after(event: QueuedEvent, outcome: Outcome): void {
    const asked = outcome.kind === 'done' ? retryAsked(outcome.value) : undefined;
    if (outcome.kind === 'done' && !asked) {
      this.#count(event, 'success');
      return;
    }
    const { limits, clock, random, report } = this.#state;
    const grown = Math.min(limits.delay, FIRST_RETRY * 2 ** event.retries) * (0.5 + random.next() / 2);
    const wait = asked?.retryAfter === undefined ? grown : Math.min(asked.retryAfter * 1000, limits.delay);
    const retryData = asked?.retryData;
    if (Buffer.byteLength(JSON.stringify(retryData) ?? '') > limits.retryData) {
      this.#state.touched('retryData', `The data of a retry has more than ${limits.retryData} bytes.`);
    }
    const due = clock.now() + wait;
    if (due > event.pushed + limits.eventRetention) {
      report.queue.dropped += event.copy ? 0 : 1;
      this.#count(event, 'failed');
      return;
    }
    this.#events.push({ ...event, due, retries: event.retries + 1, retryReason: reason(outcome, asked), retryData });
  }

  #count(event: QueuedEvent, how: 'success' | 'failed'): void {
    const job = this.#jobs.get(event.job);
    if (job && !event.copy) {
      job[how] += 1;
      job.inProgress -= 1;
    }
  }
}

interface Asked {
  retryAfter?: number;
  retryReason?: string;
  retryData?: unknown;
}

/** What a function returned as an InvocationError. */
function retryAsked(value: unknown): Asked | undefined {
  if (typeof value !== 'object' || value === null || !('_retry' in value) || value._retry !== true) {
    return undefined;
  }
  return 'retryOptions' in value ? (value.retryOptions as Asked) : {};
}

function reason(outcome: Outcome, asked: Asked | undefined): string {
  if (asked) {
    return asked.retryReason ?? 'FUNCTION_RETRY_REQUEST';
  }
  return outcome.kind === 'timeout' ? 'FUNCTION_TIME_OUT' : 'FUNCTION_PLATFORM_UNKNOWN_ERROR';
}
