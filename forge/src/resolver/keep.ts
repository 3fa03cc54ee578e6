/** Keeps documents that the browser has made: announced, sent piece by piece, checked by their hashes. */

import { createHash, randomUUID } from 'node:crypto';
import type { Answers } from '../api';
import { ABANDONED, KEEP_PIECE_BYTES, KEEPING_AT_ONCE, sqlDocumentBytes } from '../bounds';
import { ProblemError } from '../loop';
import { expiry } from '../settings/merge';
import { settingsOf } from '../settings/stored';
import { announce, checkRoom, chunksAtOnce, newName, readChunks, writeChunk } from '../store/blobs';
import { removeExport } from '../store/clean';
import { findKeeping, findOwn, updateOwn } from '../store/documents';
import { type Export, infoOf, insertExport, type StoredFile } from '../store/exports';
import type { Caller } from './access';
import { invalid } from './guards';
import type { Payload } from './payloads';
import { checkOffered } from './start';

/** Announces a document. ProblemError `too-large`, `storage-full`, `not-offered`, `too-many-exports`. */
export async function keep({ account }: Caller, given: Payload<'keep'>): Promise<Answers['keep']> {
  const { wish, page = '', title, losses, lost } = given;
  if (given.files.length === 0) throw invalid('files');
  await checkOffered(wish);
  const size = given.files.reduce((sum, file) => sum + file.bytes, 0);
  const limit = sqlDocumentBytes();
  if (size > limit) throw new ProblemError('too-large', { size, limit });
  await checkRoom(size);
  const id = randomUUID();
  const files = given.files.map((file, index): StoredFile => {
    return { ...file, index, blob: newName(`file-${index}`), place: 'sql', chunk: KEEP_PIECE_BYTES };
  });
  await insertExport({ account, page, title, losses, lost, wish, files, state: 'keeping' }, id);
  await checkUnfinished(account, id);
  for (const file of files) {
    await announce(id, file.blob, 'sql', file.bytes);
  }
  return { id };
}

/** What is announced takes up room: that which a browser has given up goes, and of the rest there are only so many. */
async function checkUnfinished(account: string, latest: string): Promise<void> {
  const unfinished = await findKeeping(account);
  const abandoned = unfinished.filter(found => found.updated < Date.now() - ABANDONED);
  const tooMany = unfinished.length - abandoned.length > KEEPING_AT_ONCE;
  for (const found of unfinished) {
    if (abandoned.includes(found) || (tooMany && found.id === latest)) await removeExport(found);
  }
  if (tooMany) throw new ProblemError('too-many-exports', { limit: KEEPING_AT_ONCE });
}

/** Takes a piece: as long as all are, or the rest of the file. */
export async function keepPiece({ account }: Caller, given: Payload<'keepPiece'>): Promise<Answers['keepPiece']> {
  const { id, data, piece } = given;
  const found = await kept(account, id);
  const file = found.files[given.file];
  if (!file || data.length !== Math.min(KEEP_PIECE_BYTES, file.bytes - piece * KEEP_PIECE_BYTES)) {
    throw invalid('piece');
  }
  if (found.state === 'done') return {};
  await writeChunk(id, file.blob, piece, data);
  // Whoever still sends is not to be cleared away.
  await updateOwn(account, id, ['keeping'], {});
  return {};
}

/** Checks what came, and keeps it. ProblemError `damaged`: nothing is kept. */
export async function keepEnd({ account }: Caller, { id }: Payload<'keepEnd'>): Promise<Answers['keepEnd']> {
  const found = await kept(account, id);
  if (found.state === 'done') return infoOf(found);
  for (const file of found.files) {
    if (await isWhole(id, file)) continue;
    await removeExport(found);
    throw new ProblemError('damaged');
  }
  const settings = await settingsOf(found.space);
  const changes = {
    state: 'done',
    bytes: found.files.reduce((sum, file) => sum + file.bytes, 0),
    sheets: found.files.reduce((sum, file) => sum + file.sheets, 0),
    expires: expiry(settings, Date.now()),
    clean: 1,
  };
  await updateOwn(account, id, ['keeping'], changes);
  return infoOf(await kept(account, id));
}

/** A document that is being sent, or has been kept already: an answer may have got lost. */
async function kept(account: string, id: string): Promise<Export> {
  const [found] = await findOwn(account, [id], ['keeping', 'done']);
  if (!found) throw new ProblemError('not-found');
  return found;
}

/** Whether a file came as it was announced. */
async function isWhole(id: string, file: StoredFile): Promise<boolean> {
  const hash = createHash('sha256');
  const count = chunksAtOnce(file.chunk);
  let size = 0;
  for (let number = 0; size < file.bytes; number += count) {
    const chunks = await readChunks(id, file.blob, number, count);
    if (chunks.length === 0) return false;
    for (const chunk of chunks) {
      hash.update(chunk);
      size += chunk.length;
    }
  }
  return hash.digest('hex') === file.sha256;
}
