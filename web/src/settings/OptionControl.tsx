import Select from '@atlaskit/select';
import Textfield from '@atlaskit/textfield';
import Toggle from '@atlaskit/toggle';
import type { TemplateOption } from '@xpress/forge/api';
import type { Setting } from '@xpress/forge/loop';
import { languages } from '../export/languages';
import { useLocale, useText } from '../i18n/useText';
import { useOptionText } from './optionText';

interface Props {
  /** Of the element that takes the value. `labelledBy` and `describedBy` are ids of its words. */
  id: string;
  labelledBy: string;
  describedBy: string;
  option: TemplateOption;
  value: Setting;
  invalid: boolean;
  readOnly: boolean;
  onChange: (value: Setting) => void;
}

/** The control for an option's value, by its type. */
export function OptionControl({ id, labelledBy, describedBy, option, value, invalid, readOnly, onChange }: Props) {
  const text = useText();
  const locale = useLocale();
  const words = useOptionText();
  const aria = { 'aria-labelledby': labelledBy, 'aria-describedby': describedBy };
  const typed = String(value);
  const field = {
    ...aria,
    id,
    value: typed,
    isCompact: true,
    isInvalid: invalid,
    isDisabled: readOnly,
    autoComplete: 'off',
    onChange: (event: React.FormEvent<HTMLInputElement>) => onChange(event.currentTarget.value),
  };
  switch (option.type) {
    case 'boolean':
      return (
        <span className="xp-option__toggle">
          <Toggle
            id={id}
            label={words.label(option)}
            isChecked={value === true}
            isDisabled={readOnly}
            descriptionId={describedBy}
            onChange={event => onChange(event.currentTarget.checked)}
          />
          <span aria-hidden="true">{words.value(option, value)}</span>
        </span>
      );
    case 'choice':
    case 'language': {
      const choices =
        option.type === 'language'
          ? languages(typed, locale)
          : (option.choices ?? []).map(choice => ({ value: choice, label: words.value(option, choice) }));
      return (
        <Select<{ value: string; label: string }>
          inputId={id}
          {...aria}
          spacing="compact"
          isSearchable={choices.length > 8}
          options={choices}
          value={choices.find(choice => choice.value === typed) ?? null}
          isDisabled={readOnly}
          isInvalid={invalid}
          menuPosition="fixed"
          onChange={choice => choice && onChange(choice.value)}
        />
      );
    }
    case 'integer':
      return <Textfield {...field} inputMode="numeric" width={100} />;
    case 'color':
      return (
        <span className="xp-option__colour">
          <input
            type="color"
            className="xp-option__swatch"
            aria-label={text('settings.branding.colour', { option: words.label(option) })}
            value={/^#[0-9a-f]{6}$/i.test(typed) ? typed.toLowerCase() : '#000000'}
            disabled={readOnly}
            onChange={event => onChange(event.currentTarget.value.toUpperCase())}
          />
          <Textfield {...field} isMonospaced width={120} />
        </span>
      );
    default:
      return <Textfield {...field} dir="auto" />;
  }
}
