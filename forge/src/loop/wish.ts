/** What is to be exported, and how: the words that the web interface, the functions and the loop have in common. */

/** A page with or without all that is below it. */
export interface Pick {
  id: string;
  below?: boolean;
}

/**
 * Which pages, in which order: those of `picks`, or the whole space. Labels narrow it: `labels` keeps pages that have
 * one of them, `excludeLabels` drops a page with all below it, `skipLabels` the page alone.
 */
export interface Selection {
  /** Key of the space. */
  space: string;
  picks?: Pick[];
  /** Ids of pages that are left out of the trees, each with what is below it. */
  without?: string[];
  /** Levels below the top. */
  depth?: number;
  labels?: string[];
  excludeLabels?: string[];
  skipLabels?: string[];
  /** Of a whole space. */
  blogPosts?: boolean;
}

export type Setting = string | number | boolean;
export type Images = 'original' | 'print' | 'screen' | 'small';

/** How it is to look and to be delivered. `split`: empty, `top-level`, `pages=200` or `size=20MB`. */
export interface Options {
  template: string;
  settings: Record<string, Setting>;
  images: Images;
  attachments: boolean;
  manifest: boolean;
  split: string;
}

export interface Wish {
  selection: Selection;
  options: Options;
  /** Time of the export in seconds since 1970, UTC. */
  timestamp: number;
}
