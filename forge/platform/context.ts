/** Where a module is open: what the browser knows as the context, and functions get as `extension`. */

import type { Module } from './manifest';
import { ENVIRONMENT } from './runtime';
import type { State } from './state';
import type { Confluence, Place } from './types';

/** A place with nothing left open. */
export interface Opened {
  account: string;
  module: Module & { type: string };
  locale: string;
  theme: 'light' | 'dark';
  extension: Record<string, unknown>;
}

const ON_PAGES = new Set(['confluence:contentAction', 'confluence:contentBylineItem']);
const IN_SPACES = new Set(['confluence:spacePage', 'confluence:spaceSettings']);

/** Fills in what a place leaves open. Error if there is no such module or page. */
export async function opened(state: State, place: Place): Promise<Opened> {
  const { manifest, options } = state;
  const first = manifest.views[0]?.key ?? '';
  const module = manifest.view(place.module ?? first);
  return {
    account: place.account ?? options.confluence.reader.account,
    module,
    locale: place.locale ?? 'en-US',
    theme: place.theme ?? 'light',
    extension: place.extension ?? (await extension(options.confluence, module.type, place)),
  };
}

async function extension(confluence: Confluence, type: string, place: Place): Promise<Record<string, unknown>> {
  const made: Record<string, unknown> = { type, location: `${confluence.url}/` };
  let key = place.space;
  if (ON_PAGES.has(type)) {
    const pages = await confluence.pages(place.space);
    const page = place.page ? pages.find(one => one.id === place.page) : pages.find(one => one.kind === 'page');
    if (!page) {
      throw new Error(`There is no page ${place.page ?? ''}.`);
    }
    key = page.space;
    made.content = { id: page.id, type: page.kind, subtype: null };
    made.location = `${confluence.url}/spaces/${key}/pages/${page.id}`;
  }
  if (ON_PAGES.has(type) || IN_SPACES.has(type)) {
    const spaces = await confluence.spaces();
    const space = key ? spaces.find(one => one.key === key) : spaces[0];
    if (!space) {
      throw new Error(`There is no space ${key ?? ''}.`);
    }
    made.space = { id: space.id, key: space.key };
  }
  return made;
}

/** What `view.getContext()` gives. */
export function fullContext(state: State, place: Opened): Record<string, unknown> {
  const { confluence } = state.options;
  return {
    ...(place.account ? { accountId: place.account } : {}),
    cloudId: confluence.cloudId,
    environmentId: ENVIRONMENT,
    environmentType: 'DEVELOPMENT',
    localId: `ari:cloud:ecosystem::extension/${state.id}/${place.module.key}`,
    locale: place.locale,
    moduleKey: place.module.key,
    siteUrl: new URL(confluence.url).origin,
    timezone: 'Europe/Berlin',
    theme: themeState(place.theme),
    extension: place.extension,
    permissions: { scopes: state.manifest.scopes, external: state.manifest.external },
  };
}

/** The context that functions get: all but what is for the browser alone. */
export function functionContext(state: State, place: Opened): Record<string, unknown> {
  const { theme: _, permissions: __, locale: ___, timezone: ____, ...context } = fullContext(state, place);
  return { ...context, accountType: place.account ? 'licensed' : 'anonymous' };
}

/** The state of Atlaskit's themes. */
export function themeState(theme: 'light' | 'dark'): Record<string, string> {
  return {
    colorMode: theme,
    light: 'light',
    dark: 'dark',
    spacing: 'spacing',
    shape: 'shape',
    typography: 'typography',
  };
}
