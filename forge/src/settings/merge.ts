/** Settings: what they are unless somebody says otherwise, and what those of a space make of those of the site. */

import type { Settings } from '../api';
import type { Options, Setting } from '../loop';

export const DEFAULTS: Readonly<Settings> = {
  templates: [],
  defaultTemplate: 'default',
  branding: {},
  locked: [],
  maxPages: 2000,
  maxExports: 3,
  retentionDays: 30,
  objectStore: false,
  enabled: true,
};

/** What administrators of the site alone decide. */
export const SITE_ONLY = ['maxExports', 'objectStore'] as const satisfies readonly (keyof Settings)[];

/**
 * The settings that count in a space. A space narrows what the site allows, and never widens it: it may offer fewer
 * templates, lock more options, allow fewer pages, keep documents for less time, and switch exports off.
 */
export function merge(site: Settings, space: Partial<Settings> = {}): Settings {
  const templates = narrowed(site.templates, space.templates ?? []);
  const wanted = space.defaultTemplate ?? site.defaultTemplate;
  return {
    templates,
    defaultTemplate: offers({ templates }, wanted) ? wanted : (templates[0] ?? site.defaultTemplate),
    branding: branded(site, space.branding ?? {}),
    locked: [...new Set([...site.locked, ...(space.locked ?? [])])],
    maxPages: Math.min(site.maxPages, space.maxPages ?? site.maxPages),
    maxExports: site.maxExports,
    retentionDays: shorter(site.retentionDays, space.retentionDays ?? site.retentionDays),
    objectStore: site.objectStore,
    enabled: site.enabled && (space.enabled ?? true),
  };
}

/** Whether a template is offered. */
export function offers(settings: Pick<Settings, 'templates'>, template: string): boolean {
  return settings.templates.length === 0 || settings.templates.includes(template);
}

/** Options with what is set for all exports; of a locked option, what the user says does not count. */
export function withBranding(options: Options, settings: Settings): Options {
  const free = Object.entries(options.settings).filter(([name]) => !settings.locked.includes(name));
  return { ...options, settings: { ...settings.branding[options.template], ...Object.fromEntries(free) } };
}

/** When a document that is made now expires; 0: never. */
export function expiry(settings: Settings, now: number): number {
  return settings.retentionDays === 0 ? 0 : now + settings.retentionDays * 86_400_000;
}

/** Templates that both offer, where an empty list means all. If there is none, those of the site. */
function narrowed(site: string[], space: string[]): string[] {
  if (site.length === 0 || space.length === 0) return site.length === 0 ? space : site;
  const both = space.filter(name => site.includes(name));
  return both.length === 0 ? site : both;
}

function branded(site: Settings, space: Settings['branding']): Settings['branding'] {
  const made: Record<string, Record<string, Setting>> = { ...site.branding };
  for (const [template, options] of Object.entries(space)) {
    const free = Object.entries(options).filter(([name]) => !site.locked.includes(name));
    made[template] = { ...made[template], ...Object.fromEntries(free) };
  }
  return made;
}

function shorter(site: number, space: number): number {
  if (site === 0 || space === 0) return site === 0 ? space : site;
  return Math.min(site, space);
}
