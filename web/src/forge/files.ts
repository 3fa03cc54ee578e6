/** Files on their way between the browser and the app's functions. */

import type { ExportInfo, FileInfo } from '@xpress/forge/api';
import { fromBase64, ProblemError, sha256, toBase64, type Wish } from '@xpress/forge/loop';
import type { InstantExport, LoadedFile, Progress } from '../host';
import type { Ask } from './ask';
import { piecesOf } from './pieces';

/** Bytes of a piece that is sent: a call may have 500 KB, and base64 makes a third more of it. */
export const SENT_PIECE = 340_000;

/** How many pieces are on their way at once. */
const LANES = 3;

/** Fetches a file piece by piece and compares its checksum: `damaged` if that differs. */
export async function loadFile(
  ask: Ask,
  id: string,
  info: FileInfo,
  tell: (progress: Progress) => void,
): Promise<LoadedFile> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let done = 0;
  for (let more = true; more; ) {
    const answer = await ask('piece', { id, file: info.index, piece: pieces.length });
    const bytes = fromBase64(answer.data);
    pieces.push(bytes);
    done += bytes.length;
    more = answer.more;
    tell({ stage: 'receiving', done, total: info.bytes });
    if (done > info.bytes) throw new ProblemError('damaged');
  }
  const data = new Blob(pieces, { type: info.mediaType });
  const whole = new Uint8Array(await data.arrayBuffer());
  if (data.size !== info.bytes || (await sha256(whole)) !== info.sha256) throw new ProblemError('damaged');
  return { info, data };
}

/** Sends what was made in the browser, so that it is kept. */
export async function keepFiles(
  ask: Ask,
  made: InstantExport,
  wish: Wish,
  page: string | undefined,
  tell: (progress: Progress) => void,
): Promise<ExportInfo> {
  const { title, files, losses, lost } = made;
  const { id } = await ask('keep', {
    wish,
    ...(page && { page }),
    title,
    files: files.map(({ info: { index: _, ...info } }) => info),
    losses,
    lost,
  });
  const total = files.reduce((sum, { data }) => sum + data.size, 0);
  let done = 0;
  const waiting = files.flatMap(({ data }, file) =>
    piecesOf(data, SENT_PIECE).map((blob, piece) => ({ blob, file, piece })),
  );
  const lane = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const { blob, file, piece } = next;
      const data = toBase64(new Uint8Array(await blob.arrayBuffer()));
      await ask('keepPiece', { id, file, piece, data });
      done += blob.size;
      tell({ stage: 'keeping', done, total });
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return ask('keepEnd', { id });
}

/** Hands a file to the user, as a download. */
export function saveFile({ info, data }: LoadedFile): void {
  const address = URL.createObjectURL(data);
  const link = document.createElement('a');
  link.href = address;
  link.download = info.name;
  document.body.append(link);
  link.click();
  link.remove();
  // Browsers read it some time after the click.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
