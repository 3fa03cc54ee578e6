import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from 'react';
import { useLocale, useText } from '../i18n/useText';
import { type KeyAction, keyAction } from './keys';
import { type Row, rowByTitle, rowsOf, windowOf } from './rows';
import { TreeRow } from './TreeRow';
import { ticksOf } from './ticks';
import type { PageTree as Tree } from './usePageTree';

/** Pixels; the style sheet has the same. */
const ROW_HEIGHT = 32;

/** How long letters that are typed belong together, in milliseconds. */
const TYPING = 700;

/** The tree with its boxes. Only the rows on view are in the document, so that it may have thousands. */
export function PageTree({ tree }: { tree: Tree }) {
  const { state, dispatch } = tree;
  const text = useText();
  const locale = useLocale();
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const rows = useMemo(() => rowsOf(state), [state]);
  const ticks = useMemo(() => ticksOf(state), [state]);
  const [current, setCurrent] = useState<string>();
  const at = Math.max(
    0,
    rows.findIndex(row => row.id === current),
  );
  const view = useScroll(box);
  const typed = useRef({ text: '', at: 0 });
  const shown = windowOf(rows.length, ROW_HEIGHT, view.top, view.height);

  function go(index: number): void {
    const row = rows[Math.min(Math.max(index, 0), rows.length - 1)];
    if (!row) return;
    setCurrent(row.id);
    scrollTo(box.current, rows.indexOf(row));
  }

  function tick(row: Row): void {
    dispatch({ type: ticks(row.id) === 'all' ? 'untick' : 'tick', id: row.id });
  }

  function type(letter: string): void {
    const now = Date.now();
    const start = now - typed.current.at < TYPING ? typed.current.text + letter : letter;
    typed.current = { text: start, at: now };
    go(rowByTitle(rows, at, start, locale));
  }

  function act(row: Row, action: KeyAction): void {
    if (action.go !== undefined) go(action.go);
    for (const opened of action.open ?? []) tree.open(opened);
    if (action.close) dispatch({ type: 'close', ids: [row.id] });
    if (action.tick) tick(row);
    if (action.alone) tree.alone(row.id);
    if (action.type) type(action.type);
  }

  function onKeyDown(event: KeyboardEvent): void {
    const row = rows[at];
    const action = keyAction(event, rows, at);
    if (!row || !action) return;
    event.preventDefault();
    act(row, action);
  }

  const focused = rows[at];
  return (
    <>
      <div
        ref={box}
        className="xp-tree"
        role="tree"
        tabIndex={0}
        aria-label={text('tree.label')}
        aria-describedby={`${id}-help`}
        aria-multiselectable="true"
        aria-activedescendant={focused && `${id}-${focused.id}`}
        onKeyDown={onKeyDown}
      >
        <div className="xp-tree__all" role="none" style={{ blockSize: rows.length * ROW_HEIGHT }}>
          {rows.slice(shown.first, shown.last).map((row, index) => (
            <TreeRow
              key={row.id}
              id={`${id}-${row.id}`}
              row={row}
              top={(shown.first + index) * ROW_HEIGHT}
              tick={ticks(row.id)}
              current={row === focused}
              onTick={() => {
                setCurrent(row.id);
                tick(row);
              }}
              onAlone={() => tree.alone(row.id)}
              onToggle={() => {
                setCurrent(row.id);
                if (row.open) dispatch({ type: 'close', ids: [row.id] });
                else tree.open(row.id);
              }}
            />
          ))}
        </div>
      </div>
      <p id={`${id}-help`} className="xp-hint">
        {text('tree.help')}
      </p>
    </>
  );
}

function scrollTo(box: HTMLDivElement | null, index: number): void {
  if (!box) return;
  const top = index * ROW_HEIGHT;
  if (top < box.scrollTop) box.scrollTop = top;
  else if (top + ROW_HEIGHT > box.scrollTop + box.clientHeight) box.scrollTop = top + ROW_HEIGHT - box.clientHeight;
}

function useScroll(box: React.RefObject<HTMLDivElement | null>): { top: number; height: number } {
  const [view, setView] = useState({ top: 0, height: 400 });
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const look = () => setView({ top: element.scrollTop, height: element.clientHeight });
    const watcher = new ResizeObserver(look);
    watcher.observe(element);
    element.addEventListener('scroll', look, { passive: true });
    return () => {
      watcher.disconnect();
      element.removeEventListener('scroll', look);
    };
  }, [box]);
  return view;
}
