import type { ExportInfo, State } from '@xpress/forge/api';
import { useEffect, useState } from 'react';
import { useHost } from '../app/HostContext';

/** Pauses between two looks, in milliseconds: the first ones are short, so that small exports feel quick. */
const PAUSES = [1000, 1500, 2000, 3000, 5000];

const ENDED: readonly State[] = ['done', 'failed', 'cancelled'];

/** Whether nothing more will happen to it. */
export function isEnded(info: ExportInfo): boolean {
  return ENDED.includes(info.state);
}

/** What is known of an export; `gone` if it was deleted. */
export interface Status {
  info?: ExportInfo;
  gone: boolean;
}

/** An export in the background, as it is now. Looks again until it has ended. */
export function useStatus(id: string): Status {
  const host = useHost();
  const [status, setStatus] = useState<Status>({ gone: false });
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    let left = false;
    const look = async (times: number): Promise<void> => {
      // Without an answer, what was last known stays; the next look may have more luck.
      const found = await host.status([id]).then(statusOf, () => undefined);
      if (left) return;
      if (found) setStatus(found);
      if (!found || goesOn(found)) {
        timer = setTimeout(() => void look(times + 1), PAUSES[Math.min(times, PAUSES.length - 1)]);
      }
    };
    void look(0);
    return () => {
      left = true;
      clearTimeout(timer);
    };
  }, [host, id]);
  return status;
}

function statusOf([info]: ExportInfo[]): Status {
  return info ? { info, gone: false } : { gone: true };
}

function goesOn({ info }: Status): boolean {
  return info !== undefined && !isEnded(info);
}
