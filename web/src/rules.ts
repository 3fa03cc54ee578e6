/** What administrators have set, applied to a wish: for exports in the browser. The functions do the same for theirs. */

import type { Settings, Template } from '@xpress/forge/api';
import { type Options, ProblemError } from '@xpress/forge/loop';

/** The options with presets and fixed values. Rejects a template that is not offered. */
export function ruled(options: Options, settings: Settings): Options {
  const { template } = options;
  if (!settings.enabled || !isOffered(template, settings)) throw new ProblemError('not-offered');
  const free = Object.entries(options.settings).filter(([name]) => !settings.locked.includes(name));
  return { ...options, settings: { ...settings.branding[template], ...Object.fromEntries(free) } };
}

/** Whether users may choose the template. */
export function isOffered(template: string, settings: Settings): boolean {
  return settings.templates.length === 0 || settings.templates.includes(template);
}

/** The templates that users may choose, the usual one first. */
export function offered(templates: Template[], settings: Settings): Template[] {
  const allowed = templates.filter(({ name }) => isOffered(name, settings));
  const usual = allowed.filter(({ name }) => name === settings.defaultTemplate);
  return [...usual, ...allowed.filter(template => !usual.includes(template))];
}
