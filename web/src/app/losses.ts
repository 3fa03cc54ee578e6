/** What was lost in an export, as the interface tells it. */

import type { Loss } from '@xpress/forge/api';

/** The losses of each page, in the order of the document. The page is empty where it is about the whole. */
export function byPage(losses: readonly Loss[]): [page: string, losses: Loss[]][] {
  const pages = new Map<string, Loss[]>();
  for (const loss of losses) pages.set(loss.page, [...(pages.get(loss.page) ?? []), loss]);
  return [...pages];
}

/** The renderer's words as a line of their own: with a capital letter, unless they begin with an address or a name. */
export function lineOf(message: string): string {
  return /^[a-z]+ /.test(message) ? message.charAt(0).toUpperCase() + message.slice(1) : message;
}
