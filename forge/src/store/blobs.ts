/**
 * Data of exports: what waits for the next step, and files of documents. In Forge SQL as base64 in chunks, or in the
 * Object Store. Each has a name that is never used again, so that two who write at once don't mix; it is written down
 * before the first chunk, so that whatever is left over is found.
 */

import { randomBytes } from 'node:crypto';
import { getAppContext } from '@forge/api';
import { CHUNK_BYTES, DELETE_ROWS, READ_BASE64 } from '../bounds';
import { ProblemError } from '../loop';
import type { Budget } from '../sdk/budget';
import { deleteObject, putObject, readObject } from '../sdk/objects';
import { change, marks, numberOf, select, textOf } from './sql';
import { EndedError, listed, OPEN } from './states';

export type Place = 'sql' | 'object';

/** Raw bytes that Forge SQL has room for, as base64 and with what else there is: 1 GiB, less where apps are tried. */
export function quota(): number {
  const { environmentType } = getAppContext();
  const mebibytes = { STAGING: 256, DEVELOPMENT: 128 }[environmentType] ?? 1024;
  return Math.floor(mebibytes * 1_048_576 * 0.7);
}

/** Raw bytes of all data in Forge SQL, or in the Object Store. */
export async function usedBytes(place: Place = 'sql'): Promise<number> {
  const [row] = await select('SELECT COALESCE(SUM(bytes), 0) AS used FROM blobs WHERE place = ?', place);
  return row ? numberOf(row, 'used') : 0;
}

/** ProblemError `storage-full` unless there is room for so many bytes more. */
export async function checkRoom(bytes: number): Promise<void> {
  const limit = quota();
  const size = (await usedBytes()) + bytes;
  if (size > limit) throw new ProblemError('storage-full', { size, limit });
}

/** A name for new data; `kind` in small letters, digits and dashes. */
export function newName(kind: string): string {
  return `${kind}-${randomBytes(6).toString('hex')}`;
}

/** Writes down that there will be data. `bytes`: how many. EndedError: the export has ended, and gets no more. */
export async function announce(exportId: string, name: string, place: Place, bytes: number): Promise<void> {
  const count = await change(
    `INSERT INTO blobs (export_id, name, place, bytes, created)
      SELECT id, ?, ?, ?, ? FROM exports WHERE id = ? AND state IN ${listed(OPEN)}`,
    ...[name, place, bytes, Date.now(), exportId],
  );
  if (count === 0) throw new EndedError();
}

/** Stores data in Forge SQL; gives its name. ProblemError `storage-full`. */
export async function writeBlob(exportId: string, kind: string, data: Uint8Array): Promise<string> {
  await checkRoom(data.length);
  const name = newName(kind);
  await announce(exportId, name, 'sql', data.length);
  for (let number = 0; number * CHUNK_BYTES < data.length; number += 1) {
    await writeChunk(exportId, name, number, data.subarray(number * CHUNK_BYTES, (number + 1) * CHUNK_BYTES));
  }
  return name;
}

/** Stores data in the Object Store; gives its name. EndedError: the export has ended meanwhile. */
export async function writeObject(exportId: string, kind: string, data: Uint8Array<ArrayBuffer>): Promise<string> {
  const name = newName(kind);
  await announce(exportId, name, 'object', data.length);
  await putObject(objectKey(exportId, name), data);
  // Whoever cleaned up may have done so before it was there.
  const [row] = await select(
    `SELECT blobs.name FROM blobs JOIN exports ON exports.id = blobs.export_id
      WHERE blobs.export_id = ? AND blobs.name = ? AND exports.state IN ${listed(OPEN)}`,
    ...[exportId, name],
  );
  if (row) return name;
  await deleteObject(objectKey(exportId, name));
  throw new EndedError();
}

/** Stores a chunk, in place of one that is there. */
export async function writeChunk(exportId: string, name: string, number: number, data: Uint8Array): Promise<void> {
  const text = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64');
  await change('REPLACE INTO chunks (export_id, name, number, data) VALUES (?, ?, ?, ?)', exportId, name, number, text);
}

/** Up to `count` chunks from a number on, in their order. */
export async function readChunks(exportId: string, name: string, from: number, count: number): Promise<Buffer[]> {
  const rows = await select(
    `SELECT number, data FROM chunks WHERE export_id = ? AND name = ? AND number >= ? AND number < ? ORDER BY number`,
    ...[exportId, name, from, from + count],
  );
  return rows.map(row => Buffer.from(textOf(row, 'data'), 'base64'));
}

/** How many chunks of so many raw bytes one query may read. */
export function chunksAtOnce(chunkBytes: number): number {
  return Math.max(1, Math.floor(READ_BASE64 / (Math.ceil(chunkBytes / 3) * 4)));
}

/** All of it. An Error if something is missing. */
export async function readBlob(exportId: string, name: string): Promise<Buffer> {
  const [row] = await select('SELECT bytes FROM blobs WHERE export_id = ? AND name = ?', exportId, name);
  const size = row ? numberOf(row, 'bytes') : -1;
  const count = chunksAtOnce(CHUNK_BYTES);
  const chunks: Buffer[] = [];
  for (let read = 0, number = 0; read < size; number += count) {
    const some = await readChunks(exportId, name, number, count);
    if (some.length === 0) break;
    chunks.push(...some);
    read += some.reduce((sum, chunk) => sum + chunk.length, 0);
  }
  const data = Buffer.concat(chunks);
  if (data.length !== size) throw new Error('stored data is not whole');
  return data;
}

/** Bytes of an object. */
export async function readObjectPart(exportId: string, name: string, start: number, end: number): Promise<Buffer> {
  return Buffer.from(await readObject(objectKey(exportId, name), start, end));
}

/** Deletes data, if there is any. */
export async function deleteBlob(exportId: string, name: string, place: Place = 'sql'): Promise<void> {
  if (place === 'object') await deleteObject(objectKey(exportId, name));
  else await deleteChunks('export_id = ? AND name = ?', [exportId, name]);
  await change('DELETE FROM blobs WHERE export_id = ? AND name = ?', exportId, name);
}

async function deleteChunks(condition: string, values: readonly string[], time?: Budget): Promise<void> {
  const statement = `DELETE FROM chunks WHERE ${condition} LIMIT ${DELETE_ROWS}`;
  while ((await change(statement, ...values)) === DELETE_ROWS) time?.claim(0);
}

/** Deletes all data of an export but what has these names. TimeUpError: there was no `time` for all. */
export async function deleteBlobs(exportId: string, kept: readonly string[] = [], time?: Budget): Promise<void> {
  const others = kept.length ? `export_id = ? AND name NOT IN ${marks(kept)}` : 'export_id = ?';
  const objects = `SELECT name FROM blobs WHERE place = 'object' AND ${others}`;
  for (const row of await select(objects, exportId, ...kept)) {
    time?.claim(0);
    await deleteBlob(exportId, textOf(row, 'name'), 'object');
  }
  await deleteChunks(others, [exportId, ...kept], time);
  await change(`DELETE FROM blobs WHERE place = 'sql' AND ${others}`, exportId, ...kept);
}

/** The key of an object. */
export function objectKey(exportId: string, name: string): string {
  return `${exportId}/${name}`;
}
