import type { Invocation } from './invocation';

export const ENVIRONMENT = 'f0a3c1de-0000-4000-8000-00000000de70';
export const VERSION = '1.0.0';

const timer = { stop: () => {} };
const counter = { incr: () => {}, incrBy: () => {}, decr: () => {}, decrBy: () => {} };
const metrics = {
  counter: () => counter,
  timing: () => ({ measure: () => timer }),
  gauge: () => ({ set: () => {} }),
};

/** What the SDK finds as `__forge_runtime__`. */
export function runtimeOf(invocation: Invocation): object {
  const { state, run, id } = invocation;
  const { manifest } = state;
  return {
    proxy: { token: 'none', url: 'http://127.0.0.1:1' },
    contextAri: contextAri(state.options.confluence.cloudId),
    aaid: run.account,
    appContext: {
      appId: manifest.app.id.split('/').at(-1),
      appVersion: VERSION,
      environmentId: ENVIRONMENT,
      environmentType: 'DEVELOPMENT',
      invocationId: id,
      installationId: state.id,
      functionKey: run.function,
      moduleType: run.kind,
      moduleKey: run.module,
      installation: installationOf(state.id, state.options.confluence.cloudId),
      permissions: { scopes: manifest.scopes, external: manifest.external },
    },
    lambdaContext: { awsRequestId: id, getRemainingTimeInMillis: () => Math.floor(invocation.remaining) },
    tracing: { traceId: id.replaceAll('-', ''), spanId: id.slice(0, 8) },
    realtime: {},
    featureFlags: () => false,
    metrics,
  };
}

export function contextAri(cloudId: string): string {
  return `ari:cloud:confluence::site/${cloudId}`;
}

/** The installation as functions see it. */
export function installationOf(id: string, cloudId: string): object {
  return { ari: { installationId: id }, contexts: [{ name: 'confluence', cloudId, url: contextAri(cloudId) }] };
}
