/** What the fetch loop works with: pages, outlines, parts and documents. All but `MadePart` and `Made` is plain JSON. */

import type { Loss } from '../api';
import type { Options } from './wish';

/** Metadata of a file of a page, as the rendering service takes it. `size` in bytes. */
export interface Attachment {
  title: string;
  media_type?: string;
  file_id?: string;
  size?: number;
  version?: number;
}

export type PageKind = 'page' | 'blogpost' | 'folder' | 'whiteboard' | 'database' | 'embed';

/** Metadata of what stands in the page tree, as the rendering service takes it. Times are ISO 8601, UTC. */
export interface Page {
  id: string;
  title: string;
  space?: string;
  parent?: string | null;
  position?: number;
  kind?: PageKind;
  labels?: string[];
  version?: number;
  created?: string;
  updated?: string;
  author?: string;
  url?: string;
  attachments?: Attachment[];
  status?: 'current' | 'archived' | 'draft';
}

export interface Space {
  key: string;
  name?: string;
  homepage?: string;
  base_url?: string;
}

/** A file of a page: its id in Confluence, and what is known about it. */
export interface FileRecord {
  id: string;
  attachment: Attachment;
}

/** A finding about the site, for the manifest. `page`: its id. */
export interface Diagnostic {
  code: string;
  message: string;
  page?: string;
  hint?: string;
}

/** The pages of a selection, and all that is known about them before any body is read. */
export interface Outline {
  title: string;
  /** Those that are exported, in reading order, parents before their children. */
  pages: Page[];
  spaces: Space[];
  /** The ids that Confluence knows these spaces by, in their order. */
  spaceIds: string[];
  /** Lists of files by page id; a page without files has none. */
  files: Record<string, FileRecord[]>;
  diagnostics: Diagnostic[];
  /** Keys of spaces, in small letters, of which all pages are known. */
  whole: string[];
  /** Whether all children of all pages are known. */
  complete: boolean;
  /** Labels and files are known of the first pages only: good for counting and previews. */
  beginning?: true;
  /** Pages among which was selected and that are not exported. */
  others: Page[];
  /** Ids and parents of all these pages, in the order of the site. */
  tree: { id: string; parent: string | null }[];
}

/** The body of a page, or why there is none. `changed`: the page was edited after the outline was read. */
export type BodyAnswer = ({ body: { format: 'storage'; value: string } } | { unavailable: { reason: string } }) & {
  changed?: boolean;
};

/** What the rendering service takes at most, sizes in bytes, and where it cuts documents into parts. */
export interface Limits {
  /** XPress' own version. */
  version: string;
  /** Pages that are rendered by one request. */
  pages: number;
  /** Pages of a document. */
  namedPages: number;
  requestBytes: number;
  /** The JSON of a request. */
  jsonBytes: number;
  fileBytes: number;
  files: number;
  part: { pages: number; bodyBytes: number };
}

/** One document: what is exported, and how. `name`: what the PDF is called, mostly `fileName(outline.title)`. */
export interface Job {
  outline: Outline;
  options: Options;
  /** Time of the export in seconds since 1970, UTC. */
  timestamp: number;
  name: string;
  limits: Limits;
}

/** Pages `start` to just before `stop` of an outline. `reduced`: 1 their text alone, 2 a notice alone, as of `reason`. */
export interface PartTask {
  start: number;
  stop: number;
  reduced: 0 | 1 | 2;
  reason: string;
}

/** What a part tells the whole document. To be kept with its bytes. */
export interface PartNotes {
  diagnostics: Diagnostic[];
  /** Ids of pages that are not exported, and of which something may be shown. */
  read: string[];
  /** Checksums of pages that have neither a version nor a date. */
  digests: Record<string, string>;
}

/** A typeset part, only good for `assemble`. */
export interface MadePart {
  task: PartTask;
  data: Uint8Array;
  notes: PartNotes;
}

/** How far it is; `done` and `total` count pages. `total` is 0 while unknown. */
export interface LoopProgress {
  stage: 'reading' | 'rendering' | 'assembling';
  done: number;
  total: number;
}

export type Tell = (progress: LoopProgress) => void;

export interface MadeFile {
  name: string;
  mediaType: string;
  bytes: Uint8Array;
  /** SHA-256 in hexadecimal digits. */
  sha256: string;
  /** Sheets of a PDF; 0 for the manifest. */
  sheets: number;
}

/** What is looked at of a manifest, which is the last file of a document. */
export interface Manifest {
  title: string;
  volumes: { file: string; title: string; pages: number; bytes: number; sha256: string }[];
  diagnostics: (Diagnostic & { severity: string; lost: boolean; place?: string })[];
}

/** A finished document: its PDF or volumes, and at last the manifest. */
export interface Made {
  files: MadeFile[];
  manifest: Manifest;
  sheets: number;
  /** How many things were lost, and the first 50 of them. */
  lost: number;
  losses: Loss[];
}

/** A node of the page tree for people who browse. */
export interface BrowseNode {
  id: string;
  title: string;
  kind: PageKind;
  hasChildren: boolean;
  /** Titles above it, from the top, and their ids; of searches only. */
  path?: string[];
  above?: string[];
}
