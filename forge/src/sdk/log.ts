/** Log lines: one for each step, as JSON, of ids, counts, codes and durations. Never content, titles or addresses. */

export type Facts = Record<string, string | number | boolean | undefined>;

/** Writes a line. */
export function log(event: string, facts: Facts = {}): void {
  // biome-ignore lint/suspicious/noConsole: this is how functions log
  console.log(JSON.stringify({ event, ...facts }));
}

/** What may be told of an error: its kind and code, not its words, which may hold content. */
export function errorFacts(error: unknown): Facts {
  if (!(error instanceof Error)) return { error: typeof error };
  const { code, status } = error as Error & { code?: unknown; status?: unknown };
  const place = /\n\s+at (?:async )?([\w.#<>]+)/.exec(error.stack ?? '')?.[1];
  return {
    error: error.name === 'Error' ? error.constructor.name : error.name,
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    ...(typeof status === 'number' ? { status } : {}),
    ...(place ? { place } : {}),
  };
}
