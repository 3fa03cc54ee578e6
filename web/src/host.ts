/**
 * The one port of the web interface: all it asks of the place it runs in. Confluence Cloud is one such place
 * (`forge/`), a server of one's own may be another.
 *
 * Every method rejects with a `ProblemError`.
 */

import type { About, ExportInfo, FileInfo, Preview, Settings, Template, Usage } from '@xpress/forge/api';
import type { Selection, Wish } from '@xpress/forge/loop';

/** The place in Confluence where the interface was opened. */
export type Place = 'page-action' | 'byline' | 'space' | 'global' | 'site-settings' | 'space-settings';

export interface Context {
  place: Place;
  /** BCP 47, such as `de-DE`. */
  locale: string;
  /** Key and name of the space; empty outside of spaces. */
  space: { key: string; name: string };
  /** The page it was opened on, if it was one. */
  page?: { id: string; title: string };
}

/** A node of the page tree. `kind`: page, blogpost, folder, whiteboard, database or embed. */
export interface TreeNode {
  id: string;
  title: string;
  kind: string;
  /** Whether something may be below it. */
  hasChildren: boolean;
  /** The titles above it, from the top, and their ids; told by searches only. */
  path?: string[];
  above?: string[];
}

export interface SpaceInfo {
  key: string;
  name: string;
}

/** How far it is. `done` and `total` count pages, or bytes while receiving and keeping; `total` is 0 while unknown. */
export interface Progress {
  stage: 'waiting' | 'reading' | 'rendering' | 'assembling' | 'receiving' | 'keeping';
  done: number;
  total: number;
}

/** A file that is in the browser. */
export interface LoadedFile {
  info: FileInfo;
  data: Blob;
}

/** A finished export whose files are in the browser, and not kept anywhere else yet. */
export interface InstantExport {
  title: string;
  files: LoadedFile[];
  sheets: number;
  lost: number;
  losses: ExportInfo['losses'];
}

/**
 * What became of a wish: done in the browser, or begun in the background. `because`: it was asked for, it is the only
 * way here, it is too large for the browser, or the browser doesn't reach the renderer.
 */
export type Outcome =
  | { kind: 'instant'; made: InstantExport }
  | { kind: 'background'; id: string; because: 'asked' | 'only-way' | 'size' | 'unreachable' };

export interface Host {
  context(): Promise<Context>;
  about(space?: string): Promise<About>;
  /** Calls back when Confluence changes its colours, and makes the page follow them. */
  followTheme(): Promise<void>;
  close(): Promise<void>;
  /** Opens an address of the site in Confluence, such as `/wiki/spaces/DEMO`. */
  open(path: string): Promise<void>;
  /** Opens the interface in another place; `space` where that is of a space. */
  openPlace(place: Exclude<Place, 'page-action' | 'byline'>, space?: string): Promise<void>;

  /** Spaces whose name or key begins so; the first ones without a query. */
  spaces(query: string): Promise<SpaceInfo[]>;
  /** The top of a space's page tree. */
  roots(space: string): Promise<TreeNode[]>;
  children(node: TreeNode): Promise<TreeNode[]>;
  /** Pages of a space by words of their titles and by labels, best first, at most 50. */
  search(space: string, query: { text: string; labels: string[] }): Promise<TreeNode[]>;
  /** Labels that pages of a space have, alphabetically. */
  labels(space: string): Promise<string[]>;
  /** How many pages a selection holds. */
  count(selection: Selection): Promise<number>;

  templates(): Promise<Template[]>;
  /** The first sheets as the renderer really makes them, of the first pages of the selection. */
  preview(wish: Wish, signal: AbortSignal): Promise<Preview>;

  /** Exports: in the browser if it is small, in the background otherwise or if asked to (`background`). */
  export(
    wish: Wish,
    how: { background: boolean; page?: string; signal: AbortSignal },
    tell: (progress: Progress) => void,
  ): Promise<Outcome>;
  /** Keeps what was made in the browser among the user's documents. */
  keep(
    made: InstantExport,
    wish: Wish,
    page: string | undefined,
    tell: (progress: Progress) => void,
  ): Promise<ExportInfo>;

  exports(query: { query?: string; page?: string; space?: string; cursor?: string }): Promise<{
    exports: ExportInfo[];
    cursor?: string;
  }>;
  status(ids: string[]): Promise<ExportInfo[]>;
  cancel(id: string): Promise<void>;
  remove(id: string): Promise<void>;
  /** A file of a document, checked by its hash. */
  load(info: ExportInfo, file: FileInfo, tell: (progress: Progress) => void): Promise<LoadedFile>;
  /** Hands a file to the user. */
  save(file: LoadedFile): void;

  usage(): Promise<Usage>;
  settings(space?: string): Promise<{ site: Settings; space?: Partial<Settings> }>;
  saveSettings(settings: Partial<Settings>, space?: string): Promise<void>;
  /** The address of the renderer that an administrator chose; `undefined`: none yet. Only where that is possible. */
  renderer(): Promise<string | undefined>;
  setRenderer(address: string): Promise<void>;
}
