import type { TemplateOption } from '@xpress/forge/api';
import type { Setting } from '@xpress/forge/loop';
import { useIntl } from 'react-intl';
import { languageName } from './languages';

export interface OptionWords {
  label: (option: TemplateOption) => string;
  help: (option: TemplateOption) => string;
  /** A value, as the control shows it. */
  value: (option: TemplateOption, value: Setting) => string;
  /** Option and value in short. */
  summary: (option: TemplateOption, value: Setting) => string;
}

/** Words for options: those of XPress' own templates are known in the user's language, others bring their help along. */
export function useOptionWords(): OptionWords {
  const intl = useIntl();
  const known = (key: string) => (intl.messages[key] ? intl.formatMessage({ id: key }) : undefined);
  const label = (option: TemplateOption) => known(`option.${option.name}.label`) ?? spoken(option.name);
  const value = (option: TemplateOption, setting: Setting) => {
    if (option.type === 'language') return languageName(String(setting), intl.locale);
    if (option.type === 'boolean') return known(`option.${setting}`) ?? String(setting);
    return known(`option.${option.name}.${setting}`) ?? known(`option.${setting}`) ?? spoken(String(setting));
  };
  return {
    label,
    help: option => (known(`option.${option.name}.label`) ? (known(`option.${option.name}.help`) ?? '') : option.help),
    value,
    summary: (option, setting) => {
      if (setting === true) return label(option);
      const said = option.type === 'text' || option.type === 'color' ? String(setting) : value(option, setting);
      return option.type === 'text' || option.name === 'paper' ? said : `${label(option)}: ${said}`;
    },
  };
}

/** A name such as `page_total` as words. */
function spoken(name: string): string {
  const words = name.replace(/[_-]+/g, ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
