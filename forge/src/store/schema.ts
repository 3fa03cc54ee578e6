/** The tables, and how they come to be. What is changed later becomes a migration of its own at the end. */

import { migrationRunner } from '@forge/sql';

// Ids and names are compared byte by byte. Neither foreign keys nor AUTO_INCREMENT: TiDB.
const TEXT = 'DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin';

export const TABLES = ['chunks', 'blobs', 'parts', 'volumes', 'exports'] as const;

const MIGRATIONS: readonly (readonly [name: string, statement: string])[] = [
  [
    'v001_exports',
    `CREATE TABLE IF NOT EXISTS exports (
      id VARCHAR(36) NOT NULL PRIMARY KEY,
      account VARCHAR(128) NOT NULL,
      state VARCHAR(16) NOT NULL,
      space VARCHAR(255) NOT NULL,
      page VARCHAR(32) NOT NULL,
      title VARCHAR(1000) NOT NULL,
      template VARCHAR(100) NOT NULL,
      wish MEDIUMTEXT NOT NULL,
      done INT NOT NULL DEFAULT 0,
      total INT NOT NULL DEFAULT 0,
      created BIGINT NOT NULL,
      updated BIGINT NOT NULL,
      expires BIGINT NOT NULL DEFAULT 0,
      bytes BIGINT NOT NULL DEFAULT 0,
      sheets INT NOT NULL DEFAULT 0,
      lost INT NOT NULL DEFAULT 0,
      losses MEDIUMTEXT NOT NULL,
      files MEDIUMTEXT NOT NULL,
      problem MEDIUMTEXT NOT NULL,
      outline VARCHAR(64) NOT NULL DEFAULT '',
      ranges MEDIUMTEXT NOT NULL,
      generation INT NOT NULL DEFAULT 0,
      parts INT NOT NULL DEFAULT 0,
      pushed INT NOT NULL DEFAULT 0,
      failures INT NOT NULL DEFAULT 0,
      sweeps INT NOT NULL DEFAULT 0,
      lease VARCHAR(36) NOT NULL DEFAULT '',
      lease_until BIGINT NOT NULL DEFAULT 0,
      clean TINYINT NOT NULL DEFAULT 0,
      KEY exports_account (account, created),
      KEY exports_state (state, updated),
      KEY exports_expires (expires)
    ) ${TEXT}`,
  ],
  [
    'v001_parts',
    `CREATE TABLE IF NOT EXISTS parts (
      export_id VARCHAR(36) NOT NULL,
      number INT NOT NULL,
      volume INT NOT NULL,
      start_page INT NOT NULL,
      stop_page INT NOT NULL,
      sizes MEDIUMTEXT NOT NULL,
      input VARCHAR(64) NOT NULL,
      state VARCHAR(16) NOT NULL,
      made MEDIUMTEXT NOT NULL,
      bytes BIGINT NOT NULL DEFAULT 0,
      pieces INT NOT NULL DEFAULT 1,
      failures INT NOT NULL DEFAULT 0,
      lease VARCHAR(36) NOT NULL DEFAULT '',
      lease_until BIGINT NOT NULL DEFAULT 0,
      PRIMARY KEY (export_id, number)
    ) ${TEXT}`,
  ],
  [
    'v001_volumes',
    `CREATE TABLE IF NOT EXISTS volumes (
      export_id VARCHAR(36) NOT NULL,
      number INT NOT NULL,
      files MEDIUMTEXT NOT NULL,
      sheets INT NOT NULL,
      lost INT NOT NULL,
      losses MEDIUMTEXT NOT NULL,
      PRIMARY KEY (export_id, number)
    ) ${TEXT}`,
  ],
  [
    'v001_blobs',
    `CREATE TABLE IF NOT EXISTS blobs (
      export_id VARCHAR(36) NOT NULL,
      name VARCHAR(64) NOT NULL,
      place VARCHAR(8) NOT NULL,
      bytes BIGINT NOT NULL,
      created BIGINT NOT NULL,
      PRIMARY KEY (export_id, name)
    ) ${TEXT}`,
  ],
  [
    'v001_chunks',
    `CREATE TABLE IF NOT EXISTS chunks (
      export_id VARCHAR(36) NOT NULL,
      name VARCHAR(64) NOT NULL,
      number INT NOT NULL,
      data MEDIUMTEXT NOT NULL,
      PRIMARY KEY (export_id, name, number),
      KEY chunks_name (name, export_id)
    ) ${TEXT}`,
  ],
];

/** Makes what is missing; gives the names of what was made. Harmless if done by several at once. */
export async function migrateTables(): Promise<string[]> {
  for (const [name, statement] of MIGRATIONS) {
    migrationRunner.enqueue(name, statement);
  }
  return await migrationRunner.run();
}
