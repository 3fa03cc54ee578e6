import { useCallback } from 'react';
import { useIntl } from 'react-intl';
import type { MessageKey } from './messages';

/** What goes into a message's places. */
export type Values = Record<string, string | number | boolean | Date>;

/** Says a message in the user's language: `text('export.title', { title })`. */
export function useText(): (key: MessageKey, values?: Values) => string {
  const intl = useIntl();
  return useCallback((key, values) => intl.formatMessage({ id: key }, values), [intl]);
}

/** The locale for dates and numbers. */
export function useLocale(): string {
  return useIntl().locale;
}
