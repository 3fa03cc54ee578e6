/** What the web interface may ask of the app's functions, by name: what is sent, and what comes back. */

import type { Problem } from './loop/problem';
import type { Setting, Wish } from './loop/wish';

/** Answers are a value or a problem: what a function throws never reaches the browser. */
export type Answer<T> = { value: T } | { problem: Problem };

export type State = 'waiting' | 'reading' | 'typesetting' | 'assembling' | 'done' | 'failed' | 'cancelled';

/** A file of a document: a PDF, or its manifest (JSON). Sizes in bytes. */
export interface FileInfo {
  /** From 0; the manifest is the last. */
  index: number;
  name: string;
  mediaType: string;
  bytes: number;
  /** SHA-256 in hexadecimal digits. */
  sha256: string;
  /** Sheets of a PDF. */
  sheets: number;
}

/** An export, running or ended, as its owner sees it. Times in milliseconds since 1970. */
export interface ExportInfo {
  id: string;
  title: string;
  space: string;
  /** The page it was started from; empty for none. */
  page: string;
  template: string;
  state: State;
  /** Pages that are done, of how many; `total` 0 while that is unknown. */
  done: number;
  total: number;
  created: number;
  updated: number;
  /** When it will be deleted; 0: never. */
  expires: number;
  bytes: number;
  sheets: number;
  /** How many things were lost, and the first of them. The manifest has all. */
  lost: number;
  losses: Loss[];
  files: FileInfo[];
  problem?: Problem;
}

/** A finding of the renderer: code, message in English, page id and title if it is about one. */
export interface Loss {
  code: string;
  message: string;
  page: string;
  pageTitle: string;
}

/** Settings of the site, or of a space over those of the site (where `undefined` means: as the site). */
export interface Settings {
  /** Templates offered; empty: all. */
  templates: string[];
  defaultTemplate: string;
  /** Options of templates that are set for all exports, such as a classification: template → option → value. */
  branding: Record<string, Record<string, Setting>>;
  /** Names of options that users may not change. */
  locked: string[];
  /** Confluence pages in one export. */
  maxPages: number;
  /** Exports of one user at once. */
  maxExports: number;
  /** Days for which documents are kept; 0: until they are deleted. */
  retentionDays: number;
  /** Keep documents that do not fit into Forge SQL in the Object Store. */
  objectStore: boolean;
  /** Switches exports off, for a space that must not be exported. */
  enabled: boolean;
}

/** What the interface has to know before it shows anything. */
export interface About {
  version: string;
  /** `browser`: small exports run in the browser; `functions`: all of them run in the background. */
  instant: 'browser' | 'functions';
  /** The key of the remote in the manifest, for the browser's requests. */
  remote: string;
  /** Whether administrators choose the renderer's address. */
  ownRenderer: boolean;
  settings: Settings;
  /** What the user may administer. */
  admin: { site: boolean; space: boolean };
}

export interface Usage {
  /** Bytes of all documents of the installation, those of this user, and the most there may be. */
  used: number;
  mine: number;
  limit: number;
}

export interface Calls {
  about: { space?: string };
  /** Starts an export in the background. `page`: the page it is started from. */
  start: { wish: Wish; page?: string };
  /** The user's exports, newest first. `query` is looked for in titles. */
  exports: { query?: string; page?: string; space?: string; cursor?: string };
  /** Some exports; those that are gone are left out. */
  status: { ids: string[] };
  cancel: { id: string };
  /** Deletes a document, or cancels an export and deletes what there is of it. */
  remove: { id: string };
  /** A piece of a file, from 0. */
  piece: { id: string; file: number; piece: number };
  /** Keeps what the browser has made: announces it, sends its files piece by piece in base64, ends it. */
  keep: { wish: Wish; page?: string; title: string; files: Omit<FileInfo, 'index'>[]; losses: Loss[]; lost: number };
  keepPiece: { id: string; file: number; piece: number; data: string };
  keepEnd: { id: string };
  /** A file of a page, for browsers that don't get it from Confluence whole. At most 3.5 MB. */
  attachment: { path: string };
  /** The first pages as pictures, where the browser can't reach the renderer. */
  preview: { wish: Wish; show: string };
  usage: Record<string, never>;
  settings: { space?: string };
  saveSettings: { space?: string; settings: Partial<Settings> };
  templates: Record<string, never>;
}

export interface Answers {
  about: About;
  start: { id: string };
  exports: { exports: ExportInfo[]; cursor?: string };
  status: { exports: ExportInfo[] };
  cancel: Record<string, never>;
  remove: Record<string, never>;
  /** Base64, and whether there is more. */
  piece: { data: string; more: boolean };
  keep: { id: string };
  keepPiece: Record<string, never>;
  keepEnd: ExportInfo;
  attachment: { data: string; mediaType: string };
  preview: Preview;
  usage: Usage;
  settings: { site: Settings; space?: Partial<Settings> };
  saveSettings: Record<string, never>;
  templates: Template[];
}

/** Pictures of the first sheets: PNG in base64. `pages`: how many pages they were made of, the first of the selection. */
export interface Preview {
  pages: number;
  sheets: { data: string; width: number; height: number }[];
}

/** A template with its options, as the renderer tells (`GET /v1/templates`). */
export interface Template {
  name: string;
  description: string;
  digest: string;
  options: TemplateOption[];
}

export interface TemplateOption {
  name: string;
  type: string;
  default: Setting;
  help: string;
  choices?: string[];
  minimum?: number;
  maximum?: number;
}
