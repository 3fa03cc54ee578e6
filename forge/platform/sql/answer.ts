/** Answers of MariaDB as those of Forge SQL: what comes back as text, and what as a number. */

import type { FieldPacket, ResultSetHeader } from 'mysql2';

export type Row = Record<string, string | number | null>;

/** A row as Forge gives it. Error for bytes, as Forge doesn't say how it writes them. */
export function forgeRow(row: Record<string, unknown>, fields: FieldPacket[]): Row {
  const made: Row = {};
  for (const field of fields) {
    made[field.name] = forgeValue(row[field.name], field.name);
  }
  return made;
}

function forgeValue(value: unknown, name: string): string | number | null {
  if (value === null || value === undefined) {
    return null;
  }
  if (typeof value === 'number' || typeof value === 'string') {
    return value;
  }
  if (Buffer.isBuffer(value)) {
    throw new Error(`${name} holds bytes, and Forge does not say how it would write them: keep base64 in a text.`);
  }
  if (typeof value === 'bigint') {
    return String(value);
  }
  return JSON.stringify(value);
}

/** What comes back for a write. */
export function forgeHeader(header: ResultSetHeader): Record<string, string | number> {
  const { affectedRows, fieldCount, info, insertId, serverStatus, warningStatus } = header;
  return { affectedRows, fieldCount, info, insertId, serverStatus, warningStatus };
}
