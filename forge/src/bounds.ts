/** Sizes, times and counts that the functions keep to. Bytes and milliseconds; Forge's own limits are larger. */

const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Raw bytes in a row: in base64 they fit into a request to Forge SQL (1 MiB). */
export const CHUNK_BYTES = 700_000;
/** Base64 and rows that are read by one query (4 MiB) or deleted by one (16 MiB of memory). */
export const READ_BASE64 = 2_900_000;
export const DELETE_ROWS = 8;

/** What an export may hold of its files' names, as it is sent to Forge SQL; and lists of exports, as they are read. */
export const FILES_TEXT = 700_000;
export const LIST_TEXT = 2_000_000;

/** Raw bytes in an answer to the browser (5 MB in base64). */
export const PIECE_BYTES = 2_100_000;
/** Raw bytes that the browser sends at once (500 KB in base64). */
export const KEEP_PIECE_BYTES = 340_000;
/** Raw bytes of a page's file that a resolver hands on. */
export const ATTACHMENT_BYTES = 3_500_000;
/** An answer of Confluence that is read at all: files are in memory as a whole, several at once. */
export const ANSWER_BYTES = 100_000_000;
export const RESOLVER_ANSWER_BYTES = 20_000_000;

/** A document in Forge SQL. What is larger goes into the Object Store, if that is switched on. */
export function sqlDocumentBytes(): number {
  return fromEnvironment('XPRESS_DOCUMENT_BYTES', 64_000_000);
}

/** Parts that are assembled at once. They are in memory about six times: this is for the manifest's 1,024 MB. */
export function assembleBytes(): number {
  return fromEnvironment('XPRESS_ASSEMBLE_BYTES', 96_000_000);
}

/** How often an export is cut anew: into volumes, or for another version of the renderer. */
export const GENERATIONS = 5;

/** For so long nobody else takes up what a function works at, unless the function says that it still does. */
export const LEASE = 4 * MINUTE;
/** How often it says so, and looks whether the export was cancelled. */
export const BEAT = 15_000;
/** How often work is begun without getting on before it is given up; where it is out of time, or nobody knows why. */
export const TRIES = 12;
export const UNEXPECTED_TRIES = 4;
/** An export that has not got on for so long is woken up, so often. */
export const STUCK = 30 * MINUTE;
export const SWEEPS = 6;

/** Forge: events in one push, and in a minute. */
export const PUSH_EVENTS = 50;
/** Parts of one user that are typeset at once. */
export const USER_PARALLEL = 4;
/** Calls to others than Confluence in a minute (Forge: 100). */
export const EGRESS_PER_MINUTE = 90;

/** What is left of exports without a document, of documents that the browser did not send whole, and of accounts. */
export const ENDED_KEPT = 7 * DAY;
export const KEEPING = HOUR;
/** A document of which nothing came for so long was given up by the browser that sent it. */
export const ABANDONED = 10 * MINUTE;
/** Documents that one user's browsers may be sending. */
export const KEEPING_AT_ONCE = 5;
export const REPORTED_EVERY = 7 * DAY;
export const TEMPLATES_CACHED = HOUR;

function fromEnvironment(name: string, otherwise: number): number {
  const value = Number(process.env[name]);
  return Number.isSafeInteger(value) && value > 0 ? value : otherwise;
}
