import type { ExportInfo, FileInfo } from '@xpress/forge/api';
import { useCallback, useState } from 'react';
import { useHost } from '../app/HostContext';
import { type Problem, problemOf } from '../app/problemOf';

/** A download that is under way. `part`: what is here, from 0 to 1, of `file` out of `files`. */
export interface Loading {
  part: number;
  file: number;
  files: number;
}

/** Loads files of an export, checked, and hands them to the user one after the other. One download at a time. */
export function useDownload(
  info: ExportInfo,
  onSaved?: (file: FileInfo) => void,
): { loading: Loading | undefined; problem: Problem | undefined; download: (files: readonly FileInfo[]) => void } {
  const host = useHost();
  const [loading, setLoading] = useState<Loading>();
  const [problem, setProblem] = useState<Problem>();

  const run = useCallback(
    async (files: readonly FileInfo[]) => {
      setProblem(undefined);
      try {
        for (const [index, file] of files.entries()) {
          const at = { file: index + 1, files: files.length };
          setLoading({ part: 0, ...at });
          const loaded = await host.load(info, file, ({ done, total }) =>
            setLoading({ part: total > 0 ? done / total : 0, ...at }),
          );
          host.save(loaded);
          onSaved?.(file);
        }
      } catch (error) {
        setProblem(problemOf(error));
      }
      setLoading(undefined);
    },
    [host, info, onSaved],
  );
  return { loading, problem, download: useCallback(files => void run(files), [run]) };
}
