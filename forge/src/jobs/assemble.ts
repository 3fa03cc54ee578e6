/** The last step: makes one document of all parts, or one of each volume. */

import type { Settings } from '../api';
import { assembleBytes, CHUNK_BYTES, GENERATIONS, sqlDocumentBytes } from '../bounds';
import { assemble, limits, type MadeFile, type PartNotes, ProblemError } from '../loop';
import { expiry } from '../settings/merge';
import { settingsOf } from '../settings/stored';
import { readBlob, writeBlob, writeObject } from '../store/blobs';
import { clean } from '../store/clean';
import { type Export, filesText, type Range, RELEASED, type StoredFile, shortLosses, update } from '../store/exports';
import { firstNumber, listParts, type Part } from '../store/parts';
import { EndedError } from '../store/states';
import { insertVolume, listVolumes, type StoredVolume } from '../store/volumes';
import { countVolumes, cutVolumes } from './volumes';
import { advance, type Plan, readPlan, volumeJob, type Work } from './work';

/** `recut`: the export is cut anew, and begins with its plan again. */
export type Assembled = 'done' | 'recut';

/** Assembles an export whose parts are all done. */
export async function makeDocument(work: Work, lease: string): Promise<Assembled> {
  const { found, ports, budget } = work;
  const [plan, parts, settings] = await Promise.all([readPlan(found), listParts(found.id), settingsOf(found.space)]);
  if ((await limits(ports)).version !== plan.limits.version) {
    // Parts are only good for the version that made them. Volumes are of the outline, which is read again.
    await recut(found, [], { outline: '' });
    return 'recut';
  }
  if (await recutIfTooLarge(found, plan, parts, settings)) return 'recut';
  const first = firstNumber(found.generation);
  const ready = new Set((await listVolumes(found.id)).map(volume => volume.number - first));
  for (let volume = 0; volume < countVolumes(found.ranges); volume += 1) {
    if (ready.has(volume)) continue;
    budget.claim(budget.request);
    await makeVolume(work, plan, volume, parts, settings);
    await advance(found, lease);
  }
  await finish(found, lease, settings);
  return 'done';
}

/** Cuts an export into more volumes if what it has become so far is too much to be assembled. */
export async function recutIfTooLarge(
  found: Export,
  plan: Plan,
  parts: readonly Part[],
  settings: Settings,
): Promise<boolean> {
  const limit = Math.min(assembleBytes(), plan.limits.requestBytes * 0.95, plan.limits.fileBytes * 20);
  const volumes = Array.from({ length: countVolumes(found.ranges) }, () => 0);
  for (const part of parts) {
    volumes[part.volume] = (volumes[part.volume] ?? 0) + part.bytes;
  }
  const size = Math.max(...volumes);
  if (size <= limit) return false;
  if (!settings.objectStore) throw new ProblemError('too-large', { size, limit: sqlDocumentBytes() });
  if (found.generation + 1 >= GENERATIONS) throw new ProblemError('too-large', { size, limit });
  const weights = parts
    .filter(part => part.done)
    .map(part => {
      const offset = found.ranges[part.volume]?.[0] ?? 0;
      return { start: offset + part.start, stop: offset + part.stop, bytes: part.bytes };
    });
  await recut(found, cutVolumes(plan.outline.pages, weights, limit));
  return true;
}

/** Back to the plan. Whoever works at a part notices when it is done. */
async function recut(found: Export, ranges: Range[], more: { outline?: string } = {}): Promise<void> {
  const generation = found.generation + 1;
  if (generation >= GENERATIONS) throw new ProblemError('gave-up');
  const changes = { state: 'reading', generation, ranges: JSON.stringify(ranges), parts: 0, pushed: 0, done: 0 };
  const from = ['typesetting', 'assembling'] as const;
  if (!(await update(found.id, from, { ...changes, ...more, ...RELEASED }))) throw new EndedError();
}

async function makeVolume(
  { found, ports, alive }: Work,
  plan: Plan,
  volume: number,
  parts: readonly Part[],
  settings: Settings,
): Promise<void> {
  const stored = parts.filter(part => part.volume === volume).flatMap(part => part.made);
  const made: { data: Uint8Array; notes: PartNotes }[] = [];
  for (const { blob, notes } of stored) {
    await alive();
    made.push({ data: await readBlob(found.id, blob), notes });
  }
  const document = await assemble(ports, volumeJob(found, plan, volume), made);
  made.length = 0;
  const files: StoredFile[] = [];
  for (const file of document.files) {
    await alive();
    files.push(await storeFile(found, `file-${volume}-${files.length}`, file, files, settings));
  }
  const { sheets, lost, losses } = document;
  await insertVolume(found.id, {
    number: firstNumber(found.generation) + volume,
    files,
    sheets,
    lost,
    losses: shortLosses(losses),
  });
}

/** Keeps a file where there is room for it. `before`: files of the same volume. */
async function storeFile(
  found: Export,
  kind: string,
  { name, mediaType, bytes: data, sha256, sheets }: MadeFile,
  before: readonly StoredFile[],
  settings: Settings,
): Promise<StoredFile> {
  const file = { index: before.length, name, mediaType, bytes: data.length, sha256, sheets };
  try {
    const size = before.reduce((sum, other) => sum + (other.place === 'sql' ? other.bytes : 0), data.length);
    const limit = sqlDocumentBytes();
    if (size > limit) throw new ProblemError('too-large', { size, limit });
    return { ...file, blob: await writeBlob(found.id, kind, data), place: 'sql', chunk: CHUNK_BYTES };
  } catch (error) {
    if (!settings.objectStore || !(error instanceof ProblemError)) throw error;
    const blob = await writeObject(found.id, kind, new Uint8Array(data));
    return { ...file, blob, place: 'object', chunk: data.length };
  }
}

/** All volumes are there: the document is done, and everything else goes. */
async function finish(found: Export, lease: string, settings: Settings): Promise<void> {
  const document = joined(await listVolumes(found.id));
  const { files, losses, ...counts } = document;
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const changes = {
    ...{ ...RELEASED, ...counts, bytes, state: 'done', done: found.total, clean: 0 },
    expires: expiry(settings, Date.now()),
    files: filesText(files),
    losses: JSON.stringify(losses),
  };
  await advance(found, lease, changes);
  await clean({ ...found, state: 'done', files });
}

/** The files of all volumes: first what people read, then manifests. */
export function joined(volumes: readonly StoredVolume[]): Omit<StoredVolume, 'number'> {
  const files = volumes.flatMap(volume => volume.files);
  // Each volume has one, and they are all called the same.
  const manifests = files.filter(file => file.mediaType === 'application/json');
  const manifestName = ({ blob, name }: StoredFile) =>
    manifests.length > 1
      ? name.replace(/(?=\.json$)/, `-${manifests.findIndex(file => file.blob === blob) + 1}`)
      : name;
  const isManifest = (file: StoredFile) => file.mediaType === 'application/json';
  const ordered = [...files.filter(file => !isManifest(file)), ...files.filter(isManifest)];
  return {
    files: ordered.map((file, index) => ({ ...file, index, name: isManifest(file) ? manifestName(file) : file.name })),
    sheets: volumes.reduce((sum, volume) => sum + volume.sheets, 0),
    lost: volumes.reduce((sum, volume) => sum + volume.lost, 0),
    losses: volumes.flatMap(volume => volume.losses).slice(0, 50),
  };
}
