import { realNow } from './real';

/** Time that can be moved forward: that of the platform, and of the functions while they run. */
export class Clock {
  #ahead = 0;

  /** Milliseconds since 1970. */
  now(): number {
    return realNow() + this.#ahead;
  }

  /** Milliseconds by which it is ahead of real time. */
  get ahead(): number {
    return this.#ahead;
  }

  /** Moves it forward by so many milliseconds. */
  advance(milliseconds: number): void {
    this.#ahead += Math.max(0, milliseconds);
  }
}
