/** What is to go wrong between functions and the platform. Confluence has faults of its own: `Confluence.fault`. */

import type { Call, CallKind } from './types';

/**
 * What happens to a call. The invocation is killed before or after the call took effect, or it runs out of time before;
 * the answer is an error of the platform, or gets lost after the call took effect.
 */
export type Effect =
  | { kind: 'crash-before' }
  | { kind: 'crash-after' }
  | { kind: 'timeout' }
  | { kind: 'lost' }
  | { kind: 'answer'; status: number; body?: unknown; headers?: Record<string, string> };

/** On which calls: all that match, from the `nth` (1) on, `times` times (1). */
export interface Match {
  kind?: CallKind;
  name?: RegExp;
  function?: string;
  nth?: number;
  times?: number;
  when?: (call: Call) => boolean;
}

interface Rule {
  match: Match;
  effect: Effect;
  seen: number;
  done: number;
}

export class Faults {
  /** Milliseconds (of the platform's clock) until queries of the key-value store see what was written. */
  kvsLag = 0;
  /** Entries that have expired are still given. */
  kvsLateExpiry = false;
  #rules: Rule[] = [];

  /** Puts a fault on; the first that is due counts. */
  add(effect: Effect, match: Match = {}): this {
    this.#rules.push({ match, effect, seen: 0, done: 0 });
    return this;
  }

  /** Kills the invocation that makes the nth of all calls, before or after the call took effect. */
  crashAt(nth: number, when: 'before' | 'after'): this {
    return this.add({ kind: when === 'before' ? 'crash-before' : 'crash-after' }, { nth });
  }

  /** SQL fails with one of Forge's codes. */
  sqlError(code: string, match: Omit<Match, 'kind'> = {}): this {
    const effect: Effect = { kind: 'answer', status: 500, body: { code, message: `Fault: ${code}` } };
    return this.add(effect, { kind: 'sql', ...match });
  }

  /** The renderer is busy, and says for how many seconds. */
  rendererBusy(seconds: number, match: Omit<Match, 'kind'> = {}): this {
    const body = { type: 'about:blank', title: 'The service is busy', status: 503, code: 'busy', detail: 'Try again.' };
    const headers = { 'content-type': 'application/problem+json', 'retry-after': String(seconds) };
    return this.add({ kind: 'answer', status: 503, body, headers }, { kind: 'remote', ...match });
  }

  /** The renderer can't be reached. */
  rendererGone(match: Omit<Match, 'kind'> = {}): this {
    const headers = { 'forge-proxy-error': 'UPSTREAM_UNREACHABLE' };
    return this.add({ kind: 'answer', status: 502, headers }, { kind: 'remote', ...match });
  }

  /** Takes all off. */
  clear(): this {
    this.#rules = [];
    this.kvsLag = 0;
    this.kvsLateExpiry = false;
    return this;
  }

  /** How often faults were put on so far. */
  get done(): number {
    return this.#rules.reduce((sum, rule) => sum + rule.done, 0);
  }

  /** What is to happen to a call. Counts. */
  due(call: Call): Effect | undefined {
    let found: Effect | undefined;
    for (const rule of this.#rules) {
      if (!matches(rule.match, call)) {
        continue;
      }
      rule.seen += 1;
      if (!found && rule.seen >= (rule.match.nth ?? 1) && rule.done < (rule.match.times ?? 1)) {
        rule.done += 1;
        found = rule.effect;
      }
    }
    return found;
  }
}

function matches(match: Match, call: Call): boolean {
  return (
    (match.kind === undefined || match.kind === call.kind) &&
    (match.function === undefined || match.function === call.function) &&
    (match.name === undefined || match.name.test(call.name)) &&
    (match.when === undefined || match.when(call))
  );
}
