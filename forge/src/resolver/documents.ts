/** The user's exports and documents. */

import type { Answers } from '../api';
import { PIECE_BYTES } from '../bounds';
import { ProblemError } from '../loop';
import { errorFacts, log } from '../sdk/log';
import { chunksAtOnce, quota, readChunks, readObjectPart, usedBytes } from '../store/blobs';
import { clean } from '../store/clean';
import { findOwn, listOwn, ownBytes, updateOwn } from '../store/documents';
import { type Export, infoOf, RELEASED, type StoredFile } from '../store/exports';
import { RUNNING, SHOWN, type StoredState } from '../store/states';
import type { Caller } from './access';
import type { Payload } from './payloads';

export async function list({ account }: Caller, given: Payload<'exports'>): Promise<Answers['exports']> {
  const { cursor, ...query } = given;
  const [created = '', id = ''] = cursor?.split(':') ?? [];
  const after = cursor ? { after: { created: Number(created), id } } : {};
  const { found, more } = await listOwn(account, { ...query, ...after });
  const last = found.at(-1);
  return { exports: found.map(infoOf), ...(more && last ? { cursor: `${last.created}:${last.id}` } : {}) };
}

export async function status({ account }: Caller, { ids }: Payload<'status'>): Promise<Answers['status']> {
  return { exports: (await findOwn(account, ids)).map(infoOf) };
}

/** Ends an export; whoever works at it notices, and stores no more. One that has ended stays as it is. */
export async function cancel(caller: Caller, { id }: Payload<'cancel'>): Promise<Answers['cancel']> {
  return await end(caller, id, RUNNING, 'cancelled');
}

export async function remove(caller: Caller, { id }: Payload<'remove'>): Promise<Answers['remove']> {
  return await end(caller, id, SHOWN, 'removed');
}

async function end(
  { account, budget }: Caller,
  id: string,
  from: readonly StoredState[],
  state: 'cancelled' | 'removed',
): Promise<Record<string, never>> {
  const found = await own(account, id);
  if (await updateOwn(account, id, from, { state, clean: 0, ...RELEASED })) {
    // It is done as far as the user sees. What there is no time for now, the sweep deletes.
    await clean({ ...found, state }, budget).catch(error => log('left-to-sweep', { export: id, ...errorFacts(error) }));
  }
  return {};
}

/** What is in the Object Store counts as used, and takes no room. */
export async function usage({ account }: Caller): Promise<Answers['usage']> {
  const [stored, elsewhere, mine] = await Promise.all([usedBytes('sql'), usedBytes('object'), ownBytes(account)]);
  return { used: stored + elsewhere, mine, limit: quota() + elsewhere };
}

/** About 2 MB of a file. */
export async function piece({ account }: Caller, given: Payload<'piece'>): Promise<Answers['piece']> {
  const found = await own(account, given.id);
  const file = found.state === 'done' ? found.files[given.file] : undefined;
  if (!file) throw new ProblemError('not-found');
  const { data, more } = await readPiece(found.id, file, given.piece);
  if (data.length === 0) throw new ProblemError('not-found');
  return { data: data.toString('base64'), more };
}

async function readPiece(id: string, file: StoredFile, number: number): Promise<{ data: Buffer; more: boolean }> {
  if (file.place === 'object') {
    const start = number * PIECE_BYTES;
    const end = Math.min(start + PIECE_BYTES, file.bytes);
    const data = start < end ? await readObjectPart(id, file.blob, start, end) : Buffer.alloc(0);
    return { data, more: end < file.bytes };
  }
  const count = chunksAtOnce(file.chunk);
  const data = Buffer.concat(await readChunks(id, file.blob, number * count, count));
  return { data, more: (number + 1) * count * file.chunk < file.bytes };
}

async function own(account: string, id: string): Promise<Export> {
  const [found] = await findOwn(account, [id]);
  if (!found) throw new ProblemError('not-found');
  return found;
}
