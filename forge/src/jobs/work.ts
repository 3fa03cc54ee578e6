/** What all steps of one invocation share, and the data that steps leave for each other. */

import { gunzipSync, gzipSync } from 'node:zlib';
import { BEAT } from '../bounds';
import { type BodyAnswer, fileName, type Job, type Limits, type Outline, type Ports } from '../loop';
import { type Budget, budget } from '../sdk/budget';
import { makePorts } from '../sdk/ports';
import { readBlob, writeBlob } from '../store/blobs';
import { type Changes, type Export, keepLease, take, update } from '../store/exports';
import { EndedError, type StoredState } from '../store/states';
import { volumeOutline } from './volumes';

/** One export that this invocation works at. */
export interface Work {
  found: Export;
  ports: Ports;
  budget: Budget;
  /** Says now and then that it is still worked at. EndedError if it is not to be. */
  alive: () => Promise<void>;
}

/** `holds`: whether the lease is still ours; asked now and then. */
export function beginWork(found: Export, holds: () => Promise<boolean>): Work {
  let asked = Date.now();
  const time = budget();
  const alive = async () => {
    if (Date.now() - asked < BEAT) return;
    asked = Date.now();
    if (!(await holds())) throw new EndedError();
  };
  return { found, budget: time, alive, ports: makePorts({ budget: time, account: found.account, alive }) };
}

/** Takes up an export as a whole. Undefined: somebody else has it, or it is in another state. */
export async function takeExport(found: Export, from: readonly StoredState[], state: StoredState) {
  const lease = await take(found, from, state);
  if (lease === undefined) return undefined;
  return { lease, work: beginWork(found, () => keepLease(found.id, lease)) };
}

/** Writes down that an export that was taken up has got on. EndedError if it is not ours any more. */
export async function advance(found: Export, lease: string, changes: Changes = {}): Promise<void> {
  const done = { failures: 0, sweeps: 0, ...changes };
  if (!(await update(found.id, ['reading', 'assembling'], done, lease))) throw new EndedError();
  found.failures = 0;
}

/** What the first step finds out, and all others need. */
export interface Plan {
  outline: Outline;
  limits: Limits;
}

/** Stores it; gives its name. */
export async function writePlan(id: string, plan: Plan): Promise<string> {
  return await writeBlob(id, 'outline', packed(plan));
}

/** The plan of an export that has one. */
export async function readPlan(found: Export): Promise<Plan> {
  return unpacked<Plan>(await readBlob(found.id, found.outline));
}

/** One volume as a document of its own. */
export function volumeJob(found: Export, plan: Plan, volume: number): Job {
  const outline = volumeOutline(plan.outline, found.ranges, volume);
  const { options, timestamp } = found.wish;
  return { outline, options, timestamp, name: fileName(outline.title), limits: plan.limits };
}

/** Stores the bodies of a part's pages; gives their name. */
export async function writeBodies(id: string, number: number, bodies: Map<string, BodyAnswer>): Promise<string> {
  return await writeBlob(id, `bodies-${number}`, packed([...bodies]));
}

/** The bodies by page id. */
export async function readBodies(id: string, name: string): Promise<Map<string, BodyAnswer>> {
  return new Map(unpacked<[string, BodyAnswer][]>(await readBlob(id, name)));
}

function packed(value: unknown): Buffer {
  return gzipSync(JSON.stringify(value));
}

function unpacked<T>(data: Buffer): T {
  return JSON.parse(gunzipSync(data).toString('utf8')) as T;
}
