import { type Dispatch, useCallback, useEffect, useReducer, useRef, useState } from 'react';
import { useHost } from '../app/HostContext';
import { type Problem, problemOf } from '../app/problemOf';
import { type Task, useTask } from '../app/useTask';
import { type Action, empty, reduce, type TreeState } from './state';

export interface PageTree {
  space: string;
  state: TreeState;
  dispatch: Dispatch<Action>;
  /** Of the top of the tree. */
  task: Task<unknown>;
  reload: () => void;
  /** Opens a node, and loads its children if they are not there yet. */
  open: (id: string) => void;
  /** Chooses a page without those below it. */
  alone: (id: string) => void;
  problem: Problem | undefined;
}

type Change = Action | { type: 'start' };

/** What a user chooses of a space's tree, which is loaded as far as it is opened. `active`: whether it is on view. */
export function usePageTree(space: string, active: boolean): PageTree {
  const host = useHost();
  const [state, dispatch] = useReducer(
    (before: TreeState, change: Change) => (change.type === 'start' ? empty : reduce(before, change)),
    empty,
  );
  const latest = useRef(state);
  latest.current = state;
  const loading = useRef(new Set<string>());
  const top = useTask<void>();
  const below = useTask<void>();
  /** Why the last node that was opened stayed closed. */
  const [problem, setProblem] = useState<Problem>();
  const { run } = top;

  const load = useCallback(
    async (id: string) => {
      const node = latest.current.nodes.get(id)?.node;
      if (!node || latest.current.nodes.get(id)?.children || loading.current.has(id)) return;
      loading.current.add(id);
      try {
        dispatch({ type: 'loaded', parent: id, nodes: await host.children(node) });
      } finally {
        loading.current.delete(id);
      }
    },
    [host],
  );

  const open = useCallback(
    (id: string) => {
      dispatch({ type: 'open', ids: [id] });
      load(id).then(
        () => setProblem(undefined),
        error => {
          dispatch({ type: 'close', ids: [id] });
          setProblem(problemOf(error));
        },
      );
    },
    [load],
  );

  const alone = (id: string) =>
    void below.run(async () => {
      await load(id);
      dispatch({ type: 'alone', id });
    });

  const reload = useCallback(
    () =>
      void run(async signal => {
        const roots = await host.roots(space);
        if (signal.aborted) return;
        dispatch({ type: 'loaded', parent: '', nodes: roots });
        // Most spaces have one page on top with all others below it, and maybe a few strays.
        const [only, other] = roots.filter(({ hasChildren }) => hasChildren);
        latest.current = reduce(latest.current, { type: 'loaded', parent: '', nodes: roots });
        if (only && !other) open(only.id);
      }),
    [host, space, run, open],
  );

  // biome-ignore lint/correctness/useExhaustiveDependencies: another space is another tree
  useEffect(() => dispatch({ type: 'start' }), [space]);
  useEffect(() => {
    if (active && space) reload();
  }, [active, space, reload]);

  return { space, state, dispatch, task: top.task, reload, open, alone, problem: below.task.problem ?? problem };
}
