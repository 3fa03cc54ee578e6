/** Text as Python compares it, so that the same pages come in the same order everywhere. */

/** Compares by code points, which differs from JavaScript's order beyond U+FFFF. */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i += 1) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (x !== y) return rank(x) - rank(y);
  }
  return a.length - b.length;
}

/** Without regard to case, as Unicode folds it: `Straße` and `STRASSE` are the same. */
export function casefold(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
  if (/^[\x00-\x7f]*$/.test(text)) return text.toLowerCase();
  return Array.from(text, fold).join('');
}

/** How many characters Python counts. */
export function codePoints(text: string): number {
  return text.length - (text.match(/[\ud800-\udbff][\udc00-\udfff]/g)?.length ?? 0);
}

/** A key by which numbers in titles count as numbers: `Part 2` before `Part 10`. */
export function natural(text: string): string[] {
  // Not more digits than there are titles that are one long number.
  return casefold(text).split(/([0-9]{1,18})/);
}

/** Compares keys of `natural`: every second piece is a number. */
export function compareNatural(a: readonly string[], b: readonly string[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i += 1) {
    const [x, y] = [a[i] ?? '', b[i] ?? ''];
    const order = i % 2 ? compareNumbers(x.replace(/^0+/, ''), y.replace(/^0+/, '')) : compareText(x, y);
    if (order) return order;
  }
  return a.length - b.length;
}

function compareNumbers(a: string, b: string): number {
  return a.length - b.length || compareText(a, b);
}

function fold(character: string): string {
  // Dotless i has no pair; the others fold to what their upper case does, but for two final forms.
  if (character === '\u0131') return character;
  return character.toUpperCase().toLowerCase().replaceAll('\u00df', 'ss').replaceAll('\u03c2', '\u03c3');
}

function rank(unit: number): number {
  return unit >= 0xe000 ? unit - 0x800 : unit >= 0xd800 ? unit + 0x2000 : unit;
}
