/** Where in Confluence the interface was opened, from what the bridge tells. */

import type { Context, Place } from '../host';

/** Keys of the modules in the manifest. */
const MODULES: Record<string, Place> = {
  'xpress-page-action': 'page-action',
  'xpress-byline': 'byline',
  'xpress-space': 'space',
  'xpress-global': 'global',
  'xpress-site-settings': 'site-settings',
  'xpress-space-settings': 'space-settings',
};

/** The module of a place. */
export function moduleOf(place: Place): string {
  return Object.entries(MODULES).find(([, other]) => other === place)?.[0] ?? '';
}

/** What is read of the bridge's context. The extension differs from module to module. */
export interface BridgeContext {
  moduleKey: string;
  locale: string;
  extension: Record<string, unknown>;
}

/** The context, with names where the bridge tells them: else they are empty. */
export function contextOf({ moduleKey, locale, extension }: BridgeContext): Context {
  const space = fields(extension.space);
  const content = fields(extension.content);
  const page = textOf(content.id);
  return {
    place: MODULES[moduleKey] ?? 'global',
    locale,
    space: { key: textOf(space.key), name: textOf(space.name) },
    ...(page && { page: { id: page, title: textOf(content.title) } }),
  };
}

function fields(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
