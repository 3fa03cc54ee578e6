/** Where the SDK's requests go: the table of all that functions may call. */

import { proxyError } from './answers';
import type { Target } from './globals';
import type { Invocation } from './invocation';
import { askConfluence, callerOf } from './product';
import { realFetch } from './real';
import { askRemote } from './remote';
import { SqlRefusal } from './sql/service';
import type { State } from './state';
import { INSIDE } from './store/objects';

/** Answers a request of a function. */
export function dispatch(
  invocation: Invocation,
  target: Target,
  path: string,
  init: RequestInit = {},
): Promise<Response> {
  const { state } = invocation;
  const method = (init.method ?? 'GET').toUpperCase();
  switch (target.type) {
    case 'sql':
      return sql(invocation, path, String(init.body));
    case 'kvs':
      return invocation.call('kvs', path, () => state.services.kvs.answer(path, String(init.body)));
    case 'os':
      return invocation.call('objects', path, () => state.services.objects.answer(path, String(init.body)));
    case 'frc': {
      const how = { from: 'function', time: state.limits.remoteTime } as const;
      return invocation.call('remote', `${method} ${path}`, () =>
        askRemote(state, target.remote ?? '', how, path, init),
      );
    }
    case 'fcc': {
      const how = { from: 'function', service: true, time: state.limits.remoteTime } as const;
      return invocation.call('service', `${method} ${path}`, () =>
        askRemote(state, target.service ?? '', how, path, init),
      );
    }
    case 'fpp':
      return product(invocation, target, path, init);
    case 'fetch':
      return direct(invocation, path, init);
    default:
      return Promise.reject(new Error(`This platform has no ${target.type}.`));
  }
}

function sql(invocation: Invocation, path: string, body: string): Promise<Response> {
  const { state } = invocation;
  const statement = JSON.parse(body) as { query: string; params?: unknown[] };
  const ddl = path.endsWith('/ddl');
  const name = statement.query.trim().replace(/\s+/g, ' ').slice(0, 60);
  return invocation.call(ddl ? 'ddl' : 'sql', name, async () => {
    if (state.manifest.modules('sql').length === 0) {
      return Response.json({ code: 'APP_NOT_ENABLED', message: 'The manifest has no module sql.' }, { status: 403 });
    }
    try {
      return Response.json(await state.services.sql.execute(statement, ddl, Buffer.byteLength(body)));
    } catch (error) {
      if (error instanceof SqlRefusal) {
        return Response.json(error.body, { status: 400 });
      }
      throw error;
    }
  });
}

function product(invocation: Invocation, target: Target, path: string, init: RequestInit): Promise<Response> {
  const { state, run } = invocation;
  const method = (init.method ?? 'GET').toUpperCase();
  if (target.remote === 'confluence') {
    return invocation.call('confluence', `${method} ${path}`, async () => {
      const caller = callerOf(state, target.provider ?? '', target.accountId, run.account);
      if (caller instanceof Response) {
        return caller;
      }
      const { body, headers, redirect } = init;
      return askConfluence(state, caller, path, {
        method,
        ...(headers ? { headers } : {}),
        ...(body ? { body } : {}),
        ...(redirect ? { redirect } : {}),
      });
    });
  }
  if (target.remote === 'stargate' && path.startsWith('/webhook/queue/')) {
    const { queue } = state.services;
    return invocation.call('queue', path.split('/')[3] ?? path, async () =>
      queue.answer(path, String(init.body), run.depth ?? 0),
    );
  }
  if (target.remote === 'stargate' && path === '/app/report-accounts' && target.provider === 'app') {
    return invocation.call('confluence', `${method} ${path}`, async () => reportAccounts(state, String(init.body)));
  }
  return Promise.reject(new Error(`This platform has no ${target.remote} with ${path}.`));
}

/** The personal data reporting API. */
function reportAccounts(state: State, body: string): Response {
  const { accounts } = JSON.parse(body) as { accounts: { accountId: string; updatedAt: string }[] };
  for (const { accountId } of accounts) {
    state.reported.add(accountId);
  }
  const found = accounts.flatMap(({ accountId }) => {
    const status = state.accounts.get(accountId);
    return status ? [{ accountId, status }] : [];
  });
  return found.length > 0 ? Response.json({ accounts: found }) : new Response(null, { status: 204 });
}

/** A request past the SDK: to the Object Store, or to where the manifest allows. */
async function direct(invocation: Invocation, address: string, init: RequestInit): Promise<Response> {
  const { state } = invocation;
  const url = new URL(address);
  if (url.protocol === 'data:' || url.protocol === 'blob:') {
    return realFetch(address, init);
  }
  const { objectServer } = state.services;
  if (url.origin === (await objectServer.origin)) {
    const headers = new Headers(init.headers);
    headers.set(INSIDE, objectServer.secret);
    return invocation.call('objects', url.pathname, () => realFetch(address, { ...init, headers }));
  }
  state.touched('egress', `${url.origin} is not among the permissions.`);
  return proxyError(403, 'URL_NOT_INCLUDED_IN_EXTERNAL_FETCH_BACKEND_PERMISSIONS');
}
