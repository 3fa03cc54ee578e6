/** Work that goes on at the same time, and no more of it than is good. */

/** The results of `work` for all items in their order, `most` at once. After the first error nothing new is begun. */
export async function pooled<T, R>(items: readonly T[], work: (item: T) => Promise<R>, most = 6): Promise<R[]> {
  const results = new Array<R>(items.length);
  const failures: unknown[] = [];
  const entries = items.entries();
  const worker = async () => {
    for (const [index, item] of entries) {
      if (failures.length) return;
      try {
        results[index] = await work(item);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, worker));
  if (failures.length) throw failures[0];
  return results;
}

/** All of some questions at once; the first error after all have ended. */
export async function together<A, B, C>(
  first: () => Promise<A>,
  second: () => Promise<B>,
  third: () => Promise<C>,
): Promise<[A, B, C]> {
  const [a, b, c] = await Promise.allSettled([first(), second(), third()]);
  if (a.status === 'rejected') throw a.reason;
  if (b.status === 'rejected') throw b.reason;
  if (c.status === 'rejected') throw c.reason;
  return [a.value, b.value, c.value];
}

/** Lets so many through at once, and nobody while it is shut. */
export class Gate {
  readonly #most: number;
  readonly #queue: (() => void)[] = [];
  #running = 0;
  #shut: Promise<void> | undefined;

  constructor(most: number) {
    this.#most = most;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    while (this.#running >= this.#most) await new Promise<void>(resolve => this.#queue.push(resolve));
    this.#running += 1;
    try {
      while (this.#shut) await this.#shut;
      return await work();
    } finally {
      this.#running -= 1;
      this.#queue.shift()?.();
    }
  }

  /** Shuts it until a wait has ended; whoever waits at it already gets what the wait rejects with. */
  async shut(wait: () => Promise<void>): Promise<void> {
    this.#shut ??= wait().finally(() => {
      this.#shut = undefined;
    });
    await this.#shut;
  }
}
