/** Exports and documents: one row each. Every change of state is one statement that says which state it expects. */

import { randomUUID } from 'node:crypto';
import type { ExportInfo, FileInfo, Loss } from '../api';
import { FILES_TEXT, LEASE } from '../bounds';
import { type Problem, ProblemError, type Wish } from '../loop';
import type { Place } from './blobs';
import { change, jsonOf, marks, numberOf, type Row, select, textOf, type Value } from './sql';
import { isRunning, listed, RUNNING, type StoredState, stateOf } from './states';

/** A file of a document, and where it is. `chunk`: the most raw bytes of a chunk. */
export interface StoredFile extends FileInfo {
  blob: string;
  place: Place;
  chunk: number;
}

/** Pages `start` to just before `stop` of an outline: a volume. */
export type Range = [start: number, stop: number];

export interface Export extends Omit<ExportInfo, 'state' | 'files'> {
  account: string;
  state: StoredState;
  /** Of exports that have not ended. */
  wish: Wish;
  files: StoredFile[];
  /** Name of the data with the outline; empty: not read yet. */
  outline: string;
  /** How it is cut into volumes; none: not at all. */
  ranges: Range[];
  /** How often it was cut anew. */
  generation: number;
  parts: number;
  /** Events of parts that were pushed. */
  pushed: number;
  failures: number;
  sweeps: number;
  /** Until when somebody works at it. */
  leaseUntil: number;
  /** Whether nothing is left of it but the document. */
  clean: boolean;
}

/** What a row holds. */
export function exportOf(row: Row): Export {
  const problem = jsonOf<Problem | null>(row, 'problem', null);
  return {
    id: textOf(row, 'id'),
    account: textOf(row, 'account'),
    state: stateOf(textOf(row, 'state')),
    space: textOf(row, 'space'),
    page: textOf(row, 'page'),
    title: textOf(row, 'title'),
    template: textOf(row, 'template'),
    wish: jsonOf<Wish>(row, 'wish', {} as Wish),
    done: numberOf(row, 'done'),
    total: numberOf(row, 'total'),
    created: numberOf(row, 'created'),
    updated: numberOf(row, 'updated'),
    expires: numberOf(row, 'expires'),
    bytes: numberOf(row, 'bytes'),
    sheets: numberOf(row, 'sheets'),
    lost: numberOf(row, 'lost'),
    losses: jsonOf<Loss[]>(row, 'losses', []),
    files: jsonOf<StoredFile[]>(row, 'files', []),
    ...(problem ? { problem } : {}),
    outline: textOf(row, 'outline'),
    ranges: jsonOf<Range[]>(row, 'ranges', []),
    generation: numberOf(row, 'generation'),
    parts: numberOf(row, 'parts'),
    pushed: numberOf(row, 'pushed'),
    failures: numberOf(row, 'failures'),
    sweeps: numberOf(row, 'sweeps'),
    leaseUntil: numberOf(row, 'lease_until'),
    clean: numberOf(row, 'clean') === 1,
  };
}

/** What its owner is told. */
export function infoOf(found: Export): ExportInfo {
  const { id, title, space, page, template, done, total, created, updated, expires, bytes, sheets, lost, losses } =
    found;
  const state = found.state === 'keeping' || found.state === 'removed' ? 'waiting' : found.state;
  const files = found.files.map(({ blob: _blob, place: _place, chunk: _chunk, ...file }) => file);
  const told = { id, title, space, page, template, state, done, total, created, updated, expires, bytes, sheets };
  return { ...told, lost, losses, files, ...(found.problem ? { problem: found.problem } : {}) };
}

export interface NewExport {
  account: string;
  state: 'waiting' | 'keeping';
  wish: Wish;
  page: string;
  title: string;
  files?: StoredFile[];
  losses?: Loss[];
  lost?: number;
}

/** Losses as they are kept: the first 50, in a few words each. The manifest has all. */
export function shortLosses(losses: readonly Loss[]): Loss[] {
  return losses.slice(0, 50).map(({ code, message, page, pageTitle }) => {
    return { code, message: message.slice(0, 300), page, pageTitle: pageTitle.slice(0, 200) };
  });
}

/** A list of files as it is stored. ProblemError `too-large` if a request to Forge SQL can't hold it. */
export function filesText(files: readonly StoredFile[]): string {
  const text = JSON.stringify(files);
  const size = Buffer.byteLength(JSON.stringify(text));
  if (size > FILES_TEXT) throw new ProblemError('too-large', { size, limit: FILES_TEXT });
  return text;
}

/** Adds a row; gives its id. */
export async function insertExport(made: NewExport, id: string = randomUUID()): Promise<string> {
  const now = Date.now();
  const { account, state, wish, page, title, files = [], losses = [], lost = 0 } = made;
  const values: Record<string, Value> = {
    ...{ id, account, state, page, lost, title: title.slice(0, 1000), created: now, updated: now },
    ...{ space: wish.selection.space, template: wish.options.template, problem: '', ranges: '' },
    wish: state === 'keeping' ? '' : JSON.stringify(wish),
    losses: JSON.stringify(shortLosses(losses)),
    files: filesText(files),
  };
  const names = Object.keys(values);
  await change(`INSERT INTO exports (${names.join(', ')}) VALUES ${marks(names)}`, ...Object.values(values));
  return id;
}

/** An export, whosever it is: for functions without a user. */
export async function findExport(id: string): Promise<Export | undefined> {
  const [row] = await select('SELECT * FROM exports WHERE id = ?', id);
  return row && exportOf(row);
}

/** What is to be set: columns and values. */
export type Changes = Record<string, Value>;

/**
 * `a = ?, b = ?` and the time. Whether rows count that are found, or only those that change, Forge doesn't say; so the
 * time always changes, even within a millisecond.
 */
export function assignments(changes: Changes): string {
  return [...Object.keys(changes).map(name => `${name} = ?`), 'updated = GREATEST(updated + 1, ?)'].join(', ');
}

/** Changes a row if it is in one of these states and, with `lease`, still ours. Tells whether it was. */
export async function update(
  id: string,
  from: readonly StoredState[],
  changes: Changes,
  lease?: string,
): Promise<boolean> {
  const ours = lease === undefined ? '' : 'AND lease = ?';
  const count = await change(
    `UPDATE exports SET ${assignments(changes)} WHERE id = ? AND state IN ${listed(from)} ${ours}`,
    ...[...Object.values(changes), Date.now(), id, ...(lease === undefined ? [] : [lease])],
  );
  return count > 0;
}

/** What frees an export for whoever comes next. */
export const RELEASED = { lease: '', lease_until: 0 } as const;

/** Takes up an export that nobody works at; gives the lease. Counts the attempt, until it gets on. */
export async function take(
  { id, generation }: Export,
  from: readonly StoredState[],
  state: StoredState,
): Promise<string | undefined> {
  const lease = randomUUID();
  const now = Date.now();
  const count = await change(
    `UPDATE exports SET state = ?, lease = ?, lease_until = ?, updated = ?, failures = failures + 1
      WHERE id = ? AND generation = ? AND state IN ${listed(from)} AND lease_until < ?`,
    ...[state, lease, now + LEASE, now, id, generation, now],
  );
  return count > 0 ? lease : undefined;
}

/** Says that it is still worked at. False: it has ended, or somebody else has it. */
export async function keepLease(id: string, lease: string): Promise<boolean> {
  const count = await change(
    `UPDATE exports SET lease_until = GREATEST(lease_until + 1, ?) WHERE id = ? AND lease = ? AND state IN ${listed(RUNNING)}`,
    ...[Date.now() + LEASE, id, lease],
  );
  return count > 0;
}

/** Ends an export with a problem, unless it has ended. */
export async function fail(id: string, problem: Problem): Promise<boolean> {
  return await update(id, RUNNING, { state: 'failed', problem: JSON.stringify(problem), clean: 0, ...RELEASED });
}

/** Deletes the row of an export that has been removed. */
export async function deleteRow(id: string): Promise<void> {
  await change("DELETE FROM exports WHERE id = ? AND state = 'removed'", id);
}

/** Whether it is to be left as it is. */
export function hasEnded(found: Export): boolean {
  return !isRunning(found.state) && found.state !== 'keeping';
}
