/** What the user has entered, and the wish that follows from it. */

import type { Settings, Template, TemplateOption } from '@xpress/forge/api';
import type { Images, Selection, Setting, Wish } from '@xpress/forge/loop';

/** The page it was started from, that with all below it, the whole space, or what is ticked in the tree. */
export type What = 'page' | 'below' | 'space' | 'choose';

/** How a document is cut into volumes: not at all, at top-level pages, by sheets or by megabytes. */
export interface Split {
  by: 'none' | 'top-level' | 'pages' | 'size';
  pages: number;
  megabytes: number;
}

export interface Filter {
  labels: string[];
  excludeLabels: string[];
  /** Levels below the top; 0: all. */
  depth: number;
  blogPosts: boolean;
}

export interface Form {
  what: What;
  filter: Filter;
  template: string;
  /** By template: the options that differ from their preset, or else from the template's own value. */
  settings: Record<string, Record<string, Setting>>;
  images: Images;
  attachments: boolean;
  manifest: boolean;
  split: Split;
  background: boolean;
}

export const noFilter: Filter = { labels: [], excludeLabels: [], depth: 0, blogPosts: false };

/** An empty form; `language` of the interface is the best guess for that of the content. */
export function newForm(what: What, templates: Template[], rules: Settings, language: string): Form {
  const settings: Form['settings'] = {};
  for (const { name, options } of templates) {
    const option = options.find(({ type }) => type === 'language');
    const preset = option && rules.branding[name]?.[option.name] !== undefined;
    if (option && !preset && option.default !== language) settings[name] = { [option.name]: language };
  }
  return {
    what,
    filter: noFilter,
    template: templates[0]?.name ?? '',
    settings,
    images: 'print',
    attachments: false,
    manifest: false,
    split: { by: 'none', pages: 200, megabytes: 20 },
    background: false,
  };
}

/** The form with an option of its template set. What is as usual is not kept. */
export function withSetting(form: Form, option: TemplateOption, value: Setting, rules: Settings): Form {
  const { [option.name]: _, ...others } = form.settings[form.template] ?? {};
  const usual = rules.branding[form.template]?.[option.name] ?? option.default;
  const settings = value === usual ? others : { ...others, [option.name]: value };
  return { ...form, settings: { ...form.settings, [form.template]: settings } };
}

/** Whether only administrators may set it. */
export function isFixed(option: TemplateOption, rules: Settings): boolean {
  return rules.locked.includes(option.name);
}

/** The value that an option has: the user's, else the administrator's preset, else the template's. */
export function settingOf(option: TemplateOption, form: Form, rules: Settings): Setting {
  const own = isFixed(option, rules) ? undefined : form.settings[form.template]?.[option.name];
  return own ?? rules.branding[form.template]?.[option.name] ?? option.default;
}

/** How it is said to the renderer: empty, `top-level`, `pages=200` or `size=20MB`. */
export function splitText({ by, pages, megabytes }: Split): string {
  if (by === 'pages') return `pages=${pages}`;
  if (by === 'size') return `size=${megabytes}MB`;
  return by === 'none' ? '' : by;
}

/** The selection of a form; `chosen` is that of the tree. `undefined`: nothing is selected. */
export function selectionOf(
  form: Form,
  space: string,
  page: string | undefined,
  chosen: Selection | undefined,
): Selection | undefined {
  if (!space) return undefined;
  const { labels, excludeLabels, depth, blogPosts } = form.filter;
  const narrowed = {
    ...(labels.length > 0 && { labels }),
    ...(excludeLabels.length > 0 && { excludeLabels }),
    ...(depth > 0 && form.what !== 'choose' && { depth }),
  };
  switch (form.what) {
    case 'page':
      return page ? { space, picks: [{ id: page }] } : undefined;
    case 'below':
      return page ? { space, picks: [{ id: page, below: true }], ...narrowed } : undefined;
    case 'space':
      return { space, ...narrowed, ...(blogPosts && { blogPosts }) };
    case 'choose':
      return chosen && { ...chosen, ...narrowed };
  }
}

/** The wish of a form. `now` in milliseconds since 1970. */
export function wishOf(form: Form, selection: Selection, settings: Settings, now: number): Wish {
  const { template, images, attachments, manifest, split } = form;
  const own = Object.entries(form.settings[template] ?? {}).filter(([name]) => !settings.locked.includes(name));
  return {
    selection,
    options: {
      template,
      settings: { ...settings.branding[template], ...Object.fromEntries(own) },
      images,
      attachments,
      manifest,
      split: splitText(split),
    },
    timestamp: Math.floor(now / 1000),
  };
}
