/** Deletes what has had its time. Runs every day. */

import { ENDED_KEPT, KEEPING } from '../bounds';
import type { Budget } from '../sdk/budget';
import { log } from '../sdk/log';
import { deleteBlob } from '../store/blobs';
import { clean } from '../store/clean';
import { type Export, RELEASED, update } from '../store/exports';
import { select, textOf, type Value } from '../store/sql';
import { forEach } from './sweep';

/**
 * Documents that have expired, what browsers did not send whole, exports that failed or were cancelled a week ago, and
 * chunks that belong to nothing. As long as there is time; the rest a day later.
 */
export async function applyRetention(time: Budget): Promise<void> {
  const now = Date.now();
  const remove = (condition: string, ...values: Value[]) => forEach(time, condition, values, removeExport);
  const expired = await remove("state = 'done' AND expires > 0 AND expires < ?", now);
  const unfinished = await remove("state = 'keeping' AND updated < ?", now - KEEPING);
  const ended = await remove("state IN ('failed', 'cancelled') AND updated < ?", now - ENDED_KEPT);
  const chunks = await deleteChunks(time);
  log('retention', { expired, unfinished, ended, chunks });
}

/** Deletes an export with all it has. */
async function removeExport(found: Export): Promise<void> {
  if (await update(found.id, [found.state], { state: 'removed', clean: 0, ...RELEASED })) {
    await clean({ ...found, state: 'removed' });
  }
}

/** Chunks whose name is not written down: they came when it had been deleted. */
async function deleteChunks(time: Budget): Promise<number> {
  let deleted = 0;
  while (time.left() > 0) {
    const rows = await select(
      `SELECT DISTINCT chunks.name, chunks.export_id FROM chunks FORCE INDEX (chunks_name) LEFT JOIN blobs
        ON blobs.export_id = chunks.export_id AND blobs.name = chunks.name WHERE blobs.name IS NULL LIMIT 50`,
    );
    for (const row of rows) {
      await deleteBlob(textOf(row, 'export_id'), textOf(row, 'name'));
    }
    deleted += rows.length;
    if (rows.length < 50) break;
  }
  return deleted;
}
