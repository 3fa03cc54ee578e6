/** The functions of the app, by the names that the manifest gives them. */

import { consume } from './jobs/consumer';
import { makeResolver } from './resolver';
import { budget } from './sdk/budget';
import { errorFacts, log } from './sdk/log';
import { setUp, tearDown } from './tasks/lifecycle';
import { reportAccounts } from './tasks/privacy';
import { applyRetention } from './tasks/retention';
import { sweep } from './tasks/sweep';

/** What the web interface calls. */
export const resolver = makeResolver();

/** Works at exports in the background. */
export const exportConsumer = consume;

/** Every hour: tables that are missing, exports that don't get on, what was left over. */
export async function migrate(): Promise<void> {
  await setUp();
  await attempt('sweep', () => sweep(budget()));
}

/** Every day: what has had its time. Then tells Atlassian of which accounts there is data. */
export async function retention(): Promise<void> {
  await attempt('retention', () => applyRetention(budget(0.7)));
  await attempt('privacy', () => reportAccounts(budget()));
}

/** Installed, or a new major version. */
export async function lifecycle(): Promise<void> {
  await setUp();
}

/** About to be removed: leaves nothing. */
export async function preUninstall(): Promise<void> {
  await attempt('uninstall', () => tearDown(budget()));
}

/** One task that fails doesn't keep the next one from its work. */
async function attempt(task: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    log('task-failed', { task, ...errorFacts(error) });
  }
}
