/** Languages that are offered for content; any other that is set stays possible. */

const TAGS = [
  'en',
  'de',
  'fr',
  'es',
  'it',
  'pt',
  'pt-BR',
  'nl',
  'da',
  'sv',
  'nb',
  'fi',
  'pl',
  'cs',
  'sk',
  'hu',
  'ro',
  'bg',
  'hr',
  'sl',
  'el',
  'tr',
  'uk',
  'ru',
  'et',
  'lv',
  'lt',
  'ar',
  'he',
  'hi',
  'ja',
  'ko',
  'zh-Hans',
  'zh-Hant',
  'th',
  'vi',
  'id',
];

/** The name of a language in another one, with a capital: `German`. The tag itself, if nobody knows it. */
export function languageName(tag: string, locale: string): string {
  try {
    const name = new Intl.DisplayNames(locale, { type: 'language' }).of(tag) ?? tag;
    return name.charAt(0).toLocaleUpperCase(locale) + name.slice(1);
  } catch {
    return tag;
  }
}

/** Tags and names by alphabet, with the one that is set. */
export function languages(current: string, locale: string): { value: string; label: string }[] {
  const tags = current && !TAGS.includes(current) ? [...TAGS, current] : TAGS;
  return tags
    .map(value => ({ value, label: languageName(value, locale) }))
    .sort((a, b) => a.label.localeCompare(b.label, locale));
}
