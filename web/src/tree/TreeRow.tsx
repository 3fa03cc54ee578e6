import ChevronDown from '@atlaskit/icon/core/chevron-down';
import ChevronRight from '@atlaskit/icon/core/chevron-right';
import Spinner from '@atlaskit/spinner';
import { useText } from '../i18n/useText';
import { Kind } from './Kind';
import type { Row } from './rows';
import { TickBox } from './TickBox';
import type { Tick } from './ticks';

interface Props {
  id: string;
  row: Row;
  /** Pixels from the top of the tree. */
  top: number;
  tick: Tick;
  current: boolean;
  onTick: () => void;
  onAlone: () => void;
  onToggle: () => void;
}

const CHECKED = { all: true, some: 'mixed', none: false } as const;

/** A row of the tree. Keys are handled by the tree; the parts of the row are for the mouse. */
export function TreeRow({ id, row, top, tick, current, onTick, onAlone, onToggle }: Props) {
  const text = useText();
  const { node, open, level } = row;
  const title = node.title || text('tree.untitled');
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree has the keys
    // biome-ignore lint/a11y/useFocusableInteractive: the tree has the focus and names the current row
    <div
      id={id}
      role="treeitem"
      className={current ? 'xp-tree__row xp-tree__row--current' : 'xp-tree__row'}
      style={{ insetBlockStart: top, paddingInlineStart: (level - 1) * 20 }}
      aria-level={level}
      aria-posinset={row.position}
      aria-setsize={row.size}
      aria-checked={CHECKED[tick]}
      {...(node.hasChildren && { 'aria-expanded': open })}
      onClick={onTick}
    >
      <span className="xp-tree__toggle" aria-hidden="true">
        {row.waiting ? (
          <Spinner size="xsmall" />
        ) : (
          node.hasChildren && (
            // biome-ignore lint/a11y/useKeyWithClickEvents: arrow keys do it
            // biome-ignore lint/a11y/noStaticElementInteractions: for the mouse only
            <span
              className="xp-tree__chevron"
              onClick={event => {
                event.stopPropagation();
                onToggle();
              }}
            >
              {open ? <ChevronDown label="" size="small" /> : <ChevronRight label="" size="small" />}
            </span>
          )
        )}
      </span>
      <TickBox tick={tick} />
      <Kind kind={node.kind} />
      <span className="xp-tree__title" title={title}>
        {title}
      </span>
      {node.kind !== 'page' && <span className="xp-hidden">{`(${kindName(text, node.kind)})`}</span>}
      {node.hasChildren && (
        <span
          className="xp-tree__alone"
          title={text('tree.alone.key')}
          aria-hidden="true"
          onClick={event => {
            event.stopPropagation();
            onAlone();
          }}
        >
          {text('tree.alone')}
        </span>
      )}
    </div>
  );
}

function kindName(text: ReturnType<typeof useText>, kind: string): string {
  switch (kind) {
    case 'folder':
    case 'whiteboard':
    case 'database':
    case 'embed':
    case 'blogpost':
      return text(`tree.kind.${kind}`);
    default:
      return text('tree.kind.page');
  }
}
