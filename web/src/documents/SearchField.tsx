import { IconButton } from '@atlaskit/button/new';
import CloseIcon from '@atlaskit/icon/core/close';
import SearchIcon from '@atlaskit/icon/core/search';
import Textfield from '@atlaskit/textfield';
import { useEffect, useRef, useState } from 'react';
import { useText } from '../i18n/useText';

/** How long nothing must be typed before it is looked for, in milliseconds. */
const PAUSE = 300;

/** A search field that waits for a pause in typing; Enter and clearing don't wait. */
export function SearchField({ onSearch }: { onSearch: (query: string) => void }) {
  const text = useText();
  const field = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => onSearch(typed.trim()), PAUSE);
    return () => clearTimeout(timer);
  }, [typed, onSearch]);
  const clear = () => {
    setTyped('');
    onSearch('');
    field.current?.focus();
  };
  return (
    <search className="xp-search">
      <Textfield
        ref={field}
        isCompact
        aria-label={text('documents.search')}
        placeholder={text('documents.search')}
        value={typed}
        onChange={event => setTyped(event.currentTarget.value)}
        onKeyDown={event => {
          if (event.key === 'Enter') onSearch(typed.trim());
          if (event.key === 'Escape' && typed) {
            event.stopPropagation();
            clear();
          }
        }}
        elemBeforeInput={
          <span className="xp-search__icon">
            <SearchIcon label="" color="var(--ds-icon-subtle)" />
          </span>
        }
        elemAfterInput={
          typed && (
            <span className="xp-search__clear">
              <IconButton
                icon={CloseIcon}
                label={text('documents.search.clear')}
                appearance="subtle"
                spacing="compact"
                onClick={clear}
              />
            </span>
          )
        }
      />
    </search>
  );
}
