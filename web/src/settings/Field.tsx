import { ErrorMessage, HelperMessage } from '@atlaskit/form';
import Textfield from '@atlaskit/textfield';
import { type ReactNode, useId } from 'react';
import { useText } from '../i18n/useText';
import type { FieldError } from './validate';

/** Words under a field: help, and what is wrong with its value. `id` is for `aria-describedby`. */
export function FieldNote({
  id,
  help,
  error,
}: {
  id: string;
  help?: string | undefined;
  error?: FieldError | undefined;
}) {
  const text = useText();
  return (
    <div id={id} className="xp-set__note">
      {error && <ErrorMessage>{text(error.key, error.values)}</ErrorMessage>}
      {help && <HelperMessage>{help}</HelperMessage>}
    </div>
  );
}

interface NumberProps {
  label: string;
  help?: string;
  value: string;
  error: FieldError | undefined;
  readOnly: boolean;
  autoFocus?: boolean;
  onChange: (typed: string) => void;
  /** Stands beside the field. */
  children?: ReactNode;
}

/** A whole number, as it is typed. */
export function NumberField({
  label,
  help,
  value,
  error,
  readOnly,
  autoFocus = false,
  onChange,
  children,
}: NumberProps) {
  const id = useId();
  return (
    <div className="xp-set__field">
      <label className="xp-set__label" htmlFor={id}>
        {label}
      </label>
      <div className="xp-set__beside">
        <Textfield
          id={id}
          width={120}
          inputMode="numeric"
          autoComplete="off"
          value={value}
          isInvalid={error !== undefined}
          isDisabled={readOnly}
          autoFocus={autoFocus}
          aria-describedby={`${id}-note`}
          onChange={event => onChange(event.currentTarget.value)}
        />
        {children}
      </div>
      <FieldNote id={`${id}-note`} help={help} error={error} />
    </div>
  );
}
