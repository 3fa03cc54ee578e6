/**
 * Tells Atlassian which accounts data is stored of, and deletes the data of those that were closed. All that is stored of
 * a person is the account id, and the exports of that account.
 */

import { privacy } from '@forge/api';
import { kvs } from '@forge/kvs';
import { REPORTED_EVERY } from '../bounds';
import type { Budget } from '../sdk/budget';
import { errorFacts, log } from '../sdk/log';
import { change, numberOf, select, textOf } from '../store/sql';
import { listed, SHOWN } from '../store/states';

/** Accounts that Atlassian takes at once. */
const SOME = 90;
const KEY = 'privacy:reported';

interface Reported {
  /** When all accounts were last told, and the last one that was if there was no time for more. */
  at: number;
  after: string;
}

/** Once a week, as Atlassian asks for. Goes on the next day where time or Atlassian fails. */
export async function reportAccounts(time: Budget): Promise<void> {
  const last = (await kvs.get<Reported>(KEY)) ?? { at: 0, after: '' };
  if (!last.after && Date.now() - last.at < REPORTED_EVERY) return;
  let { after } = last;
  let reported = 0;
  let closed = 0;
  for (let more = true; more && time.left() > 0; ) {
    const accounts = await nextAccounts(after);
    const gone = await closedOf(accounts);
    if (!gone) break;
    for (const account of gone) {
      await removeAll(account);
    }
    reported += accounts.length;
    closed += gone.length;
    more = accounts.length === SOME;
    after = more ? (accounts.at(-1)?.accountId ?? '') : '';
    await kvs.set<Reported>(KEY, { at: more ? last.at : Date.now(), after });
  }
  log('accounts', { reported, closed });
}

async function nextAccounts(after: string): Promise<{ accountId: string; updatedAt: string }[]> {
  const rows = await select(
    `SELECT account, MAX(created) AS latest FROM exports WHERE account > ? GROUP BY account ORDER BY account LIMIT ${SOME}`,
    after,
  );
  return rows.map(row => ({
    accountId: textOf(row, 'account'),
    updatedAt: new Date(numberOf(row, 'latest')).toISOString(),
  }));
}

/** Those that were closed; undefined if Atlassian doesn't say. */
async function closedOf(accounts: { accountId: string; updatedAt: string }[]): Promise<string[] | undefined> {
  if (accounts.length === 0) return [];
  try {
    const updates = await privacy.reportPersonalData(accounts);
    return updates.filter(({ status }) => status === 'closed').map(({ accountId }) => accountId);
  } catch (error) {
    const status = error instanceof Error ? undefined : (error as { status?: number }).status;
    log('accounts-unreported', { ...errorFacts(error), ...(status ? { status } : {}) });
    return undefined;
  }
}

/** What is removed is deleted by the sweep. Exports under way end when they notice. */
async function removeAll(account: string): Promise<void> {
  await change(
    `UPDATE exports SET state = 'removed', clean = 0, lease = '', lease_until = 0, updated = ?
      WHERE account = ? AND state IN ${listed([...SHOWN, 'keeping'])}`,
    ...[Date.now(), account],
  );
}
