/** Macros that Confluence renders: by their ids, or from their storage format, which it does in the background. */

import { SiteFailure } from './failures';
import { record, text } from './json';
import type { Answer } from './needs';
import type { Site } from './site';
import type { Page } from './types';

/** Milliseconds for which a conversion is waited for. */
const PATIENCE = 60_000;
const FIRST_WAIT = 200;
const LONGEST_WAIT = 3_000;

/** A macro of a page as HTML. SiteFailure if Confluence can't render it. */
export async function renderMacro(site: Site, page: Page, macro: string, markup: string): Promise<Answer> {
  if (!macro) return view(await converted(site, markup, page.id));
  const values = { id: page.id, version: page.version ?? 1, macro };
  return view(text(record(await site.json('macro-convert', values)).value));
}

function view(value: string): Answer {
  return { body: { format: 'view', value } };
}

async function converted(site: Site, markup: string, page: string): Promise<string> {
  const params = [
    ['contentIdContext', page],
    ['allowCache', 'true'],
  ] as const;
  const task = text(
    record(await site.json('convert-start', {}, params, { value: markup, representation: 'storage' })).asyncId,
  );
  let wait = FIRST_WAIT;
  for (let waited = 0; waited < PATIENCE; waited += wait) {
    const state = record(await site.json('convert-result', { task }));
    if (state.status === 'FAILED' || (state.status === 'COMPLETED' && typeof state.value !== 'string')) {
      throw new SiteFailure('failed', "Confluence can't render it either", { call: 'convert-result' });
    }
    if (state.status === 'COMPLETED') return text(state.value);
    await site.wait(wait);
    wait = Math.min(LONGEST_WAIT, wait * 2);
  }
  throw new SiteFailure('failed', 'Confluence takes too long', { call: 'convert-result' });
}
