import Button from '@atlaskit/button/new';
import { monitorForElements } from '@atlaskit/pragmatic-drag-and-drop/element/adapter';
import { extractClosestEdge } from '@atlaskit/pragmatic-drag-and-drop-hitbox/closest-edge';
import VisuallyHidden from '@atlaskit/visually-hidden';
import { useEffect, useId, useState } from 'react';
import { useText } from '../i18n/useText';
import { isRow } from './drag';
import { OrderRow } from './OrderRow';
import type { Place } from './order';
import type { PageTree } from './usePageTree';

/** What is chosen, in the order in which it will be exported: by dragging, or by the menu of each row. */
export function OrderList({ tree }: { tree: PageTree }) {
  const { state, dispatch } = tree;
  const text = useText();
  const id = useId();
  const [said, say] = useState('');
  const { picks } = state;

  useEffect(
    () =>
      monitorForElements({
        canMonitor: ({ source }) => isRow(source.data, id),
        onDrop: ({ source, location }) => {
          const target = location.current.dropTargets[0]?.data;
          if (!target || !isRow(source.data, id) || !isRow(target, id) || source.data.pick === target.pick) return;
          const edge = extractClosestEdge(target);
          const to: Place = edge === 'top' ? { before: target.pick } : { after: target.pick };
          dispatch({ type: 'move', id: source.data.pick, to });
        },
      }),
    [dispatch, id],
  );

  if (picks.length === 0) return <VisuallyHidden role="status">{said}</VisuallyHidden>;

  const titleOf = (pick: string) => state.nodes.get(pick)?.node.title || text('tree.untitled');
  const position = (pick: string, to: Place) => {
    const at = picks.findIndex(other => other.id === pick) + 1;
    return { up: at - 1, down: at + 1, top: 1, bottom: picks.length }[to as string] ?? at;
  };

  return (
    <section className="xp-order" aria-labelledby={`${id}-title`}>
      <div className="xp-order__head">
        <h3 id={`${id}-title`} className="xp-subtitle">
          {text('tree.order')}
        </h3>
        {state.arranged && (
          <Button spacing="compact" appearance="subtle" onClick={() => dispatch({ type: 'tree-order' })}>
            {text('tree.order.tree')}
          </Button>
        )}
      </div>
      <ol className="xp-order__list">
        {picks.map((pick, index) => (
          <OrderRow
            key={pick.id}
            list={id}
            pick={pick}
            title={titleOf(pick.id)}
            known={state.nodes.get(pick.id)}
            gaps={[...state.without].filter(gap => isIn(tree, gap, pick.id)).length}
            first={index === 0}
            last={index === picks.length - 1}
            onMove={to => {
              say(
                text('tree.order.moved', {
                  title: titleOf(pick.id),
                  position: position(pick.id, to),
                  count: picks.length,
                }),
              );
              dispatch({ type: 'move', id: pick.id, to });
            }}
            onBelow={below => dispatch({ type: 'below', id: pick.id, below })}
            onRemove={() => {
              say(text('tree.order.removed', { title: titleOf(pick.id) }));
              dispatch({ type: 'drop', id: pick.id });
            }}
          />
        ))}
      </ol>
      <VisuallyHidden role="status">{said}</VisuallyHidden>
    </section>
  );
}

function isIn({ state }: PageTree, id: string, top: string): boolean {
  for (let above = state.nodes.get(id)?.parent; above; above = state.nodes.get(above)?.parent) {
    if (above === top) return true;
  }
  return false;
}
