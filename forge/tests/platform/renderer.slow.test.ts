/** The real rendering service behind the platform: tokens, forms, and what the browser gets. */

import { invokeRemote, invokeService } from '@forge/api';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  type Confluence,
  type Database,
  Faults,
  type Installation,
  type Platform,
  type Renderer,
  startConfluence,
  startDatabase,
  startRenderer,
} from '../../platform';
import { type Does, makePlatform } from './app';

const APP = 'ari:cloud:ecosystem::app/00000000-0000-4000-8000-000000000001';
const HELLO = {
  title: 'Hello',
  pages: [{ id: '1', title: 'Hello' }],
  timestamp: 0,
  answers: [{ need: { body: { page_id: '1' } }, answer: { body: { format: 'storage', value: '<p>It works.</p>' } } }],
};

let database: Database;
let confluence: Confluence;
let renderer: Renderer;
let platform: Platform;
let does: Does;
let app: Installation;
const faults = new Faults();

beforeAll(async () => {
  [database, confluence, renderer] = await Promise.all([
    startDatabase(),
    startConfluence({ content: '' }),
    startRenderer({ app: APP, remember: true }),
  ]);
  ({ platform, does } = makePlatform({ database, confluence, renderer, faults }));
  app = await platform.install();
});

afterAll(async () => {
  await platform?.stop();
  await Promise.all([database?.stop(), confluence?.stop(), renderer?.stop()]);
});

async function inResolver<T>(code: () => Promise<T>): Promise<T> {
  does.call = code;
  return ((await app.resolver('call')) as { value: T }).value;
}

const render = (fields: object = {}) => ({
  path: '/v1/render',
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ ...HELLO, ...fields }),
});

it('admits tokens of the app, and no others', async () => {
  const status = async (claims: object) => {
    const token = await renderer.token(app.id, { ...claims });
    const answer = await fetch(`${renderer.url}/v1/templates`, { headers: { authorization: `Bearer ${token}` } });
    return answer.status;
  };
  const now = Math.floor(Date.now() / 1000);
  expect(await status({})).toBe(200);
  expect(await status({ aud: APP.replace(/1$/, '2') })).toBe(401);
  expect(await status({ iss: 'somebody' })).toBe(401);
  expect(await status({ iat: now - 100, exp: now - 75 })).toBe(401);
});

it('renders for functions', async () => {
  const [status, start] = await inResolver(async () => {
    const answer = await invokeRemote('renderer', render());
    return [answer.status, Buffer.from(await answer.arrayBuffer()).toString('latin1', 0, 5)];
  });
  expect([status, start]).toEqual([200, '%PDF-']);
  expect(app.report.remote.at(-1)).toMatchObject({ from: 'function', path: '/v1/render', status: 200 });
});

it('renders for the browser, from a form with files', async () => {
  const document = Buffer.from(JSON.stringify(HELLO)).toString('base64');
  const fields = {
    file_request: `data:application/json;base64,${document}`,
    __file_requestName: 'request.json',
    __file_requestType: 'application/json',
  };
  const init = {
    path: '/v1/render',
    method: 'POST',
    headers: [['accept', 'application/pdf']],
    body: JSON.stringify(fields),
  };
  const args = { remoteKey: 'renderer', fetchRequestInit: init, isMultipartFormData: true };
  const refused = (await app.bridge('fetchRemote', args)) as { status: number };
  // The service wants the document in the field “request”, which can't be a file on this way.
  expect(refused.status).toBe(400);
  const text = { ...args, fetchRequestInit: { ...init, body: JSON.stringify({ request: JSON.stringify(HELLO) }) } };
  const answer = (await app.bridge('fetchRemote', text)) as Record<string, string>;
  expect(answer).toMatchObject({ status: 200, isAttachment: true });
  expect(Buffer.from(answer.body ?? '', 'base64').toString('latin1', 0, 5)).toBe('%PDF-');
});

it('can be busy and gone', async () => {
  faults.rendererBusy(3).rendererGone();
  const busy = await inResolver(async () => {
    const answer = await invokeRemote('renderer', render());
    return [answer.status, answer.headers.get('retry-after')];
  });
  expect(busy).toEqual([503, '3']);
  await expect(inResolver(() => invokeRemote('renderer', render()))).rejects.toThrow('502');
});

it('can’t be called by a name that the manifest does not have', async () => {
  await expect(inResolver(() => invokeRemote('other', render()))).rejects.toThrow('Invalid remote key');
});

it('is a container, too', async () => {
  const [status, start] = await inResolver(async () => {
    const answer = await invokeService('layout', render());
    return [answer.status, Buffer.from(await answer.arrayBuffer()).toString('latin1', 0, 5)];
  });
  expect([status, start]).toEqual([200, '%PDF-']);
  await expect(inResolver(() => invokeService('renderer', render()))).rejects.toThrow('Invalid service key');
});

it('is reached at the address that an administrator sets', async () => {
  const status = () => inResolver(async () => (await invokeRemote('own', { path: '/health/live' })).status);
  await expect(status()).rejects.toThrow('Invalid remote key');
  const set = (endpoint: string) =>
    app.bridge('__permission__remoteSet', { remotes: [{ key: 'own', configured: { endpoint } }] });
  await expect(set('http://render.example.com')).rejects.toThrow('https');
  await set('https://render.example.com');
  expect(await status()).toBe(200);
});

it('refuses more than 100 requests in a minute of an invocation', async () => {
  const statuses = inResolver(async () => {
    for (let count = 0; count <= 100; count += 1) {
      await invokeRemote('renderer', { path: '/health/live' });
    }
  });
  await expect(statuses).rejects.toThrow('429');
});

it('gives the same bytes from memory', async () => {
  const bytes = () =>
    inResolver(async () =>
      Buffer.from(await (await invokeRemote('renderer', render())).arrayBuffer()).toString('base64'),
    );
  expect(await bytes()).toBe(await bytes());
});
