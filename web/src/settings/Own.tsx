import Button from '@atlaskit/button/new';
import UndoIcon from '@atlaskit/icon/core/undo';
import { type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { useText } from '../i18n/useText';
import type { SpaceField } from './draft';
import { FieldNote } from './Field';
import { useSettingsForm } from './useSettings';

interface Props {
  field: SpaceField;
  label: string;
  /** The site's value in words. */
  value: string;
  /** Whether the site leaves spaces no choice. */
  fixed?: boolean;
  /** The field itself; `fresh`: it was just made the space's own, and takes the focus. */
  children: (fresh: boolean) => ReactNode;
}

/** A field that a space may have of its own: the site's value with a button to change it, or the field with one back. */
export function Own({ field, label, value, fixed = false, children }: Props) {
  const text = useText();
  const { draft, dispatch, errors, site, ofSpace, readOnly } = useSettingsForm();
  const id = useId();
  const change = useRef<HTMLButtonElement>(null);
  const [turned, setTurned] = useState<'own' | 'site'>();
  useEffect(() => {
    if (turned === 'site') change.current?.focus();
  }, [turned]);
  if (!ofSpace) return children(false);
  const turn = (own: boolean) => {
    dispatch({ type: 'own', field, own, site });
    setTurned(own ? 'own' : 'site');
  };
  if (draft.own.includes(field) && !fixed) {
    return (
      <div className="xp-own">
        {children(turned === 'own')}
        {!readOnly && (
          <div>
            <Button
              appearance="subtle"
              spacing="compact"
              iconBefore={UndoIcon}
              aria-label={text('settings.own.backOf', { field: label, value })}
              onClick={() => turn(false)}
            >
              {text('settings.own.back', { value })}
            </Button>
          </div>
        )}
      </div>
    );
  }
  return (
    <div className="xp-own xp-own--site">
      <div className="xp-own__words">
        <span className="xp-set__label">{label}</span>
        <span>
          {value} <span className="xp-set__quiet">· {text(fixed ? 'settings.own.bySite' : 'settings.own.site')}</span>
        </span>
        {errors[field] && <FieldNote id={id} error={errors[field]} />}
      </div>
      {!readOnly && !fixed && (
        <Button
          ref={change}
          spacing="compact"
          aria-label={text('settings.own.changeOf', { field: label })}
          onClick={() => turn(true)}
        >
          {text('settings.own.change')}
        </Button>
      )}
    </div>
  );
}
