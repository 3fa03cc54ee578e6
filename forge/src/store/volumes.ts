/** Volumes that have been assembled, until all of them are. */

import type { Loss } from '../api';
import { filesText, type StoredFile } from './exports';
import { change, jsonOf, numberOf, select } from './sql';

export interface StoredVolume {
  number: number;
  files: StoredFile[];
  sheets: number;
  lost: number;
  losses: Loss[];
}

/** In their order. */
export async function listVolumes(exportId: string): Promise<StoredVolume[]> {
  const rows = await select('SELECT * FROM volumes WHERE export_id = ? ORDER BY number', exportId);
  return rows.map(row => ({
    number: numberOf(row, 'number'),
    files: jsonOf<StoredFile[]>(row, 'files', []),
    sheets: numberOf(row, 'sheets'),
    lost: numberOf(row, 'lost'),
    losses: jsonOf<Loss[]>(row, 'losses', []),
  }));
}

/** Adds a volume, unless it is there already. */
export async function insertVolume(exportId: string, volume: StoredVolume): Promise<void> {
  const { number, files, sheets, lost, losses } = volume;
  await change(
    'INSERT IGNORE INTO volumes (export_id, number, files, sheets, lost, losses) VALUES (?, ?, ?, ?, ?, ?)',
    ...[exportId, number, filesText(files), sheets, lost, JSON.stringify(losses)],
  );
}

/** Deletes volumes whose number is below this one; without one all. */
export async function deleteVolumes(exportId: string, below = 2_147_483_647): Promise<void> {
  await change('DELETE FROM volumes WHERE export_id = ? AND number < ?', exportId, below);
}
