import type { Settings, Template } from '@xpress/forge/api';
import { useText } from '../i18n/useText';
import { type Form, isFixed, settingOf, withSetting } from './form';
import { Group } from './Group';
import { groupsOf } from './groups';
import { OptionField } from './OptionField';
import { useOptionWords } from './useOptionWords';

interface Props {
  template: Template;
  form: Form;
  settings: Settings;
  onChange: (form: Form) => void;
}

/** The options of a template, in groups. What is fixed by administrators is shown, and can't be changed. */
export function OptionGroups({ template, form, settings, onChange }: Props) {
  const text = useText();
  const words = useOptionWords();
  return groupsOf(template.options).map(({ name, options }) => {
    const changed = options.filter(option => settingOf(option, form, settings) !== option.default);
    const note = changed.map(option => words.summary(option, settingOf(option, form, settings))).join(' · ');
    return (
      <Group key={name} title={text(`export.group.${name}`)} {...(note && { note })}>
        {options.map(option => (
          <OptionField
            key={option.name}
            option={option}
            value={settingOf(option, form, settings)}
            fixed={isFixed(option, settings)}
            onChange={value => onChange(withSetting(form, option, value, settings))}
          />
        ))}
      </Group>
    );
  });
}
