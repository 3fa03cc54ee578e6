/** When the app is installed, gets a new major version, and is about to be removed. */

import { sql } from '@forge/sql';
import type { Budget } from '../sdk/budget';
import { errorFacts, log } from '../sdk/log';
import { deleteObject } from '../sdk/objects';
import { deleteEntries } from '../settings/stored';
import { objectKey } from '../store/blobs';
import { migrateTables, TABLES } from '../store/schema';
import { isOutdated, type Row, textOf } from '../store/sql';

/** Milliseconds between attempts: the event may come before the app has its permissions. */
const WAITS = [1000, 2000, 4000];

/** Makes tables. What fails is done by the hourly run, or by the first statement that needs them. */
export async function setUp(): Promise<void> {
  for (const wait of [...WAITS, 0]) {
    try {
      const made = await migrateTables();
      log('migrated', { tables: made.length });
      return;
    } catch (error) {
      log('migration-failed', { ...errorFacts(error), again: wait > 0 });
      if (wait > 0) await new Promise(resolve => setTimeout(resolve, wait));
    }
  }
}

/** Deletes everything: objects first, as only the tables know them. Never rejects; called again, it does the rest. */
export async function tearDown(time: Budget): Promise<void> {
  const done = { running: false, objects: false, entries: false, tables: false };
  done.running = await attempt('stop', stopAll);
  done.objects = await attempt('objects', () => deleteObjects(time));
  done.entries = await attempt('entries', deleteEntries);
  // Objects that are left over are only found again by their names.
  if (done.objects) done.tables = await attempt('tables', dropTables);
  log('uninstalled', done);
}

async function attempt(what: string, work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    // Tables that are not there any more are as good as empty.
    if (isOutdated(error)) return true;
    log('uninstall-failed', { what, ...errorFacts(error) });
    return false;
  }
}

/** Whoever works at an export notices. */
async function stopAll(): Promise<void> {
  await sql.executeRaw("UPDATE exports SET state = 'removed', lease = ''");
}

async function deleteObjects(time: Budget): Promise<void> {
  for (;;) {
    const query = "SELECT export_id, name FROM blobs WHERE place = 'object' LIMIT 50";
    const { rows } = await sql.executeRaw<Row>(query);
    if (rows.length === 0) return;
    for (const row of rows) {
      time.claim(0);
      const [id, name] = [textOf(row, 'export_id'), textOf(row, 'name')];
      await deleteObject(objectKey(id, name));
      await sql.prepare('DELETE FROM blobs WHERE export_id = ? AND name = ?').bindParams(id, name).execute();
    }
  }
}

async function dropTables(): Promise<void> {
  for (const table of [...TABLES, '__migrations']) {
    await sql.executeDDL(`DROP TABLE IF EXISTS ${table}`);
  }
}
