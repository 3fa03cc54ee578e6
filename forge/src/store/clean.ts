/** Deletes what an export that has ended needs no longer. */

import { deleteBlobs } from './blobs';
import { deleteRow, type Export, update } from './exports';
import { deleteParts } from './parts';
import { deleteVolumes } from './volumes';

/** Leaves of a document its files, of a failed export its row, of a removed one nothing. May be done again at any time. */
export async function clean(found: Export): Promise<void> {
  const kept = found.state === 'done' ? found.files.map(file => file.blob) : [];
  await deleteBlobs(found.id, kept);
  await deleteParts(found.id);
  await deleteVolumes(found.id);
  if (found.state === 'removed') await deleteRow(found.id);
  else await update(found.id, [found.state], { clean: 1, outline: '' });
}
