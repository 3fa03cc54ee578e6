/** Files in Forge's Object Store, by key. */

import { createHash } from 'node:crypto';
import { fetch } from '@forge/api';
import { objectStore } from '@forge/object-store';

/** Stores a file, in place of one of the same key. */
export async function putObject(key: string, data: Uint8Array<ArrayBuffer>): Promise<void> {
  const checksum = createHash('sha256').update(data).digest('base64');
  const target = await objectStore.createUploadUrl({
    key,
    length: data.length,
    checksum,
    checksumType: 'SHA256',
    overwrite: true,
  });
  if (!target) throw new Error('no upload address');
  const answer = await fetch(target.url, {
    method: 'PUT',
    headers: { 'Content-Type': 'application/octet-stream', 'Content-Length': String(data.length) },
    body: bufferOf(data),
  });
  if (!answer.ok) throw new Error(`upload refused with ${answer.status}`);
}

/** Bytes `start` to just before `end`. */
export async function readObject(key: string, start: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
  const source = await objectStore.createDownloadUrl(key);
  if (!source) throw new Error('no download address');
  const answer = await fetch(source.url, { headers: { Range: `bytes=${start}-${end - 1}` } });
  if (!answer.ok) throw new Error(`download refused with ${answer.status}`);
  const data = new Uint8Array(await answer.arrayBuffer());
  return answer.status === 206 ? data : data.slice(start, end);
}

/** Deletes a file, if there is one. */
export async function deleteObject(key: string): Promise<void> {
  await objectStore.delete(key);
}

function bufferOf(data: Uint8Array<ArrayBuffer>): ArrayBuffer {
  const whole = data.byteOffset === 0 && data.byteLength === data.buffer.byteLength;
  return whole ? data.buffer : data.slice().buffer;
}
