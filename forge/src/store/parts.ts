/** The parts of exports: planned, then done. */

import { randomUUID } from 'node:crypto';
import { LEASE } from '../bounds';
import type { PartNotes, PartTask } from '../loop';
import { change, jsonOf, numberOf, type Row, select, textOf } from './sql';

/** A typeset part, and where its bytes are. */
export interface StoredPart {
  task: PartTask;
  notes: PartNotes;
  blob: string;
  bytes: number;
}

export interface Part {
  number: number;
  volume: number;
  /** Of the volume's pages. */
  start: number;
  stop: number;
  /** Characters of its pages' bodies; -1: without a body. */
  sizes: number[];
  /** The name of the data with the bodies of its pages. */
  input: string;
  done: boolean;
  /** What there is of it, from its first page on. */
  made: StoredPart[];
  bytes: number;
  /** In how many pieces it is made, as the whole is too much for one invocation. */
  pieces: number;
  failures: number;
  /** Until when somebody works at it. */
  leaseUntil: number;
}

function partOf(row: Row): Part {
  return {
    number: numberOf(row, 'number'),
    volume: numberOf(row, 'volume'),
    start: numberOf(row, 'start_page'),
    stop: numberOf(row, 'stop_page'),
    sizes: jsonOf<number[]>(row, 'sizes', []),
    input: textOf(row, 'input'),
    done: textOf(row, 'state') === 'done',
    made: jsonOf<StoredPart[]>(row, 'made', []),
    bytes: numberOf(row, 'bytes'),
    pieces: numberOf(row, 'pieces'),
    failures: numberOf(row, 'failures'),
    leaseUntil: numberOf(row, 'lease_until'),
  };
}

/** Part numbers of a generation begin here: those of others are never mistaken for them. */
export function firstNumber(generation: number): number {
  return generation * 100_000;
}

/** Parts that one answer of Forge SQL holds. */
const AT_ONCE = 100;

/** All parts in their order. */
export async function listParts(exportId: string): Promise<Part[]> {
  const found: Part[] = [];
  for (;;) {
    const rows = await select(
      `SELECT * FROM parts WHERE export_id = ? AND number > ? ORDER BY number LIMIT ${AT_ONCE}`,
      ...[exportId, found.at(-1)?.number ?? -1],
    );
    found.push(...rows.map(partOf));
    if (rows.length < AT_ONCE) return found;
  }
}

/** Numbers of parts in their order: all of them, or those that are not done. */
export async function listNumbers(exportId: string, which: 'all' | 'planned'): Promise<number[]> {
  const planned = which === 'planned' ? "AND state = 'planned'" : '';
  const rows = await select(`SELECT number FROM parts WHERE export_id = ? ${planned} ORDER BY number`, exportId);
  return rows.map(row => numberOf(row, 'number'));
}

export async function findPart(exportId: string, number: number): Promise<Part | undefined> {
  const [row] = await select('SELECT * FROM parts WHERE export_id = ? AND number = ?', exportId, number);
  return row && partOf(row);
}

export type NewPart = Pick<Part, 'number' | 'volume' | 'start' | 'stop' | 'sizes' | 'input'>;

/** Adds a part. False: it is there already. */
export async function insertPart(exportId: string, part: NewPart): Promise<boolean> {
  const { number, volume, start, stop, sizes, input } = part;
  const count = await change(
    `INSERT IGNORE INTO parts (export_id, number, volume, start_page, stop_page, sizes, input, state, made)
      VALUES (?, ?, ?, ?, ?, ?, ?, 'planned', '')`,
    ...[exportId, number, volume, start, stop, JSON.stringify(sizes), input],
  );
  return count > 0;
}

const TYPESETTING =
  "EXISTS (SELECT 1 FROM exports WHERE exports.id = parts.export_id AND exports.state = 'typesetting')";

/** Takes up a part that nobody works at; gives the lease. Counts the attempt. */
export async function takePart(exportId: string, number: number): Promise<string | undefined> {
  const lease = randomUUID();
  const now = Date.now();
  const count = await change(
    `UPDATE parts SET lease = ?, lease_until = ?, failures = failures + 1
      WHERE export_id = ? AND number = ? AND state = 'planned' AND lease_until < ? AND ${TYPESETTING}`,
    ...[lease, now + LEASE, exportId, number, now],
  );
  return count > 0 ? lease : undefined;
}

/** Says that it is still worked at. False: the export has ended, or somebody else has the part. */
export async function keepPart(exportId: string, number: number, lease: string): Promise<boolean> {
  const count = await change(
    `UPDATE parts SET lease_until = GREATEST(lease_until + 1, ?) WHERE export_id = ? AND number = ? AND lease = ? AND ${TYPESETTING}`,
    ...[Date.now() + LEASE, exportId, number, lease],
  );
  return count > 0;
}

/** Frees it for whoever comes next. `pieces`: in how many it is to be made from now on. */
export async function releasePart(
  exportId: string,
  { number, pieces }: Pick<Part, 'number' | 'pieces'>,
  lease: string,
): Promise<void> {
  await change(
    "UPDATE parts SET lease = '', lease_until = 0, pieces = ? WHERE export_id = ? AND number = ? AND lease = ?",
    ...[pieces, exportId, number, lease],
  );
}

/** Writes down what there is of a part. False: it is not ours any more. */
export async function savePart(
  exportId: string,
  number: number,
  lease: string,
  made: readonly StoredPart[],
): Promise<boolean> {
  const count = await change(
    `UPDATE parts SET made = ?, failures = 0, lease_until = GREATEST(lease_until + 1, ?)
      WHERE export_id = ? AND number = ? AND state = 'planned' AND lease = ? AND ${TYPESETTING}`,
    ...[JSON.stringify(made), Date.now() + LEASE, exportId, number, lease],
  );
  return count > 0;
}

/** Marks it as done. False: it is not ours any more. */
export async function finishPart(
  exportId: string,
  number: number,
  lease: string,
  made: readonly StoredPart[],
): Promise<boolean> {
  const bytes = made.reduce((sum, part) => sum + part.bytes, 0);
  const count = await change(
    `UPDATE parts SET state = 'done', made = ?, bytes = ?, lease = '', lease_until = 0
      WHERE export_id = ? AND number = ? AND state = 'planned' AND lease = ? AND ${TYPESETTING}`,
    ...[JSON.stringify(made), bytes, exportId, number, lease],
  );
  return count > 0;
}

/** Tells the export how many of its pages are done. */
export async function tellPages(exportId: string): Promise<void> {
  await change(
    `UPDATE exports SET updated = ?, failures = 0, sweeps = 0, done = (SELECT COALESCE(SUM(stop_page - start_page), 0)
      FROM parts WHERE parts.export_id = ? AND parts.state = 'done') WHERE id = ? AND state = 'typesetting'`,
    ...[Date.now(), exportId, exportId],
  );
}

/** How many parts are not done, and bytes of those that are. */
export async function sumParts(exportId: string): Promise<{ planned: number; bytes: number }> {
  const [row = {}] = await select(
    `SELECT COALESCE(SUM(state = 'planned'), 0) AS planned, COALESCE(SUM(bytes), 0) AS bytes
      FROM parts WHERE export_id = ?`,
    exportId,
  );
  return { planned: numberOf(row, 'planned'), bytes: numberOf(row, 'bytes') };
}

/** Deletes parts whose number is below this one; without one all. */
export async function deleteParts(exportId: string, below = Number.MAX_SAFE_INTEGER): Promise<void> {
  await change('DELETE FROM parts WHERE export_id = ? AND number < ?', exportId, Math.min(below, 2_147_483_647));
}
