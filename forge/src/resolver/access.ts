/** What the user who calls may do, as Confluence says: nothing that the browser tells of itself counts. */

import { type Call, type Ports, ProblemError } from '../loop';
import type { Budget } from '../sdk/budget';
import { makePorts } from '../sdk/ports';
import table from './calls.json';

/** Calls to Confluence beyond those of the fetch loop. */
export const OWN_CALLS: readonly Call[] = table;

/** Who calls, and what is at hand. */
export interface Caller {
  /** As Forge tells it. */
  account: string;
  ports: Ports;
  budget: Budget;
}

/** The user of this invocation; anonymous ones have no documents. */
export function callerOf(account: unknown, budget: Budget): Caller {
  if (typeof account !== 'string' || account === '') throw new ProblemError('not-allowed');
  return { account, budget, ports: makePorts({ budget }) };
}

interface Operations {
  operations?: { operation: string; targetType: string }[] | { results?: { operation: string; targetType: string }[] };
}

/** Whether the user administers the site. */
export async function isSiteAdmin({ ports }: Caller): Promise<boolean> {
  const answer = await read<Operations>(ports, `${pathOf('current-user')}?expand=operations`);
  return may(answer, 'administer', 'application');
}

/** Whether the user administers a space. */
export async function isSpaceAdmin({ ports }: Caller, space: string): Promise<boolean> {
  const { id } = await readSpace(ports, space);
  return may(await read<Operations>(ports, `${pathOf('space', id)}?include-operations=true`), 'administer', 'space');
}

/** A space that the user sees. ProblemError `confluence-gone`. */
export async function readSpace(ports: Ports, space: string): Promise<{ id: string; name: string }> {
  const query = new URLSearchParams({ keys: space, limit: '5' });
  const { results = [] } = await read<{ results?: Known[] }>(ports, `/wiki/api/v2/spaces?${query}`);
  const found = results.find(({ key }) => key?.toLowerCase() === space.toLowerCase());
  if (!found || !/^\d+$/.test(found.id)) throw new ProblemError('confluence-gone', { space });
  return { id: found.id, name: found.name ?? space };
}

interface Known {
  id: string;
  key?: string;
  name?: string;
  title?: string;
}

/** Titles of those pages and blog posts among some ids that the user sees, by id. At most 250 are asked for. */
export async function readTitles(ports: Ports, ids: readonly string[]): Promise<Map<string, string>> {
  const titles = new Map<string, string>();
  for (const kind of ['pages', 'blogposts']) {
    const missing = ids.slice(0, 250).filter(id => !titles.has(id));
    if (missing.length === 0) break;
    const query = new URLSearchParams({ id: missing.join(','), limit: '250' });
    const { results = [] } = await read<{ results?: Known[] }>(ports, `/wiki/api/v2/${kind}?${query}`);
    for (const { id, title } of results) {
      titles.set(String(id), title ?? '');
    }
  }
  return titles;
}

async function read<T>(ports: Ports, path: string): Promise<T> {
  const answer = await ports.confluence(path, { headers: { Accept: 'application/json' } }).catch(error => {
    if (error instanceof Error && error.name === 'AbortError') throw error;
    throw new ProblemError('confluence-failed', undefined, error);
  });
  if (answer.ok) return (await answer.json()) as T;
  const { status } = answer;
  if (status === 401) throw new ProblemError('confluence-signed-out', { status });
  if (status === 403) throw new ProblemError('confluence-forbidden', { status });
  if (status === 404) throw new ProblemError('confluence-gone', { status });
  throw new ProblemError('confluence-failed', { status });
}

function pathOf(name: string, id = ''): string {
  const found = OWN_CALLS.find(call => call.name === name);
  if (!found) throw new Error(`no call ${name}`);
  return found.path.replace('{id}', id);
}

function may({ operations }: Operations, operation: string, target: string): boolean {
  const list = Array.isArray(operations) ? operations : (operations?.results ?? []);
  return list.some(found => found.operation === operation && found.targetType === target);
}
