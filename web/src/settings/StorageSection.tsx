import SectionMessage from '@atlaskit/section-message';
import type { Usage } from '@xpress/forge/api';
import { Quota, QuotaWarning } from '../documents/Quota';
import { useText } from '../i18n/useText';
import { Switch } from './ExportsSection';
import { NumberField } from './Field';
import { Own } from './Own';
import { Section } from './Section';
import { useSettingsForm } from './useSettings';

/** For how long and where documents are kept, and how much room they take. */
export function StorageSection({ usage }: { usage: Usage | undefined }) {
  const text = useText();
  const { draft, dispatch, errors, site, ofSpace, readOnly } = useSettingsForm();
  return (
    <Section title={text('settings.storage')}>
      <Own
        field="retentionDays"
        label={text('settings.retentionDays')}
        value={text('settings.retentionDays.value', { count: site.retentionDays })}
      >
        {fresh => (
          <NumberField
            label={text('settings.retentionDays')}
            help={text('settings.retentionDays.help')}
            value={draft.retentionDays}
            error={errors.retentionDays}
            readOnly={readOnly}
            autoFocus={fresh}
            onChange={retentionDays => dispatch({ type: 'set', values: { retentionDays } })}
          >
            {draft.retentionDays.trim() === '0' && (
              <span className="xp-set__quiet">{text('settings.retentionDays.value', { count: 0 })}</span>
            )}
          </NumberField>
        )}
      </Own>
      {!ofSpace && (
        <>
          <Switch
            label={text('settings.objectStore')}
            help={text('settings.objectStore.help')}
            checked={draft.objectStore}
            readOnly={readOnly}
            onChange={objectStore => dispatch({ type: 'set', values: { objectStore } })}
          />
          {draft.objectStore && (
            <SectionMessage appearance="warning">
              <p>{text('settings.objectStore.preview')}</p>
            </SectionMessage>
          )}
        </>
      )}
      {!ofSpace && usage && (
        <div className="xp-set__field">
          <span className="xp-set__label">{text('settings.usage')}</span>
          <Quota usage={usage} />
          <QuotaWarning usage={usage} />
        </div>
      )}
    </Section>
  );
}
