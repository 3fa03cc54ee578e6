/** What each call may be sent. */

import type { Calls, Settings } from '../api';
import { KEEP_PIECE_BYTES, sqlDocumentBytes } from '../bounds';
import type { Setting, Wish } from '../loop';
import { LISTED } from '../store/documents';
import {
  base64,
  exportId,
  type Guard,
  listOf,
  NAME,
  object,
  oneOf,
  pageId,
  recordOf,
  sha256,
  small,
  spaceKey,
  templateName,
  text,
  whole,
  yesOrNo,
} from './guards';

const LABELS = listOf(text(255), 50);

const setting: Guard<Setting> = (value, name) => {
  if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) return value;
  return text(10_000)(value, name);
};

const selection = object(
  { space: spaceKey },
  {
    picks: listOf(object({ id: pageId }, { below: yesOrNo }), 5000),
    without: listOf(pageId, 5000),
    depth: whole(0, 1000),
    labels: LABELS,
    excludeLabels: LABELS,
    skipLabels: LABELS,
    blogPosts: yesOrNo,
  },
);

const options = object({
  template: templateName,
  settings: recordOf(setting, 200, NAME),
  images: oneOf('original', 'print', 'screen', 'small'),
  attachments: yesOrNo,
  manifest: yesOrNo,
  split: text(20, /^(|top-level|pages=\d{1,6}|size=\d{1,6}MB)$/),
});

/** What is to be exported, and how. A request to Forge SQL has 1 MiB, in which it is JSON in JSON. */
const wish: Guard<Wish> = small(object({ selection, options, timestamp: whole(0, 253_402_300_799) }), 300_000);

const SETTINGS = {
  templates: listOf(templateName, 200),
  defaultTemplate: templateName,
  branding: recordOf(recordOf(setting, 200, NAME), 200, NAME),
  locked: listOf(text(100, NAME), 200),
  maxPages: whole(1, 100_000),
  maxExports: whole(1, 100),
  retentionDays: whole(0, 3650),
  objectStore: yesOrNo,
  enabled: yesOrNo,
};

// The key-value store takes 240 KiB.
const someSettings: Guard<Partial<Settings>> = small(object({}, SETTINGS), 100_000);

const file: Guard<Calls['keep']['files'][number]> = (value, name) =>
  object({
    name: text(255, /^[^/\\\p{Cc}]+$/u),
    mediaType: oneOf('application/pdf', 'application/json'),
    bytes: whole(1, sqlDocumentBytes()),
    sha256,
    sheets: whole(0, 1_000_000),
  })(value, name);

const loss = object({ code: text(100), message: text(2000), page: text(64), pageTitle: text(1000) });
const place = whole(0, 100_000);
const nothing = object({}) as Guard<Record<string, never>>;

/** By the name of the call. `keepPiece` gets bytes instead of base64. */
export const PAYLOADS = {
  about: object({}, { space: spaceKey }),
  start: object({ wish }, { page: pageId }),
  exports: object({}, { query: text(200), page: pageId, space: spaceKey, cursor: text(60, /^\d+:[0-9a-f-]{36}$/) }),
  status: object({ ids: listOf(exportId, LISTED) }),
  cancel: object({ id: exportId }),
  remove: object({ id: exportId }),
  piece: object({ id: exportId, file: whole(0, 10_000), piece: place }),
  keep: object(
    { wish, title: text(1000), files: listOf(file, 100), losses: listOf(loss, 50), lost: whole(0, 10_000_000) },
    { page: pageId },
  ),
  keepPiece: object({ id: exportId, file: whole(0, 100), piece: place, data: base64(KEEP_PIECE_BYTES) }),
  keepEnd: object({ id: exportId }),
  attachment: object({
    path: text(
      300,
      /^\/wiki\/rest\/api\/content\/\d{1,30}\/child\/attachment\/(att)?\d{1,30}\/download(\?version=\d{1,9})?$/,
    ),
  }),
  preview: object({ wish, show: text(50, /^\d{1,4}(-\d{1,4})?(,\d{1,4}(-\d{1,4})?)*$/) }),
  usage: nothing,
  settings: object({}, { space: spaceKey }),
  saveSettings: object({ settings: someSettings }, { space: spaceKey }),
  templates: nothing,
} satisfies { [Name in keyof Calls]: Guard<unknown> };

/** What a call is given after its payload was looked at. */
export type Payload<Name extends keyof Calls> = ReturnType<(typeof PAYLOADS)[Name]>;
