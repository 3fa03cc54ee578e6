/** The time that is left to an invocation. */

import { getAppContext } from '@forge/api';

/** The invocation has used up its time; the work goes on in another one. The fetch loop lets it pass. */
export class TimeUpError extends Error {
  constructor() {
    super('no time left');
    this.name = 'AbortError';
  }
}

export interface Budget {
  /** Milliseconds until work has to end, so that there is time left to leave everything in order. */
  left(): number;
  /** Rejects what would take longer than is left. TimeUpError. */
  claim(milliseconds: number): void;
  /** The longest that one request to the renderer is expected to take, in milliseconds. */
  readonly request: number;
}

/** Of the invocation that is running. `share`: how much of its time may be used (0 to 1). */
export function budget(share = 1): Budget {
  const { invocationRemainingTimeInMillis: remaining } = getAppContext();
  const total = remaining();
  const end = total * (1 - share) + Math.min(40_000, total / 8);
  const left = () => remaining() - end;
  return {
    left,
    claim(milliseconds) {
      if (left() < milliseconds) throw new TimeUpError();
    },
    request: Math.min(180_000, total / 5),
  };
}
