import { useMemo } from 'react';
import { useHost } from '../app/HostContext';
import { ProblemMessage } from '../app/ProblemMessage';
import { useLoaded } from '../app/useTask';
import { Waiting } from '../app/Waiting';
import { useText } from '../i18n/useText';
import { Kind } from './Kind';
import { TickBox } from './TickBox';
import { ticksOf } from './ticks';
import type { PageTree } from './usePageTree';

/** Pages that were found, each with its place and a box. A tick means the page with all below it, as in the tree. */
export function SearchResults({ tree, query }: { tree: PageTree; query: string }) {
  const host = useHost();
  const text = useText();
  const { state, dispatch, space } = tree;
  const { value, problem, running, reload } = useLoaded(`${space} ${query}`, async signal => {
    const found = await host.search(space, { text: query, labels: [] });
    if (!signal.aborted) dispatch({ type: 'found', nodes: found });
    return found;
  });
  const ticks = useMemo(() => ticksOf(state), [state]);
  if (problem) return <ProblemMessage problem={problem} retry={reload} />;
  if (!value) return <Waiting label={text('tree.loading')} />;
  if (value.length === 0) return <p role="status">{text('tree.search.none')}</p>;
  return (
    <ul className="xp-found" aria-label={text('tree.search.results')} aria-busy={running}>
      {value.map(node => {
        const tick = ticks(node.id);
        return (
          <li key={node.id}>
            {/* biome-ignore lint/a11y/useSemanticElements: an input can't be mixed in the document alone */}
            <button
              type="button"
              role="checkbox"
              className="xp-found__item"
              aria-checked={tick === 'some' ? 'mixed' : tick === 'all'}
              onClick={() => dispatch({ type: tick === 'all' ? 'untick' : 'tick', id: node.id })}
            >
              <TickBox tick={tick} />
              <Kind kind={node.kind} />
              <span className="xp-found__text">
                <span>{node.title || text('tree.untitled')}</span>
                <span className="xp-found__path">
                  {node.path?.length ? node.path.join(' › ') : text('tree.search.top')}
                </span>
              </span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}
