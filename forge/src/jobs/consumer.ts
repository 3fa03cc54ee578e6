/**
 * What a queue event does. Events come at least once, in any order and perhaps late: what is done depends on the state of
 * the export, and an event only says where to look. Whoever works at something holds a lease on it; when that runs out,
 * the next event takes over.
 */

import { type AsyncEvent, InvocationError, InvocationErrorCode } from '@forge/events';
import { log } from '../sdk/log';
import { type ExportEvent, readEvent } from '../sdk/queue';
import { clean } from '../store/clean';
import { findExport, hasEnded } from '../store/exports';
import type { Verdict } from './errors';
import { STOP } from './settle';
import { runAssemble, runFanOut, runPart, runPlan } from './steps';

/** The consumer of the queue. An InvocationError asks Forge to deliver the event again. */
export async function consume(event: AsyncEvent): Promise<InvocationError | undefined> {
  const body = readEvent(event.body);
  if (!body) {
    log('event-unreadable');
    return undefined;
  }
  const started = Date.now();
  const verdict = await run(body);
  const facts = { export: body.export, step: body.step, part: body.part, ms: Date.now() - started };
  log('step', { ...facts, verdict: verdict.kind, retry: event.retryContext?.retryCount });
  if (verdict.kind !== 'later') return undefined;
  const retryReason = InvocationErrorCode.FUNCTION_RETRY_REQUEST;
  return new InvocationError({ retryAfter: verdict.seconds, retryReason });
}

async function run(event: ExportEvent): Promise<Verdict> {
  const found = await findExport(event.export);
  if (!found || found.state === 'keeping') return STOP;
  if (hasEnded(found)) {
    if (!found.clean) await clean(found);
    return STOP;
  }
  if (found.state === 'waiting' || found.state === 'reading') return await runPlan(found, event);
  if (found.state === 'assembling' || event.step === 'assemble') return await runAssemble(found);
  return event.step === 'part' ? await runPart(found, event.part ?? 0) : await runFanOut(found);
}
