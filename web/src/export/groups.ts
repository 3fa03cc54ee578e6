/** Options of templates in groups, in the order in which people think of them. */

import type { TemplateOption } from '@xpress/forge/api';

/** Names of the known options by group. Others follow in a group of their own. */
const GROUPS = {
  title: ['title', 'subtitle', 'language'],
  layout: ['paper', 'new_sheet', 'numbering', 'page_details', 'hyphenate'],
  contents: ['cover', 'contents', 'contents_depth', 'list_of_figures', 'list_of_tables', 'index', 'bookmarks'],
  running: ['header', 'footer', 'page_total'],
  marks: ['classification', 'watermark'],
  colours: ['accent', 'cover_color'],
} as const;

export type GroupName = keyof typeof GROUPS | 'more';

export interface Group {
  name: GroupName;
  options: TemplateOption[];
}

/** The groups that a template has anything for. */
export function groupsOf(options: TemplateOption[]): Group[] {
  const groups: Group[] = Object.entries(GROUPS).map(([name, names]) => ({
    name: name as GroupName,
    options: names.flatMap(wanted => options.filter(option => option.name === wanted)),
  }));
  const known: readonly string[] = Object.values(GROUPS).flat();
  groups.push({ name: 'more', options: options.filter(({ name }) => !known.includes(name)) });
  return groups.filter(group => group.options.length > 0);
}
