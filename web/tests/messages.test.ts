import { type MessageFormatElement, parse, TYPE } from '@formatjs/icu-messageformat-parser';
import { CALLS } from '@xpress/forge/loop';
import { describe, expect, test } from 'vitest';
import { formatBytes, formatDuration, formatRelative } from '../src/i18n/format';
import { languageOf, localeOf, messagesIn } from '../src/i18n/messages';

/** Names of the places in a message. */
function places(elements: MessageFormatElement[]): string[] {
  return elements.flatMap(element => {
    if (element.type === TYPE.literal || element.type === TYPE.pound) return [];
    if (element.type === TYPE.plural || element.type === TYPE.select) {
      return [element.value, ...Object.values(element.options).flatMap(({ value }) => places(value))];
    }
    return element.type === TYPE.tag ? [element.value, ...places(element.children)] : [element.value];
  });
}

describe('messages', () => {
  const [en, de] = [messagesIn('en'), messagesIn('de')];

  test('both languages say the same things', () => {
    expect(Object.keys(de).sort()).toEqual(Object.keys(en).sort());
  });

  test('all are well-formed, and have the same places in both', () => {
    for (const key of Object.keys(en)) {
      const used = [en, de].map(messages => [...new Set(places(parse(messages[key] ?? '')))].sort().join());
      expect(`${key}: ${used[1]}`).toBe(`${key}: ${used[0]}`);
      expect(de[key]?.trim(), key).not.toBe('');
    }
  });

  test('every scope of the fetch loop is explained, and no other', () => {
    const asked = new Set(Object.values(CALLS).flatMap(({ scope }) => scope));
    const explained = Object.keys(en).filter(key => key.startsWith('scope.'));
    expect(explained.sort()).toEqual([...asked].map(scope => `scope.${scope}`).sort());
  });
});

describe('formats', () => {
  test('sizes', () => {
    expect(formatBytes('en', 999)).toBe('999 bytes');
    expect(formatBytes('en', 1_234_567)).toBe('1.2 MB');
    expect(formatBytes('de', 1_234_567)).toBe('1,2 MB');
    expect(formatBytes('en', 0)).toBe('0 bytes');
  });

  test('times', () => {
    expect(formatRelative('en', 0, 5 * 60_000)).toBe('5 minutes ago');
    expect(formatRelative('de', 3 * 86_400_000, 0)).toBe('in 3 Tagen');
    expect(formatDuration('en', 125_000)).toBe('2 min 5 sec');
  });

  test('locales', () => {
    expect([languageOf('de_AT'), languageOf('fr-FR'), languageOf('en')]).toEqual(['de', 'en', 'en']);
    expect([localeOf('de_AT'), localeOf('fr-FR'), localeOf('en-GB'), localeOf('?')]).toEqual([
      'de-AT',
      'en',
      'en-GB',
      'en',
    ]);
  });
});
