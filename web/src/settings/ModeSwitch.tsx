import { useId } from 'react';
import { useText } from '../i18n/useText';
import type { Mode } from './draft';

const MODES = ['user', 'preset', 'fixed'] as const;

interface Props {
  /** What the option is called. */
  option: string;
  mode: Mode;
  /** In a space, the first choice is what the site has. */
  ofSpace: boolean;
  readOnly: boolean;
  onChange: (mode: Mode) => void;
}

/** Who decides on an option: three radio buttons in one bar. */
export function ModeSwitch({ option, mode, ofSpace, readOnly, onChange }: Props) {
  const text = useText();
  const name = useId();
  return (
    <fieldset className="xp-mode" disabled={readOnly}>
      <legend className="xp-hidden">{text('settings.branding.mode', { option })}</legend>
      {MODES.map(choice => (
        <label key={choice} className="xp-mode__choice">
          <input type="radio" name={name} value={choice} checked={mode === choice} onChange={() => onChange(choice)} />
          <span>{text(`settings.branding.${choice === 'user' && ofSpace ? 'site' : choice}`)}</span>
        </label>
      ))}
    </fieldset>
  );
}
