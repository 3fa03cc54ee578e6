/** One run of a function: its time, its calls, and how it ends. */

import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import type { Effect } from './faults';
import { never, realClearTimeout, realSetTimeout } from './real';
import type { InvocationRecord } from './report';
import type { State } from './state';
import type { Call, CallKind, Handler, Outcome } from './types';

/** What is to be run, and for whom. */
export interface Run {
  kind: 'resolver' | 'consumer' | 'scheduledTrigger' | 'trigger' | 'preUninstall';
  /** Key of the function. */
  function: string;
  /** Key of the module. */
  module: string;
  /** What the report calls it. */
  name: string;
  /** The user who is there, if one is. */
  account?: string;
  /** Milliseconds. */
  time: number;
  /** How many events came one out of the other. */
  depth?: number;
}

/** The invocation that the running code belongs to. */
export const current = new AsyncLocalStorage<Invocation | undefined>();

/** Milliseconds without any call after which a function that has a timer is taken to wait for it. */
const IDLE = 4;
/** Timers that are shorter are left alone. */
const SHORT = 20;
const MINUTE = 60_000;

interface Timer {
  due: number;
  fire: () => void;
}

export class Invocation {
  readonly id: string = randomUUID();
  readonly run: Run;
  readonly state: State;
  readonly record: InvocationRecord;
  #outcome: Outcome | undefined;
  #settle: (outcome: Outcome) => void = () => {};
  readonly #began = performance.now();
  /** Milliseconds that it is older than by the clock. */
  #spent = 0;
  #pending = 0;
  #timers: Timer[] = [];
  #idle: NodeJS.Timeout | undefined;
  #egress: number[] = [];
  #lines: number[] = [];

  constructor(state: State, run: Run) {
    this.state = state;
    this.run = run;
    this.record = {
      id: this.id,
      kind: run.kind,
      function: run.function,
      name: run.name,
      milliseconds: 0,
      outcome: 'running',
      calls: 0,
    };
    state.report.invocations.push(this.record);
  }

  /** Whether it goes on. */
  get alive(): boolean {
    return this.#outcome === undefined;
  }

  /** Milliseconds since it began. */
  get age(): number {
    return performance.now() - this.#began + this.#spent;
  }

  /** Milliseconds that it has left. */
  get remaining(): number {
    return Math.max(0, this.run.time - this.age);
  }

  /** Runs the handler, to its end or that of its time. */
  async start(handler: Handler, args: unknown[]): Promise<Outcome> {
    const ended = new Promise<Outcome>(resolve => {
      this.#settle = resolve;
    });
    const timer = realSetTimeout(() => this.end({ kind: 'timeout' }), this.run.time);
    current.run(this, () => {
      Promise.resolve()
        .then(() => handler(...args))
        .then(
          value => this.end({ kind: 'done', value }),
          (error: unknown) => this.end({ kind: 'failed', error }),
        );
    });
    const outcome = await ended;
    realClearTimeout(timer);
    realClearTimeout(this.#idle);
    return outcome;
  }

  /** Ends it. Whatever it still does has no effect, and gets no answer. */
  end(outcome: Outcome): void {
    if (this.#outcome) {
      return;
    }
    this.#outcome = outcome;
    this.record.outcome = outcome.kind;
    this.record.milliseconds = Math.round(this.age);
    this.#timers = [];
    if (outcome.kind === 'timeout') {
      this.state.touched('time', `${this.run.function} ran for more than ${this.run.time} ms.`);
    }
    this.#settle(outcome);
  }

  /** Makes it older. */
  spend(milliseconds: number): void {
    this.#spent += milliseconds;
    if (this.remaining <= 0) {
      this.end({ kind: 'timeout' });
    }
  }

  /** Makes a call, with the faults that are put on it. */
  async call(kind: CallKind, name: string, act: () => Promise<Response>): Promise<Response> {
    if (!this.alive) {
      return never();
    }
    const call = this.state.numbered(kind, name, this);
    this.record.calls += 1;
    this.spend(this.state.cost(call));
    const effect = this.state.faults.due(call);
    const early = this.alive ? this.#before(effect, kind) : never<Response>();
    if (early) {
      return early;
    }
    this.#pending += 1;
    try {
      const answer = await current.run(undefined, act);
      if (effect?.kind === 'crash-after') {
        this.end({ kind: 'crashed' });
      }
      if (!this.alive) {
        return await never<Response>();
      }
      if (effect?.kind === 'lost') {
        throw new TypeError('fetch failed');
      }
      return answer;
    } finally {
      this.#pending -= 1;
      this.#watch();
    }
  }

  #before(effect: Effect | undefined, kind: CallKind): Promise<Response> | undefined {
    if (effect?.kind === 'crash-before' || effect?.kind === 'timeout') {
      this.end({ kind: effect.kind === 'timeout' ? 'timeout' : 'crashed' });
      return never();
    }
    if (effect?.kind === 'answer') {
      const text = effect.body === undefined ? null : JSON.stringify(effect.body);
      return Promise.resolve(new Response(text, { status: effect.status, headers: effect.headers ?? {} }));
    }
    return this.state.refusedYet(kind) ?? this.#overEgress(kind);
  }

  #overEgress(kind: CallKind): Promise<Response> | undefined {
    if (kind !== 'remote' && kind !== 'service' && kind !== 'fetch') {
      return undefined;
    }
    const most = this.state.limits.egressPerMinute;
    this.#egress = [...this.#egress.filter(at => at > this.age - MINUTE), this.age];
    if (this.#egress.length <= most) {
      return undefined;
    }
    this.state.touched('egressPerMinute', `There were more than ${most} outbound requests in a minute.`);
    const headers = { 'forge-proxy-error': 'RATE_LIMIT_EXCEEDED', 'retry-after': '60' };
    return Promise.resolve(new Response(null, { status: 429, headers }));
  }

  /** Takes a line of the log; false if there were too many. */
  log(): boolean {
    const most = this.state.limits.logLines;
    this.#lines = [...this.#lines.filter(at => at > this.age - MINUTE), this.age];
    if (this.#lines.length === most + 1) {
      this.state.touched('logLines', `There were more than ${most} lines in a minute.`);
    }
    return this.#lines.length <= most;
  }

  /**
   * A timer of the function. Where time is virtual it doesn't wait: it fires as soon as the function does nothing but
   * wait, and makes it, and all the installation, so much older. Undefined if it is to be a real one.
   */
  timer(fire: () => void, milliseconds: number): (() => void) | undefined {
    if (!this.state.virtual || milliseconds < SHORT) {
      return undefined;
    }
    const made: Timer = { due: this.age + milliseconds, fire };
    this.#timers.push(made);
    this.#watch();
    return () => {
      this.#timers = this.#timers.filter(timer => timer !== made);
    };
  }

  #watch(): void {
    realClearTimeout(this.#idle);
    if (this.#pending > 0 || this.#timers.length === 0 || !this.alive) {
      return;
    }
    this.#idle = realSetTimeout(() => {
      const next = this.#timers.reduce((first, timer) => (timer.due < first.due ? timer : first));
      this.#timers = this.#timers.filter(timer => timer !== next);
      const wait = Math.max(0, next.due - this.age);
      this.state.clock.advance(wait);
      this.spend(wait);
      if (this.alive) {
        current.run(this, next.fire);
        this.#watch();
      }
    }, IDLE);
  }
}

/** The name of a call to the platform in reports. */
export function callOf(number: number, kind: CallKind, name: string, invocation: Invocation): Call {
  const { run, id } = invocation;
  return { number, kind, name, function: run.function, module: run.module, invocation: id };
}
