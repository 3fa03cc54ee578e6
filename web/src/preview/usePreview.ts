import type { Preview } from '@xpress/forge/api';
import type { Wish } from '@xpress/forge/loop';
import { useCallback, useEffect, useRef } from 'react';
import { useHost } from '../app/HostContext';
import type { Problem } from '../app/problemOf';
import { useDebounced } from '../app/useDebounced';
import { useTask } from '../app/useTask';

export type Picture = Preview['sheets'][number];

export interface PreviewState {
  /** What was made last, of this wish or of one before it. */
  value: Preview | undefined;
  /** Whether it is about to be replaced. */
  stale: boolean;
  problem: Problem | undefined;
  /** Whether there is nothing to show. */
  empty: boolean;
  again: () => void;
}

/** Typing and ticking pause for so long before a preview is made, in milliseconds. */
const PAUSE = 600;

/** Pictures of the first sheets of a wish, made anew whenever it changes in what can be seen. */
export function usePreview(wish: Wish | undefined): PreviewState {
  const host = useHost();
  const { task, run, reset } = useTask<Preview>();
  const key = wish ? visible(wish) : '';
  // The first one is made at once.
  const first = useRef(true);
  const settled = useDebounced(key, first.current ? 0 : PAUSE);
  const latest = useRef(wish);
  latest.current = wish;

  const make = useCallback(() => {
    const asked = latest.current;
    if (asked) void run(signal => host.preview(asked, signal));
    else reset();
  }, [host, run, reset]);

  useEffect(() => {
    if (settled !== '') first.current = false;
    make();
  }, [settled, make]);

  const { value, problem, running } = task;
  return {
    value: key === '' ? undefined : value,
    stale: running || key !== settled,
    problem,
    empty: key === '',
    again: make,
  };
}

/** What of a wish shows on its sheets. How many pages there are behind the first ones doesn't. */
function visible({ selection, options: { template, settings, images } }: Wish): string {
  return JSON.stringify([selection, template, settings, images]);
}
