/** Starts exports in the background. */

import { randomUUID } from 'node:crypto';
import type { Answers, Settings } from '../api';
import { type Ports, ProblemError, type Wish } from '../loop';
import { errorFacts, log } from '../sdk/log';
import { pushEvents } from '../sdk/queue';
import { offers, withBranding } from '../settings/merge';
import { settingsOf } from '../settings/stored';
import { checkRoom } from '../store/blobs';
import { countRunning } from '../store/documents';
import { insertExport, RELEASED, update } from '../store/exports';
import { type Caller, readSpace, readTitles } from './access';
import type { Payload } from './payloads';

/** Milliseconds before each attempt to push the first event. */
const PUSH_WAITS = [0, 1000, 3000];

/** Rejects a wish that the settings don't allow, or whose space or page the user doesn't see. */
export async function start(caller: Caller, { wish, page = '' }: Payload<'start'>): Promise<Answers['start']> {
  const { account, ports } = caller;
  const settings = await checkOffered(wish);
  const running = await countRunning(account);
  if (running >= settings.maxExports) throw new ProblemError('too-many-exports', { limit: settings.maxExports });
  const title = await checkAccess(ports, wish, page, settings);
  await checkRoom(1);
  const id = randomUUID();
  const options = withBranding(wish.options, settings);
  await insertExport({ account, page, title, state: 'waiting', wish: { ...wish, options } }, id);
  // Of several that begin at the same moment, the last ones are too many.
  if ((await countRunning(account)) > settings.maxExports) {
    // Nobody knows of it yet: its row goes with the next sweep.
    await update(id, ['waiting'], { state: 'removed', clean: 0, ...RELEASED });
    throw new ProblemError('too-many-exports', { limit: settings.maxExports });
  }
  await wake(account, id);
  return { id };
}

/** Has somebody work at it. Where the queue takes no event, the export waits until the sweep pushes one. */
async function wake(account: string, id: string): Promise<void> {
  for (const wait of PUSH_WAITS) {
    await new Promise(resolve => setTimeout(resolve, wait));
    try {
      return await pushEvents(account, [{ export: id, step: 'plan' }]);
    } catch (error) {
      log('unpushed', { export: id, ...errorFacts(error) });
    }
  }
}

/** The settings that count, if they allow the wish. ProblemError `not-offered`. */
export async function checkOffered({ selection, options }: Wish): Promise<Settings> {
  const settings = await settingsOf(selection.space);
  if (!settings.enabled) throw new ProblemError('not-offered', { space: selection.space });
  if (!offers(settings, options.template)) throw new ProblemError('not-offered', { template: options.template });
  return settings;
}

/** Asks Confluence whether the user sees the space and pages; gives a title until the real one is known. */
async function checkAccess(ports: Ports, { selection }: Wish, page: string, settings: Settings): Promise<string> {
  const picks = selection.picks ?? [];
  if (picks.length > settings.maxPages) {
    throw new ProblemError('too-many-pages', { count: picks.length, limit: settings.maxPages });
  }
  const space = await readSpace(ports, selection.space);
  const ids = picks.map(pick => pick.id);
  const asked = [...new Set([...(page ? [page] : []), ...ids])];
  if (asked.length === 0) return space.name;
  const titles = await readTitles(ports, asked);
  if (page && !titles.has(page)) throw new ProblemError('confluence-gone', { page });
  // Folders and the like have no body, and are read with the outline.
  const single = picks.length === 1 ? titles.get(picks[0]?.id ?? '') : undefined;
  return single ?? space.name;
}
