import type { Clock } from './clock';

/** Adds up what happened in the last so many milliseconds. */
export class Rate {
  readonly #clock: Clock;
  readonly #window: number;
  #events: { at: number; amount: number }[] = [];
  #sum = 0;

  constructor(clock: Clock, window: number) {
    this.#clock = clock;
    this.#window = window;
  }

  /** Counts; gives the sum, this included. */
  add(amount: number): number {
    const now = this.#clock.now();
    this.#events.push({ at: now, amount });
    this.#sum += amount;
    let gone = 0;
    for (const event of this.#events) {
      if (event.at > now - this.#window) {
        break;
      }
      this.#sum -= event.amount;
      gone += 1;
    }
    this.#events.splice(0, gone);
    return this.#sum;
  }
}
