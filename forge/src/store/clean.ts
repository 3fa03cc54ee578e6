/** Deletes what an export that has ended needs no longer. */

import type { Budget } from '../sdk/budget';
import { deleteBlobs } from './blobs';
import { deleteRow, type Export, RELEASED, update } from './exports';
import { deleteParts } from './parts';
import { deleteVolumes } from './volumes';

/**
 * Leaves of a document its files, of a failed export its row, of a removed one nothing. May be done again at any time.
 * TimeUpError: there was no `time` for all of it; the sweep does the rest.
 */
export async function clean(found: Export, time?: Budget): Promise<void> {
  const kept = found.state === 'done' ? found.files.map(file => file.blob) : [];
  await deleteBlobs(found.id, kept, time);
  await deleteParts(found.id);
  await deleteVolumes(found.id);
  if (found.state === 'removed') await deleteRow(found.id);
  else await update(found.id, [found.state], { clean: 1, outline: '', wish: '', ranges: '' });
}

/** Deletes an export with all it has, unless it has changed its state. */
export async function removeExport(found: Export): Promise<void> {
  if (await update(found.id, [found.state], { state: 'removed', clean: 0, ...RELEASED })) {
    await clean({ ...found, state: 'removed' });
  }
}
