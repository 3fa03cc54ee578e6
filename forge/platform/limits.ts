/** The limits of Forge, as far as the platform enforces them. Bytes, milliseconds and counts. */
export interface Limits {
  /** Resolvers, triggers. */
  interactiveTime: number;
  /** All other functions without `timeoutSeconds`. */
  functionTime: number;
  preUninstallTime: number;
  invokeRequest: number;
  invokeResponse: number;
  /** Bridge calls in 25 s. */
  bridgeCalls: number;
  sqlRequest: number;
  sqlResponse: number;
  sqlRow: number;
  sqlStorage: number;
  sqlSelectTime: number;
  sqlWriteTime: number;
  sqlDdlTime: number;
  /** Query time in a minute. */
  sqlTimePerMinute: number;
  /** Calls of the DDL address in a minute. */
  ddlPerMinute: number;
  tables: number;
  /** Characters. */
  kvsKey: number;
  kvsValue: number;
  kvsDepth: number;
  kvsBatch: number;
  kvsTransaction: number;
  kvsPage: number;
  pushEvents: number;
  pushBytes: number;
  /** Of one event, if its consumer may run for more than 55 s. */
  eventBytes: number;
  eventsPerMinute: number;
  delay: number;
  cyclicDepth: number;
  /** How long an event is tried. */
  eventRetention: number;
  retryData: number;
  /** Calls to others than Confluence in a minute of one invocation. */
  egressPerMinute: number;
  remoteTime: number;
  /** Of the browser. */
  browserRemoteTime: number;
  logLines: number;
  objectBytes: number;
  objectRequest: number;
  objectUrlTime: number;
}

const KB = 1024;
const MB = 1024 * KB;

export const LIMITS: Readonly<Limits> = {
  interactiveTime: 25_000,
  functionTime: 55_000,
  preUninstallTime: 55_000,
  invokeRequest: 500 * KB,
  invokeResponse: 5 * MB,
  bridgeCalls: 500,
  sqlRequest: MB,
  sqlResponse: 4 * MB,
  sqlRow: 6 * MB,
  sqlStorage: 1024 * MB,
  sqlSelectTime: 5000,
  sqlWriteTime: 10_000,
  sqlDdlTime: 20_000,
  sqlTimePerMinute: 62_500,
  ddlPerMinute: 25,
  tables: 200,
  kvsKey: 500,
  kvsValue: 240 * KB,
  kvsDepth: 31,
  kvsBatch: 25,
  kvsTransaction: 4 * MB,
  kvsPage: 100,
  pushEvents: 50,
  pushBytes: 200 * KB,
  eventBytes: 100 * KB,
  eventsPerMinute: 500,
  delay: 900_000,
  cyclicDepth: 1000,
  eventRetention: 24 * 3600_000,
  retryData: 4 * KB,
  egressPerMinute: 100,
  remoteTime: 180_000,
  browserRemoteTime: 25_000,
  logLines: 100,
  objectBytes: 1024 * MB,
  objectRequest: KB,
  objectUrlTime: 3600_000,
};
