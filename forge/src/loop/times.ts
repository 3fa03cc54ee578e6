/** `2026-03-05T09:12:33.120+01:00` as `2026-03-05T08:12:33Z`, which sorts; empty if it is no moment. */
export function moment(text: string): string {
  const zoned = /^\d{4}-\d{2}-\d{2}$|[Zz]$|[+-]\d{2}:?\d{2}$/.test(text) ? text : `${text}Z`;
  const found = new Date(/^\d{4}-\d{2}-\d{2}/.test(text) ? zoned : Number.NaN);
  return Number.isNaN(found.getTime()) ? '' : found.toISOString().replace(/\.\d+Z$/, 'Z');
}
