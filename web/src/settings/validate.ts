/** What is wrong with the settings in the form. */

import type { Settings, Template, TemplateOption } from '@xpress/forge/api';
import type { Setting } from '@xpress/forge/loop';
import type { Draft } from './draft';

/** Why a value can't be, as the key of a message, and the values in it. */
export interface FieldError {
  key:
    | 'settings.wrong.number'
    | 'settings.wrong.site'
    | 'settings.wrong.siteDays'
    | 'settings.wrong.noTemplate'
    | 'settings.wrong.default'
    | 'settings.wrong.color'
    | 'settings.wrong.language'
    | 'settings.wrong.choice'
    | 'settings.wrong.long'
    | 'settings.wrong.https'
    | 'settings.wrong.address';
  values?: Record<string, number>;
}

/** Errors by field: `maxPages`, `templates`, `branding.<template>.<option>`. */
export type Errors = Readonly<Record<string, FieldError>>;

/** Least and most of the numbers. Days are 0 for ever. */
export const RANGES: Readonly<Record<'maxPages' | 'maxExports' | 'retentionDays', readonly [number, number]>> = {
  maxPages: [1, 100_000],
  maxExports: [1, 100],
  retentionDays: [0, 3_650],
};

/** Characters of a text option. */
const LONGEST_TEXT = 200;

/**
 * What is wrong in the form. `templates`: those of the renderer; without them – it was not reached – templates and
 * options are not checked. `site`: the site's settings, if the form is of a space.
 */
export function validate(draft: Draft, templates: readonly Template[], site?: Settings): Errors {
  const own = (field: string) => !site || draft.own.some(name => name === field);
  const numbers = (['maxPages', 'maxExports', 'retentionDays'] as const).filter(own);
  const errors: Record<string, FieldError> = {};
  for (const field of numbers) {
    const error = wrongNumber(draft[field], ...RANGES[field]);
    if (error) errors[field] = error;
  }
  if (site)
    Object.assign(
      errors,
      laxer(
        draft,
        site,
        numbers.filter(field => !errors[field]),
      ),
    );
  return templates.length === 0
    ? errors
    : { ...errors, ...wrongTemplates(draft, templates), ...wrongBranding(draft, templates) };
}

/** A space may be stricter than the site, not laxer. */
function laxer(draft: Draft, site: Settings, fields: readonly string[]): Errors {
  const errors: Record<string, FieldError> = {};
  if (fields.includes('maxPages') && Number(draft.maxPages) > site.maxPages) {
    errors.maxPages = { key: 'settings.wrong.site', values: { limit: site.maxPages } };
  }
  // 0 days are for ever.
  const days = Number(draft.retentionDays) || Number.POSITIVE_INFINITY;
  if (fields.includes('retentionDays') && site.retentionDays > 0 && days > site.retentionDays) {
    errors.retentionDays = { key: 'settings.wrong.siteDays', values: { limit: site.retentionDays } };
  }
  return errors;
}

function wrongTemplates(draft: Draft, templates: readonly Template[]): Errors {
  const offered = offers(draft, templates);
  if (offered.length === 0) return { templates: { key: 'settings.wrong.noTemplate' } };
  return offered.includes(draft.defaultTemplate) ? {} : { defaultTemplate: { key: 'settings.wrong.default' } };
}

function wrongBranding({ branding }: Draft, templates: readonly Template[]): Errors {
  const errors: Record<string, FieldError> = {};
  for (const { name, options } of templates) {
    for (const option of options) {
      const value = branding[name]?.[option.name];
      const error = value === undefined ? undefined : wrongOption(option, value);
      if (error) errors[`branding.${name}.${option.name}`] = error;
    }
  }
  return errors;
}

/** Names of the templates that are offered by the form. */
export function offers(draft: Pick<Draft, 'allTemplates' | 'templates'>, templates: readonly Template[]): string[] {
  return templates.map(({ name }) => name).filter(name => draft.allTemplates || draft.templates.includes(name));
}

function wrongNumber(typed: string, minimum: number, maximum: number): FieldError | undefined {
  const good = /^\d{1,6}$/.test(typed.trim()) && Number(typed) >= minimum && Number(typed) <= maximum;
  return good ? undefined : { key: 'settings.wrong.number', values: { minimum, maximum } };
}

/** Why an option can't have a value; the renderer's own rules. */
export function wrongOption(option: TemplateOption, value: Setting): FieldError | undefined {
  const typed = String(value).trim();
  switch (option.type) {
    case 'integer':
      return wrongNumber(typed, option.minimum ?? 0, option.maximum ?? 999);
    case 'color':
      return /^#[0-9a-f]{6}$/i.test(typed) ? undefined : { key: 'settings.wrong.color' };
    case 'language':
      return /^[a-z]{2,3}(-[a-z]{4})?(-[a-z]{2})?$/i.test(typed) ? undefined : { key: 'settings.wrong.language' };
    case 'choice':
      return option.choices?.includes(typed) ? undefined : { key: 'settings.wrong.choice' };
    case 'text':
      return typed.length <= LONGEST_TEXT ? undefined : { key: 'settings.wrong.long', values: { limit: LONGEST_TEXT } };
    default:
      return undefined;
  }
}

/** The renderer's address as it is saved, or why it can't be one: https, a host, nothing secret, no query. */
export function readAddress(typed: string): { address: string } | { error: FieldError } {
  let url: URL;
  try {
    url = new URL(typed.trim());
  } catch {
    return { error: { key: 'settings.wrong.address' } };
  }
  if (url.protocol !== 'https:') return { error: { key: 'settings.wrong.https' } };
  const plain = url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  if (!plain || !url.hostname.includes('.')) return { error: { key: 'settings.wrong.address' } };
  return { address: url.href.replace(/\/+$/, '') };
}
