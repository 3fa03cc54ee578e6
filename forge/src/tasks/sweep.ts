/** Wakes up exports that don't get on, and deletes what was left over. Runs every hour. */

import { KEEPING, STUCK, SWEEPS } from '../bounds';
import type { Budget } from '../sdk/budget';
import { errorFacts, log } from '../sdk/log';
import { type ExportEvent, pushEvents } from '../sdk/queue';
import { deleteBlob } from '../store/blobs';
import { clean, removeExport } from '../store/clean';
import { type Export, exportOf, fail, update } from '../store/exports';
import { listNumbers } from '../store/parts';
import { select, textOf, type Value } from '../store/sql';
import { listed, OPEN, RUNNING } from '../store/states';

/** How many are looked at by one query. */
const SOME = 50;

/** All of it, as long as there is time; the rest an hour later. */
export async function sweep(time: Budget): Promise<void> {
  const woken = await wakeUp(time);
  // What browsers did not send whole.
  const unfinished = await forEach(time, "state = 'keeping' AND updated < ?", [Date.now() - KEEPING], removeExport);
  const cleaned = await cleanEnded(time);
  const deleted = await deleteLeftovers(time);
  log('sweep', { woken, unfinished, cleaned, deleted });
}

/** Goes through all exports that match a condition. One that fails doesn't keep the others waiting. */
export async function forEach(
  time: Budget,
  condition: string,
  values: Value[],
  work: (found: Export) => Promise<void>,
): Promise<number> {
  let count = 0;
  let after = '';
  while (time.left() > 0) {
    const query = `SELECT id FROM exports WHERE id > ? AND ${condition} ORDER BY id LIMIT ${SOME}`;
    const ids = (await select(query, after, ...values)).map(row => textOf(row, 'id'));
    for (const id of ids) {
      if (time.left() <= 0) return count;
      // It may be another by now.
      const [row] = await select(`SELECT * FROM exports WHERE id = ? AND ${condition}`, id, ...values);
      try {
        if (row) await work(exportOf(row));
        count += 1;
      } catch (error) {
        log('skipped', { export: id, ...errorFacts(error) });
      }
    }
    after = ids.at(-1) ?? '';
    if (ids.length < SOME) break;
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
  const planned = await listNumbers(found.id, 'planned');
  if (planned.length === 0) return [event('assemble')];
  return planned.map(part => ({ export: found.id, step: 'part', part }));
}

/** Exports that ended while nobody could delete what they had. */
async function cleanEnded(time: Budget): Promise<number> {
  return await forEach(time, `state NOT IN ${listed(OPEN)} AND clean = 0`, [], clean);
}

/** Data of exports that have ended otherwise than done, or are gone: of work that was cut short. */
async function deleteLeftovers(time: Budget): Promise<number> {
  let deleted = 0;
  while (time.left() > 0) {
    const rows = await select(
      `SELECT blobs.export_id, blobs.name, blobs.place FROM blobs LEFT JOIN exports ON exports.id = blobs.export_id
        WHERE exports.id IS NULL OR exports.state NOT IN ${listed([...OPEN, 'done'])} LIMIT ${SOME}`,
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
