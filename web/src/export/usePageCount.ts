import type { Selection } from '@xpress/forge/loop';
import { useEffect } from 'react';
import { useHost } from '../app/HostContext';
import { useDebounced } from '../app/useDebounced';
import { useTask } from '../app/useTask';

/** How many pages a selection holds; `undefined` while that is being counted, or if it can't be. */
export function usePageCount(selection: Selection | undefined): { count: number | undefined; counting: boolean } {
  const host = useHost();
  const { task, run, reset } = useTask<number>();
  const key = selection ? JSON.stringify(selection) : '';
  const settled = useDebounced(key, 500);
  useEffect(() => {
    if (settled === '') reset();
    else void run(() => host.count(JSON.parse(settled)));
  }, [settled, host, run, reset]);
  if (key === '') return { count: 0, counting: false };
  const counting = task.running || key !== settled;
  return { count: counting ? undefined : task.value, counting };
}
