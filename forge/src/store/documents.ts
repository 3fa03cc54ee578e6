/** Exports and documents of one user: nothing here finds those of others. */

import { assignments, type Changes, type Export, exportOf, SHORT } from './exports';
import { change, marks, numberOf, select, type Value } from './sql';
import { listed, RUNNING, SHOWN, type StoredState } from './states';

/** How many are told at once. */
export const LISTED = 50;

export interface Query {
  query?: string;
  page?: string;
  space?: string;
  /** Where the last answer ended. */
  after?: { created: number; id: string };
}

/** The user's exports, newest first: one more than are told, if there are more. */
export async function listOwn(account: string, { query, page, space, after }: Query): Promise<Export[]> {
  const where = ['account = ?', `state IN ${listed(SHOWN)}`];
  const values: Value[] = [account];
  const and = (condition: string, ...more: Value[]) => {
    where.push(condition);
    values.push(...more);
  };
  if (query) and("LOWER(title) LIKE LOWER(?) ESCAPE '!'", `%${query.replace(/[!%_]/g, '!$&')}%`);
  if (page) and('page = ?', page);
  if (space) and('space = ?', space);
  if (after) and('(created < ? OR (created = ? AND id < ?))', after.created, after.created, after.id);
  const rows = await select(
    `SELECT ${SHORT} FROM exports WHERE ${where.join(' AND ')} ORDER BY created DESC, id DESC LIMIT ${LISTED + 1}`,
    ...values,
  );
  return rows.map(exportOf);
}

/** Those of these exports that are the user's. */
export async function findOwn(
  account: string,
  ids: readonly string[],
  states: readonly StoredState[] = SHOWN,
): Promise<Export[]> {
  if (ids.length === 0) return [];
  const rows = await select(
    `SELECT ${SHORT} FROM exports WHERE account = ? AND id IN ${marks(ids)} AND state IN ${listed(states)}`,
    ...[account, ...ids],
  );
  return rows.map(exportOf);
}

/** Changes an export of the user's that is in one of these states. Tells whether it was. */
export async function updateOwn(
  account: string,
  id: string,
  from: readonly StoredState[],
  changes: Changes,
): Promise<boolean> {
  const count = await change(
    `UPDATE exports SET ${assignments(changes)} WHERE id = ? AND account = ?
      AND state IN ${listed(from)}`,
    ...[...Object.values(changes), Date.now(), id, account],
  );
  return count > 0;
}

/** How many exports of the user's are under way. */
export async function countRunning(account: string): Promise<number> {
  const [row] = await select(
    `SELECT COUNT(*) AS running FROM exports WHERE account = ? AND state IN ${listed(RUNNING)}`,
    account,
  );
  return row ? numberOf(row, 'running') : 0;
}

/** Bytes of the user's documents. */
export async function ownBytes(account: string): Promise<number> {
  const [row] = await select(
    "SELECT COALESCE(SUM(bytes), 0) AS mine FROM exports WHERE account = ? AND state = 'done'",
    account,
  );
  return row ? numberOf(row, 'mine') : 0;
}
