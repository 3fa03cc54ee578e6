import { readFileSync } from 'node:fs';
import type { Settings, Template, TemplateOption } from '@xpress/forge/api';
import { describe, expect, test } from 'vitest';
import { isFixed, newForm, selectionOf, settingOf, splitText, wishOf, withSetting } from '../src/export/form';
import { groupsOf } from '../src/export/groups';
import { languages } from '../src/export/languages';
import * as words from '../src/export/optionWords';
import { offered } from '../src/rules';

const option = (name: string, more: Partial<TemplateOption> = {}): TemplateOption => ({
  name,
  type: 'text',
  default: '',
  help: '',
  ...more,
});
const template: Template = {
  name: 'default',
  description: '',
  digest: '',
  options: [
    option('watermark'),
    option('paper', { type: 'choice', default: 'a4', choices: ['a4', 'a5'] }),
    option('stripe', { type: 'boolean', default: false }),
    option('language', { type: 'language', default: 'en' }),
  ],
};
const settings: Settings = {
  templates: [],
  defaultTemplate: 'default',
  branding: {},
  locked: [],
  maxPages: 100,
  maxExports: 2,
  retentionDays: 30,
  objectStore: false,
  enabled: true,
};

/** Names of the options of the built-in template. */
function builtIn(): string[] {
  const toml = new URL('../../src/confluence_xpress/templates/default/template.toml', import.meta.url);
  const found = readFileSync(toml, 'utf8').matchAll(/^\[options\.([a-z_]+)\]|^name = "([a-z_]+)"/gm);
  return [...found].map(([, table, name]) => table ?? name ?? '').filter(name => name && name !== 'default');
}

describe('options', () => {
  test('every option of the built-in template has a group and words', () => {
    const names = builtIn();
    expect(names.length).toBeGreaterThan(15);
    const groups = groupsOf(names.map(name => option(name)));
    expect(groups.find(({ name }) => name === 'more')).toBeUndefined();
    expect(groups.flatMap(({ options }) => options.map(({ name }) => name)).sort()).toEqual([...names].sort());
    for (const name of names) expect(words.en).toHaveProperty([`option.${name}.label`]);
  });

  test('unknown options are not left out', () => {
    const groups = groupsOf(template.options);
    expect(groups.at(-1)).toMatchObject({ name: 'more', options: [{ name: 'stripe' }] });
    expect(groups.flatMap(group => group.options)).toHaveLength(template.options.length);
  });

  const [watermark, paper] = template.options as [TemplateOption, TemplateOption];

  test('only what differs from the template is sent', () => {
    let form = newForm('page', [template], settings, 'en');
    form = withSetting(form, paper, 'a5', settings);
    form = withSetting(form, watermark, 'Draft', settings);
    form = withSetting(form, paper, 'a4', settings);
    expect(wishOf(form, { space: 'DEV' }, settings, 5_999)).toMatchObject({
      options: { settings: { watermark: 'Draft' } },
      timestamp: 5,
    });
  });

  test('presets are where users begin, also if they go back to the template’s own value', () => {
    const ruled = { ...settings, branding: { default: { watermark: 'Internal' } } };
    const form = newForm('page', [template], ruled, 'en');
    expect(settingOf(watermark, form, ruled)).toBe('Internal');
    expect(wishOf(form, { space: 'DEV' }, ruled, 0).options.settings).toEqual({ watermark: 'Internal' });
    const cleared = withSetting(form, watermark, '', ruled);
    expect(settingOf(watermark, cleared, ruled)).toBe('');
    expect(wishOf(cleared, { space: 'DEV' }, ruled, 0).options.settings).toEqual({ watermark: '' });
    expect(withSetting(cleared, watermark, 'Internal', ruled)).toEqual({ ...form, settings: { default: {} } });
  });

  test('what administrators have fixed can’t be changed', () => {
    const ruled = { ...settings, locked: ['paper', 'watermark'], branding: { default: { watermark: 'Internal' } } };
    let form = withSetting(newForm('page', [template], ruled, 'en'), paper, 'a5', ruled);
    form = withSetting(form, watermark, 'Mine', ruled);
    expect([isFixed(paper, ruled), isFixed(paper, settings)]).toEqual([true, false]);
    expect([settingOf(paper, form, ruled), settingOf(watermark, form, ruled)]).toEqual(['a4', 'Internal']);
    expect(wishOf(form, { space: 'DEV' }, ruled, 0).options.settings).toEqual({ watermark: 'Internal' });
  });

  test('the language of the content starts as that of the interface, or as it is preset', () => {
    expect(newForm('page', [template], settings, 'de').settings).toEqual({ default: { language: 'de' } });
    expect(newForm('page', [template], settings, 'en').settings).toEqual({});
    const ruled = { ...settings, branding: { default: { language: 'fr' } } };
    expect(newForm('page', [template], ruled, 'de').settings).toEqual({});
  });

  test('any language that is set can be shown', () => {
    expect(languages('gsw', 'de').some(({ value }) => value === 'gsw')).toBe(true);
    expect(languages('en', 'de').find(({ value }) => value === 'en')?.label).toBe('Englisch');
  });
});

describe('selection', () => {
  const form = newForm('page', [template], settings, 'en');
  const filter = { labels: ['a'], excludeLabels: ['b'], depth: 2, blogPosts: true };

  test('of each kind', () => {
    expect(selectionOf(form, 'DEV', '1', undefined)).toEqual({ space: 'DEV', picks: [{ id: '1' }] });
    expect(selectionOf({ ...form, what: 'below', filter }, 'DEV', '1', undefined)).toEqual({
      space: 'DEV',
      picks: [{ id: '1', below: true }],
      labels: ['a'],
      excludeLabels: ['b'],
      depth: 2,
    });
    expect(selectionOf({ ...form, what: 'space', filter }, 'DEV', undefined, undefined)).toMatchObject({
      space: 'DEV',
      blogPosts: true,
      depth: 2,
    });
    const chosen = { space: 'DEV', picks: [{ id: '3' }] };
    expect(selectionOf({ ...form, what: 'choose', filter }, 'DEV', '1', chosen)).toEqual({
      ...chosen,
      labels: ['a'],
      excludeLabels: ['b'],
    });
  });

  test('is nothing without a space or a tick', () => {
    expect(selectionOf({ ...form, what: 'space' }, '', undefined, undefined)).toBeUndefined();
    expect(selectionOf({ ...form, what: 'choose' }, 'DEV', '1', undefined)).toBeUndefined();
  });

  test('volumes are said as the renderer reads them', () => {
    const split = { pages: 200, megabytes: 20 };
    expect(splitText({ by: 'none', ...split })).toBe('');
    expect(splitText({ by: 'top-level', ...split })).toBe('top-level');
    expect(splitText({ by: 'pages', ...split })).toBe('pages=200');
    expect(splitText({ by: 'size', ...split })).toBe('size=20MB');
  });

  test('only allowed templates are offered, the usual one first', () => {
    const all = ['a', 'b', 'c'].map(name => ({ ...template, name }));
    const names = offered(all, { ...settings, templates: ['a', 'c'], defaultTemplate: 'c' }).map(({ name }) => name);
    expect(names).toEqual(['c', 'a']);
  });
});
