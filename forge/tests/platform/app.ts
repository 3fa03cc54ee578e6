/** The app of the platform's tests: its functions do what a test has put there. */

import { Queue } from '@forge/events';
import Resolver from '@forge/resolver';
import { type Confluence, type Database, Platform, type PlatformOptions } from '../../platform';

export const jobs = new Queue({ key: 'jobs' });

export interface JobEvent {
  body: Record<string, unknown>;
  jobId: string;
  eventId: string;
  retryContext?: { retryCount: number; retryReason: string; retryData: unknown };
}

/** What the functions do. A test sets what it needs. */
export interface Does {
  call: (payload: Record<string, unknown>, account: string) => unknown;
  job: (event: JobEvent) => unknown;
  hourly: () => unknown;
  lifecycle: () => unknown;
  goodbye: () => unknown;
}

const nothing = () => undefined;

/** The app, and the functions of its own that a test may change. */
export function makeApp(): { does: Does; handlers: PlatformOptions['handlers'] } {
  const does: Does = { call: nothing, job: nothing, hourly: nothing, lifecycle: nothing, goodbye: nothing };
  const resolver = new Resolver();
  resolver.define('call', ({ payload, context }) =>
    Promise.resolve(does.call(payload, context.accountId)).then(value => ({ value })),
  );
  const handlers = {
    resolver: resolver.getDefinitions(),
    job: async (event: JobEvent) => does.job(event),
    hourly: async () => does.hourly(),
    lifecycle: async () => does.lifecycle(),
    goodbye: async () => does.goodbye(),
  };
  return { does, handlers };
}

/** A platform with that app. */
export function makePlatform(services: { database: Database; confluence: Confluence } & Partial<PlatformOptions>): {
  does: Does;
  platform: Platform;
} {
  const { does, handlers } = makeApp();
  const manifest = new URL('manifest.yml', import.meta.url).pathname;
  const variables = { RENDERER_URL: 'https://render.example.com' };
  return { does, platform: new Platform({ manifest, handlers, variables, queue: { duplicates: 0 }, ...services }) };
}
