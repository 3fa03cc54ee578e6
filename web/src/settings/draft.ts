/** The settings as they stand in the form: what is typed, before it is checked and saved. */

import type { Settings, Template, TemplateOption } from '@xpress/forge/api';
import type { Setting } from '@xpress/forge/loop';

/** Settings that a space may have of its own; the others are those of the site. */
export const SPACE_FIELDS = ['enabled', 'templates', 'defaultTemplate', 'maxPages', 'retentionDays'] as const;
export type SpaceField = (typeof SPACE_FIELDS)[number];

/** Who decides on an option of a template: the user; the user, from this value on; nobody but this setting. */
export type Mode = 'user' | 'preset' | 'fixed';

export interface Draft {
  /** Of a space: which fields have a value of their own. Of the site: all. */
  own: readonly SpaceField[];
  enabled: boolean;
  /** Whether all templates are offered, also those to come, or those of `templates`. */
  allTemplates: boolean;
  templates: readonly string[];
  defaultTemplate: string;
  /** Template → option → value. Whole numbers are as they were typed. */
  branding: Readonly<Record<string, Readonly<Record<string, Setting>>>>;
  /** Options that users may not change, by name, in whichever template they are. */
  locked: readonly string[];
  maxPages: string;
  maxExports: string;
  retentionDays: string;
  objectStore: boolean;
}

/** The form for the site's settings. */
export function siteDraft(site: Settings): Draft {
  return { ...values(site), own: SPACE_FIELDS };
}

/** The form for a space's settings. Fields without a value of their own begin with the site's. */
export function spaceDraft(site: Settings, space: Partial<Settings>): Draft {
  return {
    ...values({ ...site, ...space, branding: space.branding ?? {}, locked: space.locked ?? [] }),
    own: SPACE_FIELDS.filter(field => space[field] !== undefined),
  };
}

function values(settings: Settings): Omit<Draft, 'own'> {
  return {
    enabled: settings.enabled,
    allTemplates: settings.templates.length === 0,
    templates: settings.templates,
    defaultTemplate: settings.defaultTemplate,
    branding: settings.branding,
    locked: settings.locked,
    maxPages: String(settings.maxPages),
    maxExports: String(settings.maxExports),
    retentionDays: String(settings.retentionDays),
    objectStore: settings.objectStore,
  };
}

/** The site's settings of a form without errors. */
export function toSite(draft: Draft, templates: readonly Template[]): Settings {
  return {
    enabled: draft.enabled,
    templates: draft.allTemplates ? [] : [...draft.templates],
    defaultTemplate: draft.defaultTemplate,
    ...toBranding(draft, templates),
    maxPages: Number(draft.maxPages),
    maxExports: Number(draft.maxExports),
    retentionDays: Number(draft.retentionDays),
    objectStore: draft.objectStore,
  };
}

/** What of the site's settings is not as it was: only that is saved, so that it does not undo what others save. */
export function changedSettings(before: Settings, after: Settings): Partial<Settings> {
  const names = Object.keys(after) as (keyof Settings)[];
  const changed = names.filter(name => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
  return Object.fromEntries(changed.map(name => [name, after[name]]));
}

/** A space's own settings of a form without errors: only what differs from the site by choice. */
export function toSpace(draft: Draft, templates: readonly Template[]): Partial<Settings> {
  const all = toSite(draft, templates);
  const own: Partial<Settings> = Object.fromEntries(draft.own.map(field => [field, all[field]]));
  if (Object.keys(all.branding).length > 0) own.branding = all.branding;
  if (all.locked.length > 0) own.locked = all.locked;
  return own;
}

function toBranding(
  { branding, locked }: Draft,
  templates: readonly Template[],
): Pick<Settings, 'branding' | 'locked'> {
  const entries = Object.entries(branding)
    .map(([name, options]) => {
      const known = new Map(
        templates.find(template => template.name === name)?.options.map(option => [option.name, option]),
      );
      const typed = Object.entries(options).map(([option, value]) => [option, settingOf(known.get(option), value)]);
      return [name, Object.fromEntries(typed)] as const;
    })
    .filter(([, options]) => Object.keys(options).length > 0);
  return { branding: Object.fromEntries(entries), locked: [...locked] };
}

function settingOf(option: TemplateOption | undefined, value: Setting): Setting {
  if (typeof value !== 'string') return value;
  if (option?.type === 'integer') return Number(value);
  if (option?.type === 'color') return value.toUpperCase();
  return value.trim();
}

export type DraftAction =
  | { type: 'set'; values: Partial<Omit<Draft, 'own' | 'branding' | 'locked'>> }
  /** Gives a space's field a value of its own, or takes the site's. */
  | { type: 'own'; field: SpaceField; own: boolean; site: Settings }
  | { type: 'offer'; template: string; on: boolean; all: readonly string[] }
  | { type: 'mode'; template: string; option: TemplateOption; mode: Mode }
  | { type: 'value'; template: string; option: string; value: Setting }
  | { type: 'reset'; draft: Draft };

/** The form after an action. */
export function reduceDraft(draft: Draft, action: DraftAction): Draft {
  switch (action.type) {
    case 'set':
      return { ...draft, ...action.values };
    case 'own':
      return withOwn(draft, action);
    case 'offer': {
      const offered = new Set(draft.templates);
      if (action.on) offered.add(action.template);
      else offered.delete(action.template);
      // In the renderer's order, without those that it has no longer.
      return { ...draft, templates: action.all.filter(name => offered.has(name)) };
    }
    case 'mode':
      return withMode(draft, action);
    case 'value':
      return withValue(draft, action.template, action.option, action.value);
    case 'reset':
      return action.draft;
  }
}

function withOwn(draft: Draft, { field, own, site }: Extract<DraftAction, { type: 'own' }>): Draft {
  const fields = SPACE_FIELDS.filter(name => (name === field ? own : draft.own.includes(name)));
  if (own) return { ...draft, own: fields };
  const back = values(site);
  const undone =
    field === 'templates' ? { templates: back.templates, allTemplates: back.allTemplates } : { [field]: back[field] };
  return { ...draft, ...undone, own: fields };
}

function withMode(draft: Draft, { template, option, mode }: Extract<DraftAction, { type: 'mode' }>): Draft {
  const locked = draft.locked.filter(name => name !== option.name);
  const value = draft.branding[template]?.[option.name] ?? option.default;
  const next = withValue(draft, template, option.name, mode === 'user' ? undefined : value);
  return { ...next, locked: mode === 'fixed' ? [...locked, option.name] : locked };
}

function withValue(draft: Draft, template: string, option: string, value: Setting | undefined): Draft {
  const { [option]: _, ...others } = draft.branding[template] ?? {};
  const options = value === undefined ? others : { ...others, [option]: value };
  const { [template]: __, ...rest } = draft.branding;
  return { ...draft, branding: Object.keys(options).length > 0 ? { ...rest, [template]: options } : rest };
}

/** Who decides on an option, by the form. */
export function modeOf(draft: Pick<Draft, 'branding' | 'locked'>, template: string, option: string): Mode {
  if (draft.locked.includes(option)) return 'fixed';
  return draft.branding[template]?.[option] === undefined ? 'user' : 'preset';
}

/** Names of the fields that differ, `branding.<template>.<option>` for each option. Empty: nothing to save. */
export function changes(before: Draft, after: Draft): string[] {
  const [old, now] = [flat(before), flat(after)];
  return [...new Set([...old.keys(), ...now.keys()])].filter(name => old.get(name) !== now.get(name));
}

/** Each field as one text that tells all of it, so that a change counts once. */
function flat(draft: Draft): Map<string, string> {
  const { branding, locked, own } = draft;
  const offered = draft.allTemplates ? '*' : JSON.stringify([...draft.templates].sort());
  const plain = ['enabled', 'defaultTemplate', 'maxPages', 'maxExports', 'retentionDays', 'objectStore'] as const;
  const all: [string, string][] = [
    ['templates', offered],
    ...plain.map(name => [name, String(draft[name])] as [string, string]),
  ];
  const inherited = (name: string) => SPACE_FIELDS.some(field => field === name && !own.includes(field));
  const options = Object.entries(branding).flatMap(([template, values]) =>
    Object.entries(values).map(([option, value]): [string, string] => [
      `branding.${template}.${option}`,
      `${value}${locked.includes(option) ? ' (fixed)' : ''}`,
    ]),
  );
  const set = new Set(Object.values(branding).flatMap(values => Object.keys(values)));
  const bare = locked.filter(option => !set.has(option)).map((option): [string, string] => [`locked.${option}`, '']);
  return new Map([
    ...all.map(([name, value]): [string, string] => [name, inherited(name) ? '' : value]),
    ...options,
    ...bare,
  ]);
}
