/** Exports and documents of one user: nothing here finds those of others. */

import { LIST_TEXT } from '../bounds';
import { assignments, type Changes, type Export, exportOf } from './exports';
import { change, marks, numberOf, select, textOf, type Value } from './sql';
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

/** What lists are made of: of what is left out, `Export` has nothing. */
const SHORT = `id, account, state, space, page, title, template, done, total, created, updated, expires, bytes,
  sheets, lost, losses, files, problem, generation, parts, pushed, failures, sweeps, lease_until, clean`;
/** Exports whose rows one answer of Forge SQL holds, however large they are. */
const AT_ONCE = 5;

/** The user's exports, newest first: as many as one answer holds. `more`: there are others. */
export async function listOwn(
  account: string,
  { query, page, space, after }: Query,
): Promise<{ found: Export[]; more: boolean }> {
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
    `SELECT id, LENGTH(losses) + LENGTH(files) AS size FROM exports WHERE ${where.join(' AND ')}
      ORDER BY created DESC, id DESC LIMIT ${LISTED + 1}`,
    ...values,
  );
  let size = 0;
  const fitting = rows.slice(0, LISTED).filter((row, index) => {
    size += numberOf(row, 'size');
    return index === 0 || size <= LIST_TEXT;
  });
  const ids = fitting.map(row => textOf(row, 'id'));
  const found = await selectOwn(account, ids, SHOWN);
  found.sort((one, other) => ids.indexOf(one.id) - ids.indexOf(other.id));
  return { found, more: ids.length < rows.length };
}

/** Those of these exports that are the user's. */
export async function findOwn(
  account: string,
  ids: readonly string[],
  states: readonly StoredState[] = SHOWN,
): Promise<Export[]> {
  const found: Export[] = [];
  for (let start = 0; start < ids.length; start += AT_ONCE) {
    found.push(...(await selectOwn(account, ids.slice(start, start + AT_ONCE), states)));
  }
  return found;
}

async function selectOwn(account: string, ids: readonly string[], states: readonly StoredState[]): Promise<Export[]> {
  if (ids.length === 0) return [];
  const rows = await select(
    `SELECT ${SHORT} FROM exports WHERE account = ? AND id IN ${marks(ids)} AND state IN ${listed(states)}`,
    ...[account, ...ids],
  );
  return rows.map(exportOf);
}

/** Documents that the user's browsers are sending, or have given up: only what they are, and since when. */
export async function findKeeping(account: string): Promise<Export[]> {
  const rows = await select(
    "SELECT id, account, state, updated FROM exports WHERE account = ? AND state = 'keeping' LIMIT 200",
    account,
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
