/** Keeps documents that the browser has made: announced, sent piece by piece, checked by their hashes. */

import { createHash, randomUUID } from 'node:crypto';
import type { Answers } from '../api';
import { KEEP_PIECE_BYTES, sqlDocumentBytes } from '../bounds';
import { ProblemError } from '../loop';
import { expiry } from '../settings/merge';
import { settingsOf } from '../settings/stored';
import { announce, checkRoom, chunksAtOnce, newName, readChunks, writeChunk } from '../store/blobs';
import { clean } from '../store/clean';
import { findOwn, updateOwn } from '../store/documents';
import { type Export, infoOf, insertExport, type StoredFile } from '../store/exports';
import type { Caller } from './access';
import { invalid } from './guards';
import type { Payload } from './payloads';
import { checkOffered } from './start';

/** Announces a document. ProblemError `too-large`, `storage-full`, `not-offered`. */
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
  for (const file of files) {
    await announce(id, file.blob, 'sql', file.bytes);
  }
  return { id };
}

/** Takes a piece. All but the last one of a file are equally long. */
export async function keepPiece({ account }: Caller, given: Payload<'keepPiece'>): Promise<Answers['keepPiece']> {
  const { id, data, piece } = given;
  const found = await kept(account, id);
  const file = found.files[given.file];
  if (!file || piece * data.length >= file.bytes + KEEP_PIECE_BYTES) throw invalid('piece');
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
  const files: StoredFile[] = [];
  for (const file of found.files) {
    const chunk = await chunkOfWhole(id, file);
    if (chunk === 0) {
      await updateOwn(account, id, ['keeping'], { state: 'removed', clean: 0 });
      await clean({ ...found, state: 'removed' });
      throw new ProblemError('damaged');
    }
    files.push({ ...file, chunk });
  }
  const settings = await settingsOf(found.space);
  const changes = {
    state: 'done',
    files: JSON.stringify(files),
    bytes: files.reduce((sum, file) => sum + file.bytes, 0),
    sheets: files.reduce((sum, file) => sum + file.sheets, 0),
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

/** Bytes of a chunk of a file that came whole, and as it was announced; else 0. */
async function chunkOfWhole(id: string, file: StoredFile): Promise<number> {
  const hash = createHash('sha256');
  const sizes: number[] = [];
  const count = chunksAtOnce(KEEP_PIECE_BYTES);
  for (let size = 0; size < file.bytes; ) {
    const chunks = await readChunks(id, file.blob, sizes.length, count);
    if (chunks.length === 0) return 0;
    for (const chunk of chunks) {
      hash.update(chunk);
      sizes.push(chunk.length);
      size += chunk.length;
    }
  }
  const [first = 0] = sizes;
  const even = sizes.slice(0, -1).every(size => size === first) && (sizes.at(-1) ?? 0) <= first;
  const whole = sizes.reduce((sum, size) => sum + size, 0) === file.bytes;
  return even && whole && hash.digest('hex') === file.sha256 ? first : 0;
}
