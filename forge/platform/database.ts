/** A MariaDB of our own, in a temporary folder, that nobody reaches but through its socket. It starts empty. */

import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { delimiter, join } from 'node:path';
import { startGuarded, temporaryFolder, whenReady } from './child';
import type { Database } from './types';

export interface DatabaseOptions {
  /** Whether `affectedRows` counts rows that were found, even if nothing of them changed. Forge doesn't say. */
  foundRows?: boolean;
}

// Nothing is to outlast this run, so nothing waits for a disk. Without its own tables the server lacks users, time
// zones and plugins, none of which matters here, and is there in a fraction of a second.
const SETTINGS = [
  '--skip-networking',
  '--skip-grant-tables',
  '--skip-log-bin',
  '--skip-name-resolve',
  '--performance-schema=0',
  '--innodb-buffer-pool-size=64M',
  '--innodb-log-file-size=16M',
  '--innodb-flush-log-at-trx-commit=0',
  '--innodb-flush-method=nosync',
  '--innodb-doublewrite=0',
  '--innodb-fast-shutdown=2',
  '--innodb-data-file-path=ibdata1:4M:autoextend',
  '--innodb-temp-data-file-path=ibtmp1:4M:autoextend',
  '--innodb-undo-tablespaces=0',
  '--innodb-buffer-pool-dump-at-shutdown=0',
  '--innodb-stats-persistent=0',
  '--key-buffer-size=1M',
  '--max-allowed-packet=16M',
  '--character-set-server=utf8mb4',
  '--collation-server=utf8mb4_bin',
  '--default-time-zone=+00:00',
  '--sql-mode=ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION',
];

/** The path of the server; undefined if it isn't installed. */
export function findMariadb(): string | undefined {
  const folders = ['/usr/sbin', '/usr/local/sbin', '/usr/libexec', ...(process.env.PATH ?? '').split(delimiter)];
  return folders.map(folder => join(folder, 'mariadbd')).find(path => existsSync(path));
}

/** Starts a server. Error if there is none, or it doesn't start. */
export async function startDatabase(options: DatabaseOptions = {}): Promise<Database> {
  const program = findMariadb();
  if (!program) {
    throw new Error('MariaDB is missing: install it, on Debian with `apt-get install mariadb-server-core`.');
  }
  const folder = temporaryFolder('db');
  const socket = join(folder, 'socket');
  const own = [
    '--no-defaults',
    `--user=${userInfo().username}`,
    `--datadir=${folder}`,
    `--tmpdir=${folder}`,
    `--socket=${socket}`,
    `--pid-file=${join(folder, 'pid')}`,
  ];
  const child = startGuarded([program, ...own, ...SETTINGS], folder);
  child.process.stdout.resume();
  await whenReady(child, 'MariaDB', () => existsSync(socket));
  return { socket, foundRows: options.foundRows ?? true, stop: () => child.stop() };
}
