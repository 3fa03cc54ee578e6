import * as app from '../app/messages';
import * as problems from '../app/problems';
import * as scopes from '../app/scopeWords';
import * as byline from '../byline/messages';
import * as documents from '../documents/messages';
import * as exporting from '../export/messages';
import * as options from '../export/optionWords';
import * as preview from '../preview/messages';
import * as settings from '../settings/messages';
import * as tree from '../tree/messages';

const rooms = [app, problems, scopes, exporting, options, tree, preview, documents, settings, byline] as const;

type Keys<Room> = Room extends { en: infer Messages } ? keyof Messages & string : never;

/** Keys of all messages, prefixed by their room: `documents.title`. */
export type MessageKey = Keys<(typeof rooms)[number]>;

/** The languages there are. */
export type Language = 'en' | 'de';

/** All messages of a language, in ICU's message format. */
export function messagesIn(language: Language): Record<string, string> {
  return Object.assign({}, ...rooms.map(room => room[language]));
}

/** The language for a locale such as `de-AT`; English where there is none for it. */
export function languageOf(locale: string): Language {
  return locale.toLowerCase().split(/[-_]/)[0] === 'de' ? 'de' : 'en';
}

/** A locale that Intl knows, for dates and numbers in the language of the words. */
export function localeOf(locale: string): string {
  const language = languageOf(locale);
  const tag = locale.replace('_', '-');
  try {
    return tag.toLowerCase().startsWith(language) ? (Intl.getCanonicalLocales(tag)[0] ?? language) : language;
  } catch {
    return language;
  }
}
