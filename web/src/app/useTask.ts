import { useCallback, useEffect, useRef, useState } from 'react';
import { type Problem, problemOf } from './problemOf';

/** Something that takes time: running, and what became of it. */
export interface Task<T> {
  running: boolean;
  value?: T;
  problem?: Problem;
}

/**
 * Runs async work one at a time: a newer run makes the outcome of an older one void, and so does leaving.
 * Returns its state, `run(work)`, which resolves to the value or `undefined`, and `reset()`, which aborts.
 */
export function useTask<T>(): {
  task: Task<T>;
  run: (work: (signal: AbortSignal) => Promise<T>) => Promise<T | undefined>;
  reset: () => void;
} {
  const [task, setTask] = useState<Task<T>>({ running: false });
  const current = useRef<AbortController>(undefined);
  useEffect(() => () => current.current?.abort(), []);

  const run = useCallback(async (work: (signal: AbortSignal) => Promise<T>) => {
    current.current?.abort();
    const controller = new AbortController();
    current.current = controller;
    // What was there stays on view until there is something new.
    setTask(before => (before.value === undefined ? { running: true } : { running: true, value: before.value }));
    try {
      const value = await work(controller.signal);
      if (controller.signal.aborted) return undefined;
      setTask({ running: false, value });
      return value;
    } catch (error) {
      if (!controller.signal.aborted) setTask({ running: false, problem: problemOf(error) });
      return undefined;
    }
  }, []);

  const reset = useCallback(() => {
    current.current?.abort();
    setTask({ running: false });
  }, []);

  return { task, run, reset };
}

/**
 * Loads something when it is shown, and again when `key` changes. `reload` asks anew, keeping what is on view.
 */
export function useLoaded<T>(key: string, load: (signal: AbortSignal) => Promise<T>): Task<T> & { reload: () => void } {
  const { task, run } = useTask<T>();
  const latest = useRef(load);
  latest.current = load;
  const reload = useCallback(() => void run(signal => latest.current(signal)), [run]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` says when to load again
  useEffect(reload, [key, reload]);
  return { ...task, reload };
}
