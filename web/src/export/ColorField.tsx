import Textfield from '@atlaskit/textfield';
import { useEffect, useState } from 'react';
import { useText } from '../i18n/useText';

interface Props {
  id: string;
  label: string;
  /** Such as `#0C66E4`. */
  value: string;
  fixed: boolean;
  onChange: (value: string) => void;
}

/** A colour, chosen by eye or typed. */
export function ColorField({ id, label, value, fixed, onChange }: Props) {
  const text = useText();
  const [typed, type] = useState(value);
  useEffect(() => type(value), [value]);
  const valid = isColor(typed);
  return (
    <div className="xp-color">
      <input
        id={id}
        className="xp-color__swatch"
        type="color"
        value={value.toLowerCase()}
        disabled={fixed}
        onChange={event => onChange(event.currentTarget.value.toUpperCase())}
      />
      <Textfield
        isCompact
        isMonospaced
        aria-label={`${label}: ${text('option.hex')}`}
        isDisabled={fixed}
        isInvalid={!valid}
        value={typed}
        maxLength={7}
        onChange={event => {
          const next = event.currentTarget.value.trim();
          type(next);
          if (isColor(next)) onChange(next.toUpperCase());
        }}
      />
    </div>
  );
}

function isColor(value: string): boolean {
  return /^#[0-9a-f]{6}$/i.test(value);
}
