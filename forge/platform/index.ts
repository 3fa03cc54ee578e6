/**
 * A small Forge of our own: the app's functions and the real SDK packages run on it, in one process, and it enforces
 * Forge's limits. For tests and for `make demo-app`; it takes no part in the app itself.
 */

export { Clock } from './clock';
export { type ConfluenceOptions, startConfluence } from './confluence';
export { type DatabaseOptions, startDatabase } from './database';
export { type Effect, Faults, type Match } from './faults';
export { LIMITS, type Limits } from './limits';
export { Platform } from './platform';
export { type RendererOptions, startRenderer } from './renderer';
export type { ConfluenceRecord, InvocationRecord, RemoteRecord, Report } from './report';
export { type HostServer, type ServeOptions, serve } from './serve';
export type * from './types';
