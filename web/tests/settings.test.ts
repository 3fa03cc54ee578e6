import type { Settings, Template, TemplateOption } from '@xpress/forge/api';
import { describe, expect, it } from 'vitest';
import { merge } from '../../forge/src/settings/merge';
import {
  changedSettings,
  changes,
  type Draft,
  type DraftAction,
  modeOf,
  reduceDraft,
  siteDraft,
  spaceDraft,
  toSite,
  toSpace,
} from '../src/settings/draft';
import { readAddress, validate, wrongOption } from '../src/settings/validate';

const option = (name: string, type: string, values: Partial<TemplateOption> = {}): TemplateOption => ({
  name,
  type,
  default: '',
  help: '',
  ...values,
});
const classification = option('classification', 'text');
const accent = option('accent', 'color', { default: '#0C66E4' });
const depth = option('contents_depth', 'integer', { default: 3, minimum: 1, maximum: 9 });
const cover = option('cover', 'choice', { default: 'auto', choices: ['auto', 'true', 'false'] });
const template = (name: string, ...options: TemplateOption[]): Template => ({
  name,
  description: '',
  digest: '',
  options,
});
const TEMPLATES = [template('default', classification, accent, depth, cover), template('letter', classification)];

const SITE: Settings = {
  templates: [],
  defaultTemplate: 'default',
  branding: { default: { classification: 'Internal' } },
  locked: ['classification'],
  maxPages: 500,
  maxExports: 3,
  retentionDays: 90,
  objectStore: false,
  enabled: true,
};

const after = (draft: Draft, ...actions: DraftAction[]) => actions.reduce(reduceDraft, draft);
const mode = (name: string, chosen: 'user' | 'preset' | 'fixed', by: TemplateOption): DraftAction => ({
  type: 'mode',
  template: name,
  option: by,
  mode: chosen,
});

describe('the form of the site', () => {
  it('gives back what it was made of, and then has nothing to save', () => {
    const draft = siteDraft(SITE);
    expect(toSite(draft, TEMPLATES)).toEqual(SITE);
    expect(changes(draft, siteDraft(SITE))).toEqual([]);
  });

  it('saves only what is different', () => {
    const draft = after(siteDraft(SITE), { type: 'set', values: { maxPages: ' 200', objectStore: true } });
    expect(changes(siteDraft(SITE), draft)).toEqual(['maxPages', 'objectStore']);
    expect(changedSettings(SITE, toSite(draft, TEMPLATES))).toEqual({ maxPages: 200, objectStore: true });
  });

  it('counts an option once, whether its value, its mode or both change', () => {
    const before = siteDraft(SITE);
    expect(changes(before, after(before, mode('default', 'preset', classification)))).toHaveLength(1);
    expect(changes(before, after(before, mode('default', 'user', classification)))).toHaveLength(1);
    expect(changes(before, after(before, mode('default', 'fixed', accent)))).toHaveLength(1);
  });

  it('begins a preset with the value that the template has', () => {
    const draft = after(siteDraft(SITE), mode('default', 'preset', accent));
    expect(toSite(draft, TEMPLATES).branding.default?.accent).toBe('#0C66E4');
    expect(toSite(draft, TEMPLATES).locked).toEqual(['classification']);
  });

  it('leaves nothing of an option that is given back to users', () => {
    const draft = after(siteDraft(SITE), mode('default', 'user', classification));
    expect(toSite(draft, TEMPLATES)).toMatchObject({ branding: {}, locked: [] });
  });

  it('tells that an option fixed in one template is fixed in all', () => {
    expect(modeOf(siteDraft(SITE), 'letter', 'classification')).toBe('fixed');
    expect(modeOf(siteDraft(SITE), 'default', 'accent')).toBe('user');
  });

  it('saves numbers as numbers and colours in capitals', () => {
    const draft = after(
      siteDraft(SITE),
      mode('default', 'preset', depth),
      { type: 'value', template: 'default', option: 'contents_depth', value: '4' },
      mode('default', 'preset', accent),
      { type: 'value', template: 'default', option: 'accent', value: '#abcdef' },
    );
    expect(toSite(draft, TEMPLATES).branding.default).toMatchObject({ contents_depth: 4, accent: '#ABCDEF' });
  });

  it('keeps presets of templates that the renderer does not tell of just now', () => {
    expect(toSite(siteDraft(SITE), []).branding).toEqual(SITE.branding);
  });

  it('offers templates in the order of the renderer', () => {
    const all = ['default', 'letter'];
    const draft = after(
      siteDraft(SITE),
      { type: 'set', values: { allTemplates: false, templates: [] } },
      { type: 'offer', template: 'letter', on: true, all },
      { type: 'offer', template: 'default', on: true, all },
    );
    expect(toSite(draft, TEMPLATES).templates).toEqual(['default', 'letter']);
  });
});

describe('the form of a space', () => {
  it('saves nothing as long as all is as the site has it', () => {
    expect(toSpace(spaceDraft(SITE, {}), TEMPLATES)).toEqual({});
  });

  it('saves its own values, also those that equal the site’s', () => {
    const draft = after(spaceDraft(SITE, {}), { type: 'own', field: 'retentionDays', own: true, site: SITE });
    expect(toSpace(draft, TEMPLATES)).toEqual({ retentionDays: 90 });
    expect(changes(spaceDraft(SITE, {}), draft)).toEqual(['retentionDays']);
  });

  it('takes the site’s value again', () => {
    const own = { retentionDays: 30, templates: ['letter'] };
    const draft = after(
      spaceDraft(SITE, own),
      { type: 'own', field: 'retentionDays', own: false, site: SITE },
      { type: 'own', field: 'templates', own: false, site: SITE },
    );
    expect(toSpace(draft, TEMPLATES)).toEqual({});
    expect(draft).toMatchObject({ retentionDays: '90', allTemplates: true });
  });

  it('has presets of its own, without those of the site', () => {
    const draft = after(spaceDraft(SITE, {}), mode('default', 'preset', accent));
    expect(toSpace(draft, TEMPLATES)).toEqual({ branding: { default: { accent: '#0C66E4' } } });
  });

  it('means the same as the functions, which count both together', () => {
    const draft = after(
      spaceDraft(SITE, {}),
      mode('default', 'fixed', accent),
      { type: 'own', field: 'maxPages', own: true, site: SITE },
      { type: 'set', values: { maxPages: '100' } },
    );
    expect(merge(SITE, toSpace(draft, TEMPLATES))).toMatchObject({
      branding: { default: { classification: 'Internal', accent: '#0C66E4' } },
      locked: ['classification', 'accent'],
      maxPages: 100,
      retentionDays: 90,
    });
  });

  it('can’t be laxer than the site: the functions would not let it', () => {
    const laxer = { maxPages: 501, retentionDays: 0 };
    expect(validate(spaceDraft(SITE, laxer), TEMPLATES, SITE)).toEqual({
      maxPages: { key: 'settings.wrong.site', values: { limit: 500 } },
      retentionDays: { key: 'settings.wrong.siteDays', values: { limit: 90 } },
    });
    expect(merge(SITE, laxer)).toMatchObject({ maxPages: 500, retentionDays: 90 });
    expect(validate(spaceDraft({ ...SITE, retentionDays: 0 }, { retentionDays: 0 }), TEMPLATES, SITE)).not.toEqual({});
    expect(validate(spaceDraft(SITE, { maxPages: 500, retentionDays: 90 }), TEMPLATES, SITE)).toEqual({});
  });
});

describe('what is wrong', () => {
  const wrong = (values: Partial<Draft>) => validate({ ...siteDraft(SITE), ...values }, TEMPLATES);

  it('finds nothing in what is saved', () => {
    expect(validate(siteDraft(SITE), TEMPLATES)).toEqual({});
  });

  it.each(['', '0', '-3', '1.5', 'abc', '1e3', '100001'])('refuses %j pages', maxPages => {
    expect(wrong({ maxPages })).toHaveProperty('maxPages');
  });

  it('takes 0 days, which are for ever', () => {
    expect(wrong({ retentionDays: '0' })).toEqual({});
    expect(wrong({ retentionDays: '3651' })).toHaveProperty('retentionDays');
  });

  it('wants a template, and the default among those offered', () => {
    expect(wrong({ allTemplates: false, templates: [] })).toHaveProperty('templates');
    expect(wrong({ allTemplates: false, templates: ['letter'] })).toHaveProperty('defaultTemplate');
    expect(wrong({ allTemplates: false, templates: ['letter'], defaultTemplate: 'letter' })).toEqual({});
  });

  it('does not judge templates while the renderer is not reached', () => {
    expect(validate({ ...siteDraft(SITE), allTemplates: false, templates: ['gone'] }, [])).toEqual({});
  });

  it('looks at presets in all templates', () => {
    const branding = {
      default: { accent: 'red', contents_depth: '12', cover: 'maybe' },
      letter: { classification: 'x'.repeat(201) },
    };
    expect(Object.keys(wrong({ branding })).sort()).toEqual([
      'branding.default.accent',
      'branding.default.contents_depth',
      'branding.default.cover',
      'branding.letter.classification',
    ]);
  });

  it('knows languages as the renderer does', () => {
    const language = option('language', 'language');
    for (const good of ['en', 'pt-BR', 'zh-Hant', 'zh-Hant-TW']) expect(wrongOption(language, good)).toBeUndefined();
    for (const bad of ['', 'english', 'e', 'de_DE', 'de-1996']) expect(wrongOption(language, bad)).toBeDefined();
  });
});

describe('the renderer’s address', () => {
  it('is saved without blanks and slashes at its end', () => {
    expect(readAddress(' https://render.example.com/ ')).toEqual({ address: 'https://render.example.com' });
    expect(readAddress('https://example.com:8443/pdf/')).toEqual({ address: 'https://example.com:8443/pdf' });
  });

  it.each([
    ['http://render.example.com', 'settings.wrong.https'],
    ['javascript:alert(1)', 'settings.wrong.https'],
    ['render.example.com', 'settings.wrong.address'],
    ['', 'settings.wrong.address'],
    ['https://user:secret@render.example.com', 'settings.wrong.address'],
    ['https://render.example.com/?key=1', 'settings.wrong.address'],
    ['https://localhost', 'settings.wrong.address'],
  ])('is not %j', (typed, key) => {
    expect(readAddress(typed)).toEqual({ error: { key } });
  });
});
