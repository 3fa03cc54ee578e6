import Radio from '@atlaskit/radio/Radio';
import { useId } from 'react';
import { useText } from '../i18n/useText';
import type { What } from './form';

/** How much is exported. */
export function WhatChoice({ kinds, value, onChange }: { kinds: What[]; value: What; onChange: (what: What) => void }) {
  const text = useText();
  const name = useId();
  return (
    <fieldset className="xp-fieldset">
      <legend className="xp-hidden">{text('export.what')}</legend>
      {kinds.map(kind => (
        <Radio
          key={kind}
          name={name}
          value={kind}
          label={text(`export.what.${kind}`)}
          isChecked={value === kind}
          onChange={() => onChange(kind)}
        />
      ))}
    </fieldset>
  );
}
