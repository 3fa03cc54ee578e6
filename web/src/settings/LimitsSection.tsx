import { useText } from '../i18n/useText';
import { NumberField } from './Field';
import { Own } from './Own';
import { Section } from './Section';
import { useSettingsForm } from './useSettings';

/** How much may be exported. */
export function LimitsSection() {
  const text = useText();
  const { draft, dispatch, errors, site, ofSpace, readOnly } = useSettingsForm();
  return (
    <Section title={text('settings.limits')}>
      <Own
        field="maxPages"
        label={text('settings.maxPages')}
        value={text('settings.maxPages.value', { count: site.maxPages })}
      >
        {fresh => (
          <NumberField
            label={text('settings.maxPages')}
            help={text('settings.maxPages.help')}
            value={draft.maxPages}
            error={errors.maxPages}
            readOnly={readOnly}
            autoFocus={fresh}
            onChange={maxPages => dispatch({ type: 'set', values: { maxPages } })}
          />
        )}
      </Own>
      {!ofSpace && (
        <NumberField
          label={text('settings.maxExports')}
          help={text('settings.maxExports.help')}
          value={draft.maxExports}
          error={errors.maxExports}
          readOnly={readOnly}
          onChange={maxExports => dispatch({ type: 'set', values: { maxExports } })}
        />
      )}
    </Section>
  );
}
