import type { TemplateOption } from '@xpress/forge/api';
import type { Setting } from '@xpress/forge/loop';
import { useCallback } from 'react';
import { useIntl } from 'react-intl';
import { type OptionWords, useOptionWords } from '../export/useOptionWords';
import { useText } from '../i18n/useText';

/** Words for options as the export form has them, with values that read well in a sentence. */
export function useOptionText(): Pick<OptionWords, 'label' | 'help' | 'value'> {
  const text = useText();
  const words = useOptionWords();
  return {
    label: words.label,
    help: words.help,
    value: (option: TemplateOption, value: Setting) => {
      if (option.type === 'boolean') return text(value ? 'settings.branding.yes' : 'settings.branding.no');
      if (value === '') return text('settings.branding.empty');
      return option.type === 'choice' || option.type === 'language' ? words.value(option, value) : String(value);
    },
  };
}

/** The name of a template as people read it. */
export function useTemplateName(): (name: string) => string {
  const { messages, formatMessage } = useIntl();
  return useCallback(
    name => (`export.template.${name}` in messages ? formatMessage({ id: `export.template.${name}` }) : name),
    [messages, formatMessage],
  );
}
