/** The functions that the web interface calls. Each answers with a value or a problem, and never throws. */

import Resolver from '@forge/resolver';
import type { Answer, Answers, Calls } from '../api';
import { type Problem, ProblemError } from '../loop';
import { budget, TimeUpError } from '../sdk/budget';
import { errorFacts, log } from '../sdk/log';
import { type Caller, callerOf } from './access';
import { about, save, settings } from './administer';
import { cancel, list, piece, remove, status, usage } from './documents';
import type { Guard } from './guards';
import { keep, keepEnd, keepPiece } from './keep';
import { PAYLOADS, type Payload } from './payloads';
import { attachment, knownTemplates, preview } from './reading';
import { start } from './start';

type Work<Name extends keyof Calls> = (caller: Caller, payload: Payload<Name>) => Promise<Answers[Name]>;

const WORK: { [Name in keyof Calls]: Work<Name> } = {
  about,
  start,
  exports: list,
  status,
  cancel,
  remove,
  piece,
  keep,
  keepPiece,
  keepEnd,
  attachment,
  preview,
  usage,
  settings,
  saveSettings: save,
  templates: knownTemplates,
};

/** Defines all calls. */
export function makeResolver() {
  const resolver = new Resolver();
  for (const name of Object.keys(WORK) as (keyof Calls)[]) {
    define(resolver, name);
  }
  return resolver.getDefinitions();
}

function define<Name extends keyof Calls>(resolver: Resolver, name: Name): void {
  const guard = PAYLOADS[name] as Guard<Payload<Name>>;
  resolver.define(name, async ({ payload, context }): Promise<Answer<Answers[Name]>> => {
    const started = Date.now();
    try {
      const caller = callerOf(context.accountId, budget());
      const value = await WORK[name](caller, guard(payload, name));
      log('call', { name, ms: Date.now() - started });
      return { value };
    } catch (error) {
      const problem = problemOf(error);
      const facts = error instanceof ProblemError ? {} : errorFacts(error);
      log('call', { name, ms: Date.now() - started, problem: problem.code, ...facts });
      return { problem };
    }
  });
}

function problemOf(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  return { code: error instanceof TimeUpError ? 'gave-up' : 'internal' };
}
