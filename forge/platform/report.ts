/** What happened in an installation, in numbers. */

import type { Call, Outcome } from './types';

export interface InvocationRecord {
  id: string;
  /** `resolver`, `consumer`, `scheduledTrigger`, `trigger`, `preUninstall`. */
  kind: string;
  function: string;
  /** Name of the resolver's function, of the event, or key of the module. */
  name: string;
  milliseconds: number;
  outcome: Outcome['kind'] | 'running';
  calls: number;
}

export interface ConfluenceRecord {
  /** `user`: as the user who is there; `offline`: as one who is not; `app`; `browser`: from the interface. */
  as: 'user' | 'offline' | 'app' | 'browser';
  account: string;
  method: string;
  /** With the query. */
  path: string;
  status: number;
  /** Of the answer. */
  bytes: number;
  milliseconds: number;
}

export interface RemoteRecord {
  from: 'function' | 'browser';
  method: string;
  path: string;
  status: number;
  sent: number;
  received: number;
  milliseconds: number;
}

export class Report {
  invocations: InvocationRecord[] = [];
  calls: Call[] = [];
  confluence: ConfluenceRecord[] = [];
  remote: RemoteRecord[] = [];
  sql = { queries: 0, writes: 0, ddl: 0, milliseconds: 0, sent: 0, received: 0, largestSent: 0, largestReceived: 0 };
  kvs = { reads: 0, writes: 0, queries: 0 };
  queue = { pushes: 0, events: 0, deliveries: 0, duplicates: 0, retries: 0, dropped: 0, cancelled: 0 };
  objects = { requests: 0, uploaded: 0, downloaded: 0 };
  /** Payloads of resolvers, in bytes. */
  bridge = { calls: 0, largestSent: 0, largestReceived: 0 };
  /** Limits that were hit, with the message that was given, in order. */
  touched: { limit: string; message: string }[] = [];

  /** Calls to Confluence by method and path without ids and query, with how often. */
  confluenceByKind(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const call of this.confluence) {
      const path = (call.path.split('?')[0] ?? '').replace(/(?<=\/)(att)?\d+(?=\/|$)/g, '{id}');
      const kind = `${call.method} ${path}`;
      counts[kind] = (counts[kind] ?? 0) + 1;
    }
    return counts;
  }

  /** Invocations of a function that ended so. */
  ended(kind: Outcome['kind'], functionKey?: string): InvocationRecord[] {
    return this.invocations.filter(
      made => made.outcome === kind && (functionKey === undefined || made.function === functionKey),
    );
  }
}
