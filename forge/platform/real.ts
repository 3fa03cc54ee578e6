/** What the platform itself uses, whatever functions see in its place. */

/** Real time. */
export const RealDate = Date;
/** Requests that are not a function's. */
export const realFetch = globalThis.fetch;
export const realSetTimeout = globalThis.setTimeout;
export const realClearTimeout = globalThis.clearTimeout;

/** Milliseconds since 1970. */
export function realNow(): number {
  return RealDate.now();
}

/** Never settles: what a killed process waits for. */
export function never<T>(): Promise<T> {
  return new Promise<T>(() => {
    // It never does.
  });
}
