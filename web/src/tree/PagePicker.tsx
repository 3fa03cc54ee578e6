import Button, { IconButton } from '@atlaskit/button/new';
import CrossIcon from '@atlaskit/icon/core/cross';
import SearchIcon from '@atlaskit/icon/core/search';
import Textfield from '@atlaskit/textfield';
import { useDeferredValue, useState } from 'react';
import { ProblemMessage } from '../app/ProblemMessage';
import { useDebounced } from '../app/useDebounced';
import { Waiting } from '../app/Waiting';
import { useText } from '../i18n/useText';
import { OrderList } from './OrderList';
import { PageTree } from './PageTree';
import { SearchResults } from './SearchResults';
import './tree.css';
import type { PageTree as Tree } from './usePageTree';

/** Chooses pages of a space: by the tree or by a search, and puts them in order. */
export function PagePicker({ tree }: { tree: Tree }) {
  const text = useText();
  const { state, dispatch, task, problem } = tree;
  const [query, setQuery] = useState('');
  const asked = useDeferredValue(useDebounced(query.trim(), 250));
  return (
    <div className="xp-picker">
      <div className="xp-picker__bar">
        <Textfield
          type="search"
          isCompact
          aria-label={text('tree.search')}
          placeholder={text('tree.search')}
          value={query}
          onChange={event => setQuery(event.currentTarget.value)}
          elemBeforeInput={
            <span className="xp-picker__icon">
              <SearchIcon label="" size="small" />
            </span>
          }
          elemAfterInput={
            query && (
              <IconButton
                icon={CrossIcon}
                label={text('tree.search.clear')}
                appearance="subtle"
                spacing="compact"
                onClick={() => setQuery('')}
              />
            )
          }
        />
        <div className="xp-picker__buttons">
          <Button spacing="compact" appearance="subtle" onClick={() => dispatch({ type: 'all' })}>
            {text('tree.all')}
          </Button>
          <Button
            spacing="compact"
            appearance="subtle"
            isDisabled={state.picks.length === 0}
            onClick={() => dispatch({ type: 'none' })}
          >
            {text('tree.none')}
          </Button>
          <Button
            spacing="compact"
            appearance="subtle"
            isDisabled={state.open.size === 0 || asked !== ''}
            onClick={() => dispatch({ type: 'close', ids: [...state.open] })}
          >
            {text('tree.collapse')}
          </Button>
        </div>
      </div>
      {problem && <ProblemMessage problem={problem} />}
      {task.problem && <ProblemMessage problem={task.problem} retry={tree.reload} />}
      {asked !== '' && <SearchResults tree={tree} query={asked} />}
      {asked === '' && !task.problem && <Whole tree={tree} />}
      <OrderList tree={tree} />
    </div>
  );
}

function Whole({ tree }: { tree: Tree }) {
  const text = useText();
  const { roots } = tree.state;
  if (!roots) return <Waiting label={text('tree.loading')} />;
  if (roots.length === 0) return <p className="xp-hint">{text('tree.empty')}</p>;
  return <PageTree tree={tree} />;
}
