/** Numbers, sizes, dates and durations as people of a locale write them. */

/** A size in bytes, in kB, MB or GB with at most one decimal: `1.2 MB`. */
export function formatBytes(locale: string, bytes: number): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;
  const power = bytes < 1000 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), units.length - 1);
  const value = bytes / 1000 ** power;
  return new Intl.NumberFormat(locale, {
    style: 'unit',
    unit: units[power] ?? 'byte',
    unitDisplay: power === 0 ? 'long' : 'short',
    maximumFractionDigits: power > 0 && value < 100 ? 1 : 0,
  }).format(value);
}

/** A whole number with the locale's separators. */
export function formatNumber(locale: string, value: number): string {
  return new Intl.NumberFormat(locale).format(value);
}

/** Date and time, in milliseconds since 1970, without seconds: `Mar 5, 2026, 2:05 PM`. */
export function formatDateTime(locale: string, time: number): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' }).format(time);
}

/** A date, in milliseconds since 1970: `Mar 5, 2026`. */
export function formatDate(locale: string, time: number): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium' }).format(time);
}

const STEPS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
];

/** How long ago, or how long until, both in milliseconds since 1970: `5 minutes ago`, `in 3 days`, `now`. */
export function formatRelative(locale: string, time: number, now: number): string {
  const format = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  const distance = time - now;
  for (const [unit, length] of STEPS) {
    if (Math.abs(distance) >= length) return format.format(Math.trunc(distance / length), unit);
  }
  return format.format(0, 'second');
}

/** A span in milliseconds, in whole minutes and seconds: `2 min 5 sec`. */
export function formatDuration(locale: string, milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  const part = (value: number, unit: string) =>
    new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'short' }).format(value);
  const minutes = Math.floor(seconds / 60);
  if (minutes === 0) return part(seconds, 'second');
  return seconds % 60 === 0 ? part(minutes, 'minute') : `${part(minutes, 'minute')} ${part(seconds % 60, 'second')}`;
}

/** Words in a row: `A, B and C`. */
export function formatList(locale: string, words: string[]): string {
  return new Intl.ListFormat(locale).format(words);
}
