/** Settings in Forge's key-value store. */

import { kvs } from '@forge/kvs';
import type { Settings } from '../api';
import { DEFAULTS, merge } from './merge';

const SITE = 'settings';

/** The settings of the site. */
export async function siteSettings(): Promise<Settings> {
  return { ...DEFAULTS, ...(await kvs.get<Partial<Settings>>(SITE)) };
}

/** What a space says itself. */
export async function spaceSettings(space: string): Promise<Partial<Settings>> {
  return (await kvs.get<Partial<Settings>>(spaceKey(space))) ?? {};
}

/** The settings that count in a space; without one, those of the site. */
export async function settingsOf(space: string): Promise<Settings> {
  if (!space) return await siteSettings();
  const [site, own] = await Promise.all([siteSettings(), spaceSettings(space)]);
  return merge(site, own);
}

/** Saves settings of the site: those that are named. Or all that a space says itself: what it leaves out is as the site. */
export async function saveSettings(settings: Partial<Settings>, space = ''): Promise<void> {
  if (space) {
    await kvs.set(spaceKey(space), settings);
  } else {
    await kvs.set(SITE, { ...(await kvs.get<Partial<Settings>>(SITE)), ...settings });
  }
}

/**
 * Deletes everything in the key-value store. Queries may still find what was deleted a moment ago, so it looks a few
 * times, and not for ever.
 */
export async function deleteEntries(): Promise<void> {
  for (let round = 0; round < 3; round += 1) {
    let count = 0;
    let cursor: string | undefined;
    do {
      const query = kvs.query().limit(100);
      const { results, nextCursor } = await (cursor ? query.cursor(cursor) : query).getMany();
      for (const { key } of results) {
        await kvs.delete(key);
      }
      count += results.length;
      cursor = results.length > 0 ? nextCursor : undefined;
    } while (cursor);
    if (count === 0) return;
  }
}

/** Keys of spaces hold what keys of the store may not, such as `~`; letters count in either case. */
export function spaceKey(space: string): string {
  const safe = space.toLowerCase().replace(/[^a-z0-9]/g, sign => `_${sign.codePointAt(0)?.toString(16)}_`);
  return `settings:space:${safe}`;
}
