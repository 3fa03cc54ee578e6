import { useEffect, useRef } from 'react';
import { nextDelay, SHORTEST } from './progress';

/**
 * Looks again and again while `active` and while the tab is visible. `look` resolves to whether something changed; the
 * waits grow while nothing does. A look that fails counts as one without news: what went wrong may pass.
 */
export function usePolling(active: boolean, look: () => Promise<boolean>): void {
  const latest = useRef(look);
  latest.current = look;
  useEffect(() => {
    if (!active) return undefined;
    let delay = SHORTEST;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let over = false;
    const plan = (wait: number) => {
      clearTimeout(timer);
      if (!over && document.visibilityState === 'visible') timer = setTimeout(run, wait);
    };
    const run = async () => {
      const changed = await latest.current().catch(() => false);
      delay = nextDelay(delay, changed);
      plan(delay);
    };
    const onVisibility = () => plan(0);
    document.addEventListener('visibilitychange', onVisibility);
    plan(delay);
    return () => {
      over = true;
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', onVisibility);
    };
  }, [active]);
}
