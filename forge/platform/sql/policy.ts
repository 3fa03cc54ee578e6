/**
 * Which statements Forge SQL takes. MariaDB answers here, TiDB there; where they differ, what only MariaDB takes is
 * refused, or noted below.
 *
 * | Subject                          | TiDB on Forge                        | here                                      |
 * | -------------------------------- | ------------------------------------ | ----------------------------------------- |
 * | foreign keys                     | off                                  | refused                                   |
 * | AUTO_INCREMENT                   | taken, but makes hot spots           | refused, except in `__migrations`         |
 * | AUTO_RANDOM, shard row ids       | taken                                | MariaDB fails: use UUIDs                  |
 * | FULLTEXT, SPATIAL, geometry      | missing                              | refused                                   |
 * | procedures, triggers, events     | missing                              | refused                                   |
 * | user variables, SET, USE         | refused                              | refused                                   |
 * | transactions over calls, locks   | refused: a call is a transaction     | refused, and FOR UPDATE, which is useless |
 * | GET_LOCK, SLEEP, AES, SHA2 …     | audited                              | refused                                   |
 * | RETURNING, CREATE OR REPLACE …   | missing                              | refused                                   |
 * | JSON_TABLE, LATERAL              | missing                              | refused                                   |
 * | defaults of TEXT, BLOB and JSON  | refused                              | refused                                   |
 * | CHECK                            | read, and not enforced               | enforced: rely on it in neither           |
 * | collation                        | utf8mb4_bin by default               | the same, set for the server              |
 * | sql_mode                         | strict, ONLY_FULL_GROUP_BY           | the same; MariaDB knows no dependencies   |
 * | isolation                        | snapshot; write conflicts may fail   | InnoDB: waits, deadlocks may fail         |
 * | several changes in ALTER TABLE   | some can't be combined               | taken: change one thing a statement       |
 * | order without ORDER BY           | any                                  | mostly by primary key: rely on none       |
 * | affected rows of UPDATE          | not documented: found or changed     | `DatabaseOptions.foundRows`               |
 * | BLOB in answers                  | not documented                       | refused: keep base64 in text              |
 */

/** Why a statement isn't taken: Forge's code, and a message. */
export interface Objection {
  code: 'INVALID_SQL_QUERY' | 'SQL_POLICY_VIOLATION';
  message: string;
}

const READS = new Set(['SELECT', 'WITH', 'SHOW', 'DESC', 'DESCRIBE', 'EXPLAIN']);
const WRITES = new Set(['INSERT', 'REPLACE', 'UPDATE', 'DELETE']);
const DDL = new Set(['CREATE', 'ALTER', 'DROP', 'TRUNCATE', 'RENAME']);

const REFUSED: [RegExp, string][] = [
  [/\bFOREIGN\s+KEY\b|\bREFERENCES\b/, 'Foreign keys are not supported.'],
  [
    /\bFULLTEXT\b|\bSPATIAL\b|\bGEOMETRY\b|\bMATCH\s*\([^)]*\)\s*AGAINST\b/,
    'TiDB has no full-text and spatial indexes.',
  ],
  [
    /^(CREATE|ALTER|DROP)\s+(OR\s+REPLACE\s+)?(DEFINER\s*=\s*\S+\s+)?(PROCEDURE|TRIGGER|EVENT|DATABASE|SCHEMA|USER|ROLE|SERVER|SEQUENCE)\b/,
    'Only tables, indexes and views may be made.',
  ],
  [/^(CREATE|DROP|ALTER)\s+(OR\s+REPLACE\s+)?(AGGREGATE\s+)?FUNCTION\b/, 'TiDB has no stored functions.'],
  [
    /^CREATE\s+OR\s+REPLACE\s+TABLE\b|\bRETURNING\b|\bSYSTEM\s+VERSIONING\b|\bPERIOD\s+FOR\b/,
    'Only MariaDB knows this.',
  ],
  [/\bJSON_TABLE\s*\(|\bLATERAL\b|\bROWS\s+EXAMINED\b/, 'TiDB does not know this.'],
  [
    /\bFOR\s+UPDATE\b|\bLOCK\s+IN\s+SHARE\s+MODE\b|\bFOR\s+SHARE\b/,
    'Locks end with the call: there are no transactions over calls.',
  ],
  [/\bGET_LOCK\s*\(|\bRELEASE_LOCK\s*\(|\bSLEEP\s*\(|\bBENCHMARK\s*\(/, 'This function is not allowed.'],
  [/\b(AES_\w+|DES_\w+|SHA2|COMPRESS|UNCOMPRESS|LOAD_FILE)\s*\(/, 'This function is not allowed.'],
  [/\bINTO\s+(OUTFILE|DUMPFILE|@)/, 'Answers can’t go into files or variables.'],
  [/(?<![\w`])@{1,2}\w/, 'Variables are not allowed.'],
  [
    /\b(TINY|MEDIUM|LONG)?(TEXT|BLOB)\b[^,]*\bDEFAULT\s+(?!NULL)|\bJSON\b[^,]*\bDEFAULT\s+(?!NULL)/,
    'TEXT, BLOB and JSON columns can’t have defaults.',
  ],
  [/\bmysql\s*\.|\bperformance_schema\b/i, 'System tables are not allowed.'],
];

export type StatementKind = 'read' | 'write' | 'ddl';

/** What kind of statement it is, or why it isn't taken. `ddl`: it came by the address for DDL, which takes all kinds. */
export function judge(statement: string, ddl: boolean): StatementKind | Objection {
  const bare = withoutText(statement).trim().replace(/;\s*$/, '').trim();
  const upper = bare.toUpperCase();
  const first = /^\(*\s*([A-Z]+)/.exec(upper)?.[1] ?? '';
  if (!first) {
    return { code: 'INVALID_SQL_QUERY', message: 'The statement is empty.' };
  }
  if (bare.includes(';')) {
    return { code: 'SQL_POLICY_VIOLATION', message: 'Only one statement is allowed in a call.' };
  }
  const kind = READS.has(first) ? 'read' : WRITES.has(first) ? 'write' : DDL.has(first) ? 'ddl' : undefined;
  if (!kind) {
    return { code: 'SQL_POLICY_VIOLATION', message: `${first} is not allowed.` };
  }
  const refused = REFUSED.find(([pattern]) => pattern.test(upper));
  if (refused) {
    return { code: 'SQL_POLICY_VIOLATION', message: refused[1] };
  }
  if (/\bAUTO_INCREMENT\b/.test(upper) && !/\b__MIGRATIONS\b/.test(upper)) {
    return { code: 'SQL_POLICY_VIOLATION', message: 'AUTO_INCREMENT makes hot spots in TiDB: use a UUID.' };
  }
  if (kind === 'ddl' && !ddl) {
    return { code: 'INVALID_SQL_QUERY', message: 'DDL must be sent by executeDDL.' };
  }
  return kind;
}

/** A statement without comments, and with nothing in its quotes. */
export function withoutText(statement: string): string {
  const pattern = /'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*"|`(?:[^`]|``)*`|\/\*[\s\S]*?\*\/|(?:--\s|#)[^\n]*/g;
  return statement.replace(pattern, part => {
    if (part.startsWith('`')) {
      return part.slice(1, -1).replace(/[^\w$]/g, '_');
    }
    return part.startsWith("'") || part.startsWith('"') ? "''" : ' ';
  });
}
