import type { ExportInfo } from '@xpress/forge/api';
import { type Problem, ProblemError, type Wish } from '@xpress/forge/loop';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useHost } from '../app/HostContext';
import { problemOf } from '../app/problemOf';
import type { InstantExport, Outcome, Progress } from '../host';

/** Where an export is. */
export type Phase =
  | { kind: 'form'; problem?: Problem }
  | { kind: 'running'; progress: Progress }
  | { kind: 'done'; made: InstantExport; wish: Wish; kept: 'no' | 'keeping' | 'yes'; problem?: Problem }
  | { kind: 'background'; id: string; because: Extract<Outcome, { kind: 'background' }>['because'] };

export interface Export {
  phase: Phase;
  start: (wish: Wish | undefined, background: boolean) => Promise<void>;
  cancel: () => void;
  /** Keeps what was made in the browser. */
  keep: () => Promise<ExportInfo | undefined>;
  /** Back to the form. */
  reset: () => void;
}

/** Runs an export that is started from a page, or none. */
export function useExport(page: string | undefined): Export {
  const host = useHost();
  const [phase, setPhase] = useState<Phase>({ kind: 'form' });
  const current = useRef<AbortController>(undefined);
  useEffect(() => () => current.current?.abort(), []);

  async function start(wish: Wish | undefined, background: boolean): Promise<void> {
    if (!wish) return setPhase({ kind: 'form', problem: { code: 'nothing-selected' } });
    const controller = new AbortController();
    current.current = controller;
    setPhase({ kind: 'running', progress: { stage: 'reading', done: 0, total: 0 } });
    const tell = (progress: Progress) => {
      if (!controller.signal.aborted) setPhase({ kind: 'running', progress });
    };
    try {
      const outcome = await host.export(wish, { background, signal: controller.signal, ...(page && { page }) }, tell);
      if (controller.signal.aborted) return;
      setPhase(outcome.kind === 'instant' ? { kind: 'done', made: outcome.made, wish, kept: 'no' } : outcome);
    } catch (error) {
      if (!controller.signal.aborted) setPhase({ kind: 'form', problem: problemOf(error) });
    }
  }

  async function keep(): Promise<ExportInfo | undefined> {
    if (phase.kind !== 'done') return undefined;
    const { made, wish } = phase;
    setPhase({ kind: 'done', made, wish, kept: 'keeping' });
    try {
      const info = await host.keep(made, wish, page, () => undefined);
      setPhase({ kind: 'done', made, wish, kept: 'yes' });
      return info;
    } catch (error) {
      setPhase({ kind: 'done', made, wish, kept: 'no', problem: problemOf(error) });
      return undefined;
    }
  }

  const cancel = useCallback(() => {
    current.current?.abort();
    setPhase({ kind: 'form', problem: new ProblemError('cancelled').problem });
  }, []);
  const reset = useCallback(() => setPhase({ kind: 'form' }), []);
  return { phase, start, cancel, keep, reset };
}
