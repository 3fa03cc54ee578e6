/** The Object Store: files by pre-signed addresses of a server on this machine. */

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { State } from '../state';
import { crc32 } from './crc32';

interface StoredObject {
  data: Buffer;
  checksum: string;
  contentType: string;
  createdAt: string;
}

interface Ticket {
  store: Objects;
  method: 'GET' | 'PUT';
  key: string;
  /** Milliseconds since 1970. */
  expires: number;
  /** Whether those outside of Atlassian's network may use it. */
  open: boolean;
  upload?: Upload;
}

interface Upload {
  key: string;
  length: number;
  checksum: string;
  checksumType: string;
  ttlSeconds?: number;
  overwrite?: boolean;
}

/** The header by which the platform's own requests are known to come from inside. */
export const INSIDE = 'x-inside';

/** The server of all installations. */
export class ObjectServer {
  readonly tickets = new Map<string, Ticket>();
  readonly secret = randomBytes(16).toString('hex');
  #server: Server | undefined;
  #ready: Promise<string> | undefined;

  /** Its address. Starts it if need be. */
  address(): Promise<string> {
    this.#ready ??= new Promise((resolve, reject) => {
      const server = createServer((request, response) => {
        this.#answer(request, response).catch(() => response.destroy());
      });
      this.#server = server;
      server.on('error', reject);
      server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
      server.unref();
    });
    return this.#ready;
  }

  /** Its address, if it has been started. */
  get origin(): Promise<string> | undefined {
    return this.#ready;
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections();
    this.#server?.close();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader('access-control-allow-origin', '*');
    response.setHeader('access-control-allow-methods', 'GET, PUT');
    response.setHeader('access-control-allow-headers', 'content-type, range');
    if (request.method === 'OPTIONS') {
      response.writeHead(204).end();
      return;
    }
    const ticket = this.tickets.get((request.url ?? '').slice(1));
    const inside = request.headers[INSIDE] === this.secret;
    if (!ticket || ticket.method !== request.method || !(ticket.open || inside) || ticket.store.late(ticket)) {
      response.writeHead(403).end('This address is not valid.');
      return;
    }
    await (ticket.method === 'PUT' ? put(ticket, request, response) : give(ticket, request, response));
  }
}

async function put(ticket: Ticket, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const parts: Buffer[] = [];
  for await (const part of request) {
    parts.push(part as Buffer);
  }
  const data = Buffer.concat(parts);
  const problem = ticket.upload
    ? ticket.store.take(ticket.upload, data, request.headers['content-type'])
    : 'No upload.';
  response.writeHead(problem ? 400 : 200).end(problem);
}

async function give(ticket: Ticket, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const object = ticket.store.find(ticket.key);
  if (!object) {
    response.writeHead(404).end();
    return;
  }
  const size = object.data.length;
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
  const start = range ? Number(range[1]) : 0;
  const stop = range?.[2] ? Math.min(Number(range[2]) + 1, size) : size;
  if (start >= stop && size > 0) {
    response.writeHead(416, { 'content-range': `bytes */${size}` }).end();
    return;
  }
  const part = object.data.subarray(start, stop);
  ticket.store.given(part.length);
  response.writeHead(range ? 206 : 200, {
    'content-type': object.contentType,
    'content-length': part.length,
    'accept-ranges': 'bytes',
    ...(range ? { 'content-range': `bytes ${start}-${stop - 1}/${size}` } : {}),
  });
  response.end(part);
}

/** The objects of one installation. */
export class Objects {
  readonly #state: State;
  readonly #server: ObjectServer;
  readonly #objects = new Map<string, StoredObject>();

  constructor(state: State, server: ObjectServer) {
    this.#state = state;
    this.#server = server;
  }

  get size(): number {
    return this.#objects.size;
  }

  clear(): void {
    this.#objects.clear();
  }

  find(key: string): StoredObject | undefined {
    return this.#objects.get(key);
  }

  late(ticket: Ticket): boolean {
    return ticket.expires <= this.#state.clock.now();
  }

  given(bytes: number): void {
    this.#state.report.objects.downloaded += bytes;
  }

  /** Takes an upload; says what is wrong with it. */
  take(upload: Upload, data: Buffer, contentType = 'application/octet-stream'): string | undefined {
    if (data.length !== upload.length) {
      return `The length is ${data.length}, and ${upload.length} was announced.`;
    }
    if (!equal(checksum(data, upload.checksumType), upload.checksum)) {
      return 'The checksum differs from the one that was announced.';
    }
    if (this.#objects.has(upload.key) && upload.overwrite === false) {
      return 'There is such an object already.';
    }
    const createdAt = new Date(this.#state.clock.now()).toISOString();
    this.#objects.set(upload.key, { data, checksum: upload.checksum, contentType, createdAt });
    this.#state.report.objects.uploaded += data.length;
    return undefined;
  }

  /** Answers a request of the SDK. */
  async answer(path: string, body: string): Promise<Response> {
    const { limits, manifest, report } = this.#state;
    report.objects.requests += 1;
    if (manifest.modules('objectStore').length === 0) {
      return refused(403, 'APP_NOT_ENABLED', 'The manifest has no module objectStore.');
    }
    if (Buffer.byteLength(body) > limits.objectRequest) {
      this.#state.touched('objectRequest', `The request has more than ${limits.objectRequest} bytes.`);
      return refused(413, 'PAYLOAD_TOO_LARGE', `The request has more than ${limits.objectRequest} bytes.`);
    }
    const given = JSON.parse(body) as Upload;
    if (!given.key || typeof given.key !== 'string') {
      return refused(400, 'INVALID_KEY', 'The key is missing.');
    }
    switch (path.replace(/^\/?api\/v1\//, '')) {
      case 'metadata':
        return this.#metadata(given.key);
      case 'delete':
        this.#objects.delete(given.key);
        return new Response(null, { status: 204 });
      case 'upload-url':
        return this.#uploadUrl(given, false);
      case 'public-upload-url':
        return this.#uploadUrl(given, true);
      case 'download-url':
        return this.#downloadUrl(given.key, false);
      case 'public-download-url':
        return this.#downloadUrl(given.key, true);
      default:
        return refused(501, 'NOT_IMPLEMENTED', `This platform has no ${path}.`);
    }
  }

  #metadata(key: string): Response {
    const found = this.#objects.get(key);
    if (!found) {
      return refused(404, 'NOT_FOUND', 'There is no such object.');
    }
    const { data, ...more } = found;
    return Response.json({ key, size: data.length, ...more });
  }

  async #uploadUrl(upload: Upload, open: boolean): Promise<Response> {
    const { limits } = this.#state;
    if (!Number.isInteger(upload.length) || upload.length < 0 || upload.length > limits.objectBytes) {
      this.#state.touched('objectBytes', `An object has up to ${limits.objectBytes} bytes.`);
      return refused(400, 'INVALID_LENGTH', `An object has up to ${limits.objectBytes} bytes.`);
    }
    if (!upload.checksum || !['SHA1', 'SHA256', 'CRC32', 'CRC32C'].includes(upload.checksumType)) {
      return refused(400, 'INVALID_CHECKSUM', 'The checksum is missing, or of an unknown type.');
    }
    const life = Math.min((upload.ttlSeconds ?? limits.objectUrlTime / 1000) * 1000, limits.objectUrlTime);
    return this.#url({ method: 'PUT', key: upload.key, open, upload }, life);
  }

  async #downloadUrl(key: string, open: boolean): Promise<Response> {
    if (!this.#objects.has(key)) {
      return refused(404, 'NOT_FOUND', 'There is no such object.');
    }
    return this.#url({ method: 'GET', key, open }, this.#state.limits.objectUrlTime);
  }

  async #url(ticket: Omit<Ticket, 'store' | 'expires'>, life: number): Promise<Response> {
    const name = randomBytes(24).toString('base64url');
    this.#server.tickets.set(name, { ...ticket, store: this, expires: this.#state.clock.now() + life });
    return Response.json({ url: `${await this.#server.address()}/${name}` });
  }
}

function refused(status: number, code: string, message: string): Response {
  return Response.json({ code, message }, { status });
}

/** In base64, as the Object Store wants it. */
function checksum(data: Buffer, type: string): string {
  if (type === 'SHA1' || type === 'SHA256') {
    return createHash(type.toLowerCase()).update(data).digest('base64');
  }
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(data, type === 'CRC32C'));
  return bytes.toString('base64');
}

function equal(one: string, other: string): boolean {
  const [first, second] = [Buffer.from(one), Buffer.from(other)];
  return first.length === second.length && timingSafeEqual(first, second);
}
