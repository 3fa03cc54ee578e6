/** Deletes what has had its time. Runs every day. */

import { ENDED_KEPT } from '../bounds';
import type { Budget } from '../sdk/budget';
import { log } from '../sdk/log';
import { deleteBlob } from '../store/blobs';
import { removeExport } from '../store/clean';
import { select, textOf, type Value } from '../store/sql';
import { forEach } from './sweep';

/**
 * Documents that have expired, exports that failed or were cancelled a week ago, and chunks that belong to nothing. As
 * long as there is time; the rest a day later.
 */
export async function applyRetention(time: Budget): Promise<void> {
  const now = Date.now();
  const remove = (condition: string, ...values: Value[]) => forEach(time, condition, values, removeExport);
  const expired = await remove("state = 'done' AND expires > 0 AND expires < ?", now);
  const ended = await remove("state IN ('failed', 'cancelled') AND updated < ?", now - ENDED_KEPT);
  const chunks = await deleteChunks(time);
  log('retention', { expired, ended, chunks });
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
