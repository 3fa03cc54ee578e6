/** Wakes up exports that don't get on, and deletes what was left over. Runs every hour. */

import { HOUR, STUCK, SWEEPS } from '../bounds';
import type { Budget } from '../sdk/budget';
import { log } from '../sdk/log';
import { type ExportEvent, pushEvents } from '../sdk/queue';
import { deleteBlob } from '../store/blobs';
import { clean } from '../store/clean';
import { type Export, exportOf, fail, SHORT, update } from '../store/exports';
import { listParts } from '../store/parts';
import { select, textOf, type Value } from '../store/sql';
import { listed, RUNNING } from '../store/states';

/** How many are looked at by one query. */
const SOME = 50;

/** All of it, as long as there is time; the rest an hour later. */
export async function sweep(time: Budget): Promise<void> {
  const cleaned = await cleanEnded(time);
  const deleted = await deleteLeftovers(time);
  const woken = await wakeUp(time);
  log('sweep', { woken, cleaned, deleted });
}

/** Exports that match a condition, in their order. `after`: the id of the last one that was seen. */
async function some(condition: string, after: string, ...values: Value[]): Promise<Export[]> {
  const rows = await select(
    `SELECT ${SHORT} FROM exports WHERE id > ? AND ${condition} ORDER BY id LIMIT ${SOME}`,
    ...[after, ...values],
  );
  return rows.map(exportOf);
}

/** Goes through all exports that match a condition. */
export async function forEach(
  time: Budget,
  condition: string,
  values: Value[],
  work: (found: Export) => Promise<void>,
): Promise<number> {
  let count = 0;
  let after = '';
  while (time.left() > 0) {
    const found = await some(condition, after, ...values);
    for (const one of found) {
      if (time.left() <= 0) return count;
      await work(one);
      count += 1;
    }
    after = found.at(-1)?.id ?? '';
    if (found.length < SOME) break;
  }
  return count;
}

async function wakeUp(time: Budget): Promise<number> {
  const now = Date.now();
  const stuck = `state IN ${listed(RUNNING)} AND updated < ? AND lease_until < ?`;
  return await forEach(time, stuck, [now - STUCK, now], async found => {
    if (found.sweeps >= SWEEPS) {
      if (await fail(found.id, { code: 'gave-up' })) await clean({ ...found, state: 'failed' });
      log('gave-up', { export: found.id });
    } else if (await update(found.id, [found.state], { sweeps: found.sweeps + 1 })) {
      await pushEvents(found.account, await nextEvents(found));
    }
  });
}

/** What brings an export on, whatever got lost. */
async function nextEvents(found: Export): Promise<ExportEvent[]> {
  const event = (step: 'plan' | 'assemble'): ExportEvent => ({ export: found.id, step });
  if (found.state === 'waiting' || found.state === 'reading') return [event('plan')];
  const planned = (await listParts(found.id)).filter(part => !part.done);
  if (planned.length === 0) return [event('assemble')];
  return planned.map(part => ({ export: found.id, step: 'part', part: part.number }));
}

/** Exports that ended while nobody could delete what they had. */
async function cleanEnded(time: Budget): Promise<number> {
  return await forEach(time, `state NOT IN ${listed([...RUNNING, 'keeping'])} AND clean = 0`, [], clean);
}

/** Data that no export refers to: of work that was cut short after its export had ended. */
async function deleteLeftovers(time: Budget): Promise<number> {
  let deleted = 0;
  while (time.left() > 0) {
    const rows = await select(
      `SELECT blobs.export_id, blobs.name, blobs.place FROM blobs LEFT JOIN exports ON exports.id = blobs.export_id
        WHERE blobs.created < ? AND (exports.id IS NULL OR (exports.state NOT IN ${listed([...RUNNING, 'keeping'])}
          AND exports.files NOT LIKE CONCAT('%"', blobs.name, '"%'))) LIMIT ${SOME}`,
      Date.now() - HOUR,
    );
    for (const row of rows) {
      await deleteBlob(
        textOf(row, 'export_id'),
        textOf(row, 'name'),
        textOf(row, 'place') === 'object' ? 'object' : 'sql',
      );
    }
    deleted += rows.length;
    if (rows.length < SOME) break;
  }
  return deleted;
}
