import { IconButton } from '@atlaskit/button/new';
import DropdownMenu, {
  DropdownItem,
  DropdownItemCheckbox,
  DropdownItemCheckboxGroup,
  DropdownItemGroup,
} from '@atlaskit/dropdown-menu';
import DragIcon from '@atlaskit/icon/core/drag-handle-vertical';
import MoreIcon from '@atlaskit/icon/core/show-more-horizontal';
import { combine } from '@atlaskit/pragmatic-drag-and-drop/combine';
import { draggable, dropTargetForElements } from '@atlaskit/pragmatic-drag-and-drop/element/adapter';
import { attachClosestEdge, extractClosestEdge } from '@atlaskit/pragmatic-drag-and-drop-hitbox/closest-edge';
import { useEffect, useRef, useState } from 'react';
import { useText } from '../i18n/useText';
import { isRow } from './drag';
import { Kind } from './Kind';
import type { Place } from './order';
import type { Known } from './state';

interface Props {
  list: string;
  pick: { id: string; below: boolean };
  title: string;
  known: Known | undefined;
  /** Branches that are left out of it. */
  gaps: number;
  first: boolean;
  last: boolean;
  onMove: (to: Place) => void;
  onBelow: (below: boolean) => void;
  onRemove: () => void;
}

/** A pick in the list of what is chosen: it can be dragged, and its menu does the same. */
export function OrderRow({ list, pick, title, known, gaps, first, last, onMove, onBelow, onRemove }: Props) {
  const text = useText();
  const row = useRef<HTMLLIElement>(null);
  const { edge, dragging } = useDrag(row, list, pick.id);
  // What a search found may have something below it: it doesn't tell.
  const mayHaveMore = known?.parent === undefined || known.node.hasChildren;
  const extent = gaps > 0 ? text('tree.order.withSome', { count: gaps }) : text('tree.order.with');
  return (
    <li
      ref={row}
      className={`xp-order__row${dragging ? ' xp-order__row--dragging' : ''}`}
      {...(edge && { 'data-edge': edge })}
    >
      <span className="xp-order__grip" aria-hidden="true">
        <DragIcon label="" size="small" />
      </span>
      <Kind kind={known?.node.kind ?? 'page'} />
      <span className="xp-order__text">
        <span className="xp-order__title">{title}</span>
        {mayHaveMore && <span className="xp-hint">{pick.below ? extent : text('tree.order.alone')}</span>}
      </span>
      <DropdownMenu
        placement="bottom-end"
        shouldRenderToParent
        strategy="fixed"
        trigger={({ triggerRef, ...properties }) => (
          <IconButton
            {...properties}
            ref={triggerRef}
            icon={MoreIcon}
            label={text('tree.order.actions', { title })}
            appearance="subtle"
            spacing="compact"
          />
        )}
      >
        {mayHaveMore && (
          <DropdownItemCheckboxGroup id={`below-${pick.id}`} title="">
            <DropdownItemCheckbox
              id={`below-${pick.id}-box`}
              isSelected={pick.below}
              onClick={() => onBelow(!pick.below)}
            >
              {text('tree.order.below')}
            </DropdownItemCheckbox>
          </DropdownItemCheckboxGroup>
        )}
        <DropdownItemGroup hasSeparator={mayHaveMore}>
          <DropdownItem isDisabled={first} onClick={() => onMove('up')}>
            {text('tree.order.up')}
          </DropdownItem>
          <DropdownItem isDisabled={last} onClick={() => onMove('down')}>
            {text('tree.order.down')}
          </DropdownItem>
          <DropdownItem isDisabled={first} onClick={() => onMove('top')}>
            {text('tree.order.top')}
          </DropdownItem>
          <DropdownItem isDisabled={last} onClick={() => onMove('bottom')}>
            {text('tree.order.bottom')}
          </DropdownItem>
        </DropdownItemGroup>
        <DropdownItemGroup hasSeparator>
          <DropdownItem onClick={onRemove}>{text('tree.order.remove')}</DropdownItem>
        </DropdownItemGroup>
      </DropdownMenu>
    </li>
  );
}

/** Makes a row draggable and a place to drop rows; tells which edge another would go to. */
function useDrag(row: React.RefObject<HTMLElement | null>, list: string, pick: string) {
  const [edge, setEdge] = useState<string | null>(null);
  const [dragging, setDragging] = useState(false);
  useEffect(() => {
    const element = row.current;
    if (!element) return;
    return combine(
      draggable({
        element,
        getInitialData: () => ({ list, pick }),
        onDragStart: () => setDragging(true),
        onDrop: () => setDragging(false),
      }),
      dropTargetForElements({
        element,
        canDrop: ({ source }) => isRow(source.data, list),
        getData: ({ input }) => attachClosestEdge({ list, pick }, { element, input, allowedEdges: ['top', 'bottom'] }),
        onDrag: ({ self, source }) => setEdge(source.data.pick === pick ? null : extractClosestEdge(self.data)),
        onDragLeave: () => setEdge(null),
        onDrop: () => setEdge(null),
      }),
    );
  }, [row, list, pick]);
  return { edge, dragging };
}
