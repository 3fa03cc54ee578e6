import Checkbox from '@atlaskit/checkbox';
import { HelperMessage, Label } from '@atlaskit/form';
import LockIcon from '@atlaskit/icon/core/lock-locked';
import Select from '@atlaskit/select';
import Textfield from '@atlaskit/textfield';
import type { TemplateOption } from '@xpress/forge/api';
import type { Setting } from '@xpress/forge/loop';
import { type ReactNode, useId } from 'react';
import { useLocale, useText } from '../i18n/useText';
import { ColorField } from './ColorField';
import { languages } from './languages';
import { useOptionWords } from './useOptionWords';

interface Props {
  option: TemplateOption;
  value: Setting;
  /** Whether it can't be changed. */
  fixed?: boolean;
  onChange: (value: Setting) => void;
}

/** The field of an option, by its type, with its words in the user's language. */
export function OptionField(props: Props) {
  const { option, fixed = false } = props;
  const text = useText();
  const words = useOptionWords();
  const id = useId();
  const help = words.help(option);
  const notes = (
    <>
      {help && <HelperMessage>{help}</HelperMessage>}
      {fixed && (
        <p className="xp-fixed">
          <LockIcon label="" size="small" />
          {text('option.fixed')}
        </p>
      )}
    </>
  );
  if (option.type === 'boolean') {
    return (
      <div className="xp-field xp-field--check">
        <Checkbox
          id={id}
          aria-describedby={`${id}-notes`}
          label={words.label(option)}
          isChecked={props.value === true}
          isDisabled={fixed}
          onChange={event => props.onChange(event.currentTarget.checked)}
        />
        <div id={`${id}-notes`}>{notes}</div>
      </div>
    );
  }
  return (
    <Labelled id={id} label={words.label(option)} notes={notes}>
      <Control {...props} fixed={fixed} id={id} />
    </Labelled>
  );
}

function Labelled({
  id,
  label,
  notes,
  children,
}: {
  id: string;
  label: string;
  notes: ReactNode;
  children: ReactNode;
}) {
  return (
    <div className="xp-field">
      <Label htmlFor={id}>{label}</Label>
      {children}
      <div id={`${id}-notes`}>{notes}</div>
    </div>
  );
}

function Control({ option, value, fixed = false, onChange, id }: Props & { id: string }) {
  const words = useOptionWords();
  const locale = useLocale();
  switch (option.type) {
    case 'choice':
    case 'language': {
      const options =
        option.type === 'language'
          ? languages(String(value), locale)
          : (option.choices ?? []).map(choice => ({ value: choice, label: words.value(option, choice) }));
      return (
        <Select
          inputId={id}
          descriptionId={`${id}-notes`}
          spacing="compact"
          isSearchable={options.length > 8}
          isDisabled={fixed}
          options={options}
          value={options.find(choice => choice.value === value) ?? null}
          onChange={choice => choice && onChange(choice.value)}
          menuPosition="fixed"
        />
      );
    }
    case 'color':
      return <ColorField id={id} label={words.label(option)} value={String(value)} fixed={fixed} onChange={onChange} />;
    case 'integer':
      return (
        <Textfield
          id={id}
          aria-describedby={`${id}-notes`}
          isCompact
          type="number"
          min={option.minimum}
          max={option.maximum}
          isDisabled={fixed}
          value={Number(value)}
          onChange={event => {
            const number = event.currentTarget.valueAsNumber;
            const { minimum = number, maximum = number } = option;
            if (Number.isInteger(number)) onChange(Math.min(Math.max(number, minimum), maximum));
          }}
        />
      );
    default:
      return (
        <Textfield
          id={id}
          aria-describedby={`${id}-notes`}
          isCompact
          isDisabled={fixed}
          value={String(value)}
          onChange={event => onChange(event.currentTarget.value)}
        />
      );
  }
}
