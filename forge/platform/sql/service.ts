/** Forge SQL of one installation: a database of its own in MariaDB. */

import { createPool, type FieldPacket, type Pool, type PoolConnection, type ResultSetHeader } from 'mysql2/promise';
import type { Clock } from '../clock';
import type { Limits } from '../limits';
import { Rate } from '../rate';
import type { Report } from '../report';
import type { Database } from '../types';
import { forgeHeader, forgeRow } from './answer';
import { judge, type StatementKind } from './policy';

/** Forge's answer that says what went wrong. */
export class SqlRefusal extends Error {
  readonly code: string;
  readonly debug: Record<string, unknown>;

  constructor(code: string, message: string, debug: Record<string, unknown> = {}) {
    super(message);
    this.code = code;
    this.debug = debug;
  }

  /** The body of the answer. */
  get body(): object {
    return { code: this.code, message: this.message, context: { debug: this.debug } };
  }
}

interface Dependencies {
  database: Database;
  limits: Limits;
  clock: Clock;
  report: Report;
  touched: (limit: string, message: string) => void;
}

interface Statement {
  query: string;
  params?: unknown[];
}

const MINUTE = 60_000;

export class SqlService {
  /** The name of the database. */
  readonly name: string;
  readonly #given: Dependencies;
  readonly #pool: Pool;
  readonly #ddlRate: Rate;
  readonly #timeRate: Rate;
  /** Bytes that were there when they were last counted, and those that were sent since. */
  #stored = 0;

  private constructor(name: string, given: Dependencies, pool: Pool) {
    this.name = name;
    this.#given = given;
    this.#pool = pool;
    this.#ddlRate = new Rate(given.clock, MINUTE);
    this.#timeRate = new Rate(given.clock, MINUTE);
  }

  /** Makes a database. */
  static async create(name: string, given: Dependencies): Promise<SqlService> {
    const pool = createPool({
      socketPath: given.database.socket,
      user: 'root',
      connectionLimit: 6,
      maxIdle: 2,
      charset: 'utf8mb4_bin',
      supportBigNumbers: true,
      bigNumberStrings: true,
      dateStrings: true,
      jsonStrings: true,
      flags: given.database.foundRows ? [] : ['-FOUND_ROWS'],
    });
    await pool.query(`CREATE DATABASE \`${name}\``);
    return new SqlService(name, given, pool);
  }

  /** Runs a statement of the app. SqlRefusal says why not. `bytes`: the length of the request. */
  async execute(statement: Statement, ddl: boolean, bytes: number): Promise<object> {
    const { limits, report } = this.#given;
    const kind = this.#admit(statement, ddl, bytes);
    report.sql.queries += 1;
    report.sql.writes += kind === 'write' ? 1 : 0;
    report.sql.ddl += ddl ? 1 : 0;
    report.sql.sent += bytes;
    report.sql.largestSent = Math.max(report.sql.largestSent, bytes);
    if (kind === 'write') {
      await this.#checkStorage(statement, bytes);
    }
    const began = performance.now();
    const time = { read: limits.sqlSelectTime, write: limits.sqlWriteTime, ddl: limits.sqlDdlTime }[kind];
    const answer = await this.#run(statement, time);
    const milliseconds = performance.now() - began;
    report.sql.milliseconds += milliseconds;
    if (this.#timeRate.add(milliseconds) > limits.sqlTimePerMinute) {
      throw this.#refusal('QUERY_TIMED_OUT', 'sqlTimePerMinute', 'The query time of this minute is used up.');
    }
    const made = { ...answer, metadata: { dbExecutionTime: Math.ceil(milliseconds), responseSize: 0 } };
    const size = Buffer.byteLength(JSON.stringify(made.rows));
    made.metadata.responseSize = size;
    report.sql.received += size;
    report.sql.largestReceived = Math.max(report.sql.largestReceived, size);
    if (size > limits.sqlResponse) {
      throw this.#refusal(
        'SQL_EXECUTION_ERROR',
        'sqlResponse',
        `The response has ${size} bytes; the limit is ${limits.sqlResponse}.`,
      );
    }
    return made;
  }

  /** A statement of a test. */
  async query<T>(statement: string, values: unknown[] = []): Promise<T[]> {
    const [rows] = await this.#on(connection => connection.query(statement, values));
    return (Array.isArray(rows) ? rows : [rows]) as T[];
  }

  /** Rows by table, those of migrations left out. */
  async rows(): Promise<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const table of await this.#tables()) {
      if (table !== '__migrations') {
        const [row] = await this.query<{ n: string }>(`SELECT COUNT(*) AS n FROM \`${table}\``);
        counts[table] = Number(row?.n);
      }
    }
    return counts;
  }

  /** Deletes the database. */
  async drop(): Promise<void> {
    await this.#pool.query(`DROP DATABASE IF EXISTS \`${this.name}\``);
    await this.#pool.end();
  }

  #admit(statement: Statement, ddl: boolean, bytes: number): StatementKind {
    const { limits } = this.#given;
    if (bytes > limits.sqlRequest) {
      const message = `The request has ${bytes} bytes; the limit is ${limits.sqlRequest}.`;
      throw this.#refusal('INVALID_SQL_QUERY', 'sqlRequest', message);
    }
    const row = (statement.params ?? []).reduce<number>((sum, value) => sum + Buffer.byteLength(String(value)), 0);
    if (row > limits.sqlRow) {
      throw this.#refusal('SQL_EXECUTION_ERROR', 'sqlRow', `The row is larger than ${limits.sqlRow} bytes.`);
    }
    const kind = judge(statement.query, ddl);
    if (typeof kind !== 'string') {
      throw this.#refusal(kind.code, 'sqlPolicy', kind.message);
    }
    if (ddl && this.#ddlRate.add(1) > limits.ddlPerMinute) {
      const message = `There were more than ${limits.ddlPerMinute} DDL calls in a minute.`;
      throw this.#refusal('SQL_EXECUTION_ERROR', 'ddlPerMinute', message);
    }
    return kind;
  }

  async #run(statement: Statement, milliseconds: number): Promise<{ rows: unknown }> {
    return this.#on(async connection => {
      let late = false;
      const timer = setTimeout(() => {
        late = true;
        connection.destroy();
      }, milliseconds);
      try {
        const params = (statement.params ?? []).map(value => bound(value));
        const [rows, fields] = await connection.execute(statement.query, params);
        if (!Array.isArray(rows)) {
          return { rows: forgeHeader(rows as ResultSetHeader) };
        }
        return { rows: rows.map(row => forgeRow(row as Record<string, unknown>, fields as FieldPacket[])) };
      } catch (error) {
        if (late) {
          throw this.#refusal('QUERY_TIMED_OUT', 'sqlTime', `The query took more than ${milliseconds} ms.`);
        }
        throw sqlFailure(error);
      } finally {
        clearTimeout(timer);
      }
    });
  }

  async #on<T>(use: (connection: PoolConnection) => Promise<T>): Promise<T> {
    const connection = await this.#pool.getConnection();
    try {
      await connection.query(`USE \`${this.name}\``);
      if (this.#given.clock.ahead > 0) {
        await connection.query(`SET TIMESTAMP = ${this.#given.clock.now() / 1000}`);
      }
      return await use(connection);
    } finally {
      connection.release();
    }
  }

  /** Counts what is stored only if what was sent since could have filled it. */
  async #checkStorage(statement: Statement, bytes: number): Promise<void> {
    const { limits } = this.#given;
    if (/^\s*DELETE\b/i.test(statement.query)) {
      return;
    }
    this.#stored += bytes;
    if (this.#stored <= limits.sqlStorage) {
      return;
    }
    this.#stored = (await this.stored()) + bytes;
    if (this.#stored > limits.sqlStorage) {
      this.#stored -= bytes;
      const message = `The database is full: the limit is ${limits.sqlStorage} bytes.`;
      throw this.#refusal('SQL_EXECUTION_ERROR', 'sqlStorage', message);
    }
  }

  /** Bytes of all values. */
  async stored(): Promise<number> {
    let sum = 0;
    for (const table of await this.#tables()) {
      const columns = await this.query<{ name: string }>(
        'SELECT column_name AS name FROM information_schema.columns WHERE table_schema = ? AND table_name = ?',
        [this.name, table],
      );
      const lengths = columns.map(column => `COALESCE(LENGTH(\`${column.name}\`), 0)`).join(' + ');
      const [row] = await this.query<{ n: string | null }>(`SELECT SUM(${lengths}) AS n FROM \`${table}\``);
      sum += Number(row?.n ?? 0);
    }
    return sum;
  }

  async #tables(): Promise<string[]> {
    const found = await this.query<{ name: string }>(
      'SELECT table_name AS name FROM information_schema.tables WHERE table_schema = ? ORDER BY table_name',
      [this.name],
    );
    return found.map(row => row.name);
  }

  #refusal(code: string, limit: string, message: string): SqlRefusal {
    this.#given.touched(limit, message);
    return new SqlRefusal(code, message);
  }
}

/** A parameter as it came in JSON. Objects can't be bound. */
function bound(value: unknown): string | number | boolean | null {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    return value;
  }
  throw new SqlRefusal('INVALID_SQL_QUERY', 'Parameters must be text, numbers, true, false or null.');
}

function sqlFailure(error: unknown): Error {
  if (error instanceof SqlRefusal) {
    return error;
  }
  const { code, errno, sqlState, sqlMessage, message } = error as Record<string, unknown>;
  const debug = { code, errno, sqlState, sqlMessage, message };
  const invalid = code === 'ER_PARSE_ERROR';
  return new SqlRefusal(invalid ? 'INVALID_SQL_QUERY' : 'SQL_EXECUTION_ERROR', String(sqlMessage ?? message), debug);
}
