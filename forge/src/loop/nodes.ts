/** What Confluence tells of things in the page tree (REST v2), and how they become pages. */

import type { CallName } from './calls';
import { record, text, whole } from './json';
import { moment } from './times';
import type { Attachment, FileRecord, Page, PageKind } from './types';

/** The position of a page that has none: after its siblings that have one, as Confluence shows new pages. */
export const UNPOSITIONED = 2 ** 31 - 1;

/** A page, blog post, folder, whiteboard, database or embed. What is missing is empty or undefined. */
export interface Node {
  id: string;
  title: string;
  type: string;
  status: string;
  spaceId: string;
  parentId: string;
  parentType: string;
  position: number | undefined;
  depth: number | undefined;
  authorId: string;
  createdAt: string;
  embedUrl: string;
  webui: string;
  version: { number: number | undefined; createdAt: string };
  /** In storage format, if it was asked for and given. */
  body: string | undefined;
}

export interface TreeCalls {
  descendants: CallName;
  children: CallName;
}

/** How the tree below each kind is read. */
export const TREE_CALLS: Readonly<Record<string, TreeCalls>> = {
  page: { descendants: 'page-descendants', children: 'page-children' },
  folder: { descendants: 'folder-descendants', children: 'folder-children' },
  whiteboard: { descendants: 'whiteboard-descendants', children: 'whiteboard-children' },
  database: { descendants: 'database-descendants', children: 'database-children' },
  embed: { descendants: 'embed-descendants', children: 'embed-children' },
};

/** Kinds without a body, in the order in which an id is looked for among them, with the call that reads one. */
export const BODILESS: Readonly<Record<string, CallName>> = {
  folder: 'folder',
  whiteboard: 'whiteboard',
  database: 'database',
  embed: 'embed',
};

/** What stands between the space's key and the id in an address. */
const PATHS: Record<PageKind, string> = {
  page: 'pages',
  blogpost: 'blog',
  folder: 'folder',
  whiteboard: 'whiteboard',
  database: 'database',
  embed: 'embed',
};

export function readNode(value: unknown): Node {
  const node = record(value);
  const version = record(node.version);
  const storage = record(record(node.body).storage);
  return {
    id: text(node.id),
    title: text(node.title),
    type: text(node.type),
    status: text(node.status),
    spaceId: text(node.spaceId),
    parentId: text(node.parentId),
    parentType: text(node.parentType),
    position: whole(node.childPosition) ?? whole(node.position),
    depth: whole(node.depth),
    authorId: text(node.authorId),
    createdAt: text(node.createdAt),
    embedUrl: text(node.embedUrl),
    webui: text(record(node._links).webui),
    version: { number: whole(version.number), createdAt: text(version.createdAt) },
    body: typeof storage.value === 'string' ? storage.value : undefined,
  };
}

/** Whether something is neither archived nor in the trash. Lists of the tree don't always say. */
export function isCurrent(node: Node): boolean {
  return node.status === '' || node.status === 'current';
}

export function kindOf(type: string): PageKind {
  return Object.hasOwn(PATHS, type) ? (type as PageKind) : 'page';
}

/** Whether a page has a body to ask for. */
export function hasBody(page: Pick<Page, 'kind'>): boolean {
  return page.kind === undefined || page.kind === 'page' || page.kind === 'blogpost';
}

/** A node as a page. `kind`: what it is if it doesn't say; `space`: its key; `base`: the site's address. */
export function pageOf(node: Node, kind: PageKind, space: string, base: string): Page {
  const shown = node.type ? kindOf(node.type) : kind;
  const page: Page = {
    id: node.id,
    title: node.title.trim() || `${shown.charAt(0).toUpperCase()}${shown.slice(1)} ${node.id}`,
    space,
    parent: node.parentId || null,
    position: node.position ?? UNPOSITIONED,
    kind: shown,
    labels: [],
    created: moment(node.createdAt),
    updated: moment(node.version.createdAt),
    author: node.authorId,
    url: node.embedUrl || `${base}${node.webui || `/spaces/${space}/${PATHS[shown]}/${node.id}`}`,
    attachments: [],
    status: node.status === 'archived' || node.status === 'draft' ? node.status : 'current',
  };
  if (node.version.number !== undefined) page.version = node.version.number;
  return page;
}

/** A file from its entry in a page's list of files. */
export function fileOf(value: unknown): FileRecord {
  const entry = record(value);
  return {
    id: text(entry.id),
    attachment: attachmentOf(
      text(entry.title),
      text(entry.mediaType),
      text(entry.fileId),
      entry.fileSize,
      record(entry.version).number,
    ),
  };
}

export function attachmentOf(
  title: string,
  mediaType: string,
  fileId: string,
  size: unknown,
  version: unknown,
): Attachment {
  const made: Attachment = { title, media_type: mediaType, file_id: fileId, size: whole(size) ?? 0 };
  const number = whole(version);
  if (number !== undefined) made.version = number;
  return made;
}
