/** Answers of others, as the platform hands them on. */

const EMPTY = new Set([204, 205, 304]);
const DROPPED = new Set(['content-encoding', 'content-length', 'transfer-encoding', 'connection', 'keep-alive']);

/** An answer that was read whole. */
export interface Whole {
  status: number;
  statusText: string;
  headers: [string, string][];
  body: Uint8Array<ArrayBuffer>;
}

/** Reads an answer. */
export async function whole(response: Response): Promise<Whole> {
  const headers = [...response.headers].filter(([name]) => !DROPPED.has(name));
  const body = new Uint8Array(await response.arrayBuffer());
  return { status: response.status, statusText: response.statusText, headers, body };
}

/** The same as a Response. */
export function response(answer: Whole): Response {
  const { status, statusText, headers, body } = answer;
  return new Response(EMPTY.has(status) ? null : body, { status, statusText, headers });
}

/** What the SDK gets when Forge's proxy can't do what was asked. */
export function proxyError(status: number, code: string): Response {
  return new Response(null, { status, headers: { 'forge-proxy-error': code } });
}

/** A body as fetch takes it; what functions may send is text or bytes. */
export function payload(init: RequestInit | undefined): { body?: BodyInit; bytes: number } {
  const body = init?.body;
  if (body === undefined || body === null) {
    return { bytes: 0 };
  }
  if (typeof body === 'string') {
    return { body, bytes: Buffer.byteLength(body) };
  }
  if (body instanceof ArrayBuffer || ArrayBuffer.isView(body)) {
    return { body, bytes: body.byteLength };
  }
  throw new TypeError('The body must be text or bytes.');
}
