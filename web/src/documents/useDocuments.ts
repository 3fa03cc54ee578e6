import type { ExportInfo } from '@xpress/forge/api';
import { useCallback, useEffect, useReducer, useRef, useState } from 'react';
import { useHost } from '../app/HostContext';
import { type Problem, problemOf } from '../app/problemOf';
import { type DocumentList, emptyList, isRunning, reduceList } from './list';
import { usePolling } from './usePolling';

/** Which exports: of a space, of a page, with words in their titles. `fresh`: the id of one that was just begun. */
export interface DocumentQuery {
  query?: string;
  page?: string | undefined;
  space?: string | undefined;
  fresh?: string | undefined;
}

/** The user's exports, kept up to date, and what can be done with them. Nothing of it rejects but `remove` and `cancel`. */
export interface Documents {
  list: DocumentList;
  /** `first`: nothing to show yet; `again`: searching; `more`: the next page. */
  loading: 'first' | 'again' | 'more' | undefined;
  problem: Problem | undefined;
  /** The words that what is on view was searched by. */
  found: string;
  reload(): void;
  more(): void;
  tick(id: string, on: boolean): void;
  tickAll(on: boolean): void;
  /** Deletes it, for good. */
  remove(id: string): Promise<void>;
  /** Stops it; it stays in the list as cancelled. */
  cancel(id: string): Promise<void>;
}

/** The user's exports for a query. `onChange` hears of each that is not as it was. */
export function useDocuments(
  { query = '', page, space, fresh }: DocumentQuery,
  onChange?: (before: ExportInfo | undefined, after: ExportInfo) => void,
): Documents {
  const host = useHost();
  const [list, dispatch] = useReducer(reduceList, emptyList);
  const [loading, setLoading] = useState<Documents['loading']>('first');
  const [problem, setProblem] = useState<Problem>();
  const [found, setFound] = useState('');
  const current = useRef(list);
  current.current = list;
  // A newer question makes the answers to older ones void.
  const turn = useRef(0);

  /** A page of the list. The one just begun may not be in it yet. */
  const ask = useCallback(
    async (cursor: string | undefined) => {
      const words = { ...(query && { query }), ...(page && { page }), ...(space && { space }) };
      const answer = await host.exports({ ...words, ...(cursor && { cursor }) });
      const missing = fresh && !cursor && !query && !answer.exports.some(({ id }) => id === fresh);
      const begun = missing ? await host.status([fresh]) : [];
      return { exports: [...begun, ...answer.exports], cursor: answer.cursor };
    },
    [host, query, page, space, fresh],
  );
  const load = useCallback(
    async (cursor?: string) => {
      const mine = ++turn.current;
      setLoading(before => loadingOf(before, cursor));
      try {
        const answer = await ask(cursor);
        if (mine !== turn.current) return;
        dispatch({ type: cursor ? 'more' : 'loaded', ...answer });
        setProblem(undefined);
        setFound(query);
      } catch (error) {
        if (mine === turn.current) setProblem(problemOf(error));
      }
      if (mine === turn.current) setLoading(undefined);
    },
    [ask, query],
  );
  useEffect(() => {
    void load();
    return () => {
      turn.current += 1;
    };
  }, [load]);

  const look = useCallback(
    async (asked: string[]) => {
      const exports = await host.status(asked);
      const before = new Map(current.current.items.map(info => [info.id, info]));
      const next = reduceList(current.current, { type: 'status', asked, exports });
      dispatch({ type: 'status', asked, exports });
      for (const info of next.items) if (before.get(info.id) !== info) onChange?.(before.get(info.id), info);
      return next !== current.current;
    },
    [host, onChange],
  );
  usePolling(list.items.some(isRunning), () => look(current.current.items.filter(isRunning).map(({ id }) => id)));

  const { cursor } = list;
  return {
    list,
    loading,
    problem,
    found,
    reload: useCallback(() => void load(), [load]),
    more: useCallback(() => void (cursor && load(cursor)), [load, cursor]),
    tick: useCallback((id, on) => dispatch({ type: 'tick', id, on }), []),
    tickAll: useCallback(on => dispatch({ type: 'tick-all', on }), []),
    remove: useCallback(
      async id => {
        await host.remove(id).catch(error => {
          // Deleted elsewhere, or by its time: just as well.
          if (problemOf(error).code !== 'not-found') throw error;
        });
        dispatch({ type: 'removed', id });
      },
      [host],
    ),
    cancel: useCallback(
      async id => {
        await host.cancel(id);
        await look([id]).catch(() => undefined);
      },
      [host, look],
    ),
  };
}

function loadingOf(before: Documents['loading'], cursor: string | undefined): Documents['loading'] {
  if (cursor) return 'more';
  return before === 'first' ? 'first' : 'again';
}
