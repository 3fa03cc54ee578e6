/** Statements of Forge SQL. Tables that are not there yet, or lack a column, are made on the way. */

import { sql, type UpdateQueryResponse } from '@forge/sql';
import { migrateTables } from './schema';

export type Value = string | number;
export type Row = Record<string, unknown>;

/** The rows that a query finds. */
export async function select(query: string, ...values: Value[]): Promise<Row[]> {
  return await withTables(
    async () =>
      (
        await sql
          .prepare<Row>(query)
          .bindParams(...values)
          .execute()
      ).rows,
  );
}

/** How many rows a statement has changed. Statements that change something to what it is already count as one likes. */
export async function change(statement: string, ...values: Value[]): Promise<number> {
  return await withTables(async () => {
    const result = await sql
      .prepare<UpdateQueryResponse>(statement)
      .bindParams(...values)
      .execute();
    return result.rows.affectedRows;
  });
}

async function withTables<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isOutdated(error)) throw error;
    await migrateTables();
    return await work();
  }
}

/** Whether a table or a column is missing (MySQL's errors 1146 and 1054). */
export function isOutdated(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { context } = error as Error & { context?: unknown };
  return /\b(1146|1054|42S02|42S22)\b|doesn't exist|unknown column/i.test(
    `${error.message} ${JSON.stringify(context)}`,
  );
}

/** `(?, ?, ?)` for a list. */
export function marks(list: readonly unknown[]): string {
  return `(${list.map(() => '?').join(', ')})`;
}

/** A text of a row. */
export function textOf(row: Row, name: string): string {
  const value = row[name];
  return value === null || value === undefined ? '' : String(value);
}

/** A whole number of a row; BIGINT and SUM come as text. */
export function numberOf(row: Row, name: string): number {
  return Number(row[name] ?? 0);
}

/** What a row holds as JSON; `otherwise` if it holds nothing. */
export function jsonOf<T>(row: Row, name: string, otherwise: T): T {
  const text = textOf(row, name);
  return text === '' ? otherwise : (JSON.parse(text) as T);
}
