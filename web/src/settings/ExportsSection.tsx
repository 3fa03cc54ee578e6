import Toggle from '@atlaskit/toggle';
import { useId } from 'react';
import { useText } from '../i18n/useText';
import { Own } from './Own';
import { Section } from './Section';
import { useSettingsForm } from './useSettings';

/** A switch with its words beside it. */
export function Switch({
  label,
  help,
  checked,
  readOnly,
  onChange,
}: {
  label: string;
  help?: string | undefined;
  checked: boolean;
  readOnly: boolean;
  onChange: (on: boolean) => void;
}) {
  const id = useId();
  return (
    <div className="xp-switch">
      <Toggle
        id={id}
        isChecked={checked}
        isDisabled={readOnly}
        {...(help && { descriptionId: `${id}-help` })}
        onChange={event => onChange(event.currentTarget.checked)}
      />
      <div>
        <label className="xp-set__label" htmlFor={id}>
          {label}
        </label>
        {help && (
          <p id={`${id}-help`} className="xp-set__quiet">
            {help}
          </p>
        )}
      </div>
    </div>
  );
}

/** Whether anything may be exported. */
export function ExportsSection() {
  const text = useText();
  const { draft, dispatch, site, readOnly } = useSettingsForm();
  const label = text('settings.enabled.label');
  return (
    <Section title={text('settings.enabled')}>
      <Own
        field="enabled"
        label={label}
        value={text(site.enabled ? 'settings.on' : 'settings.off')}
        fixed={!site.enabled}
      >
        {() => (
          <Switch
            label={label}
            help={text('settings.enabled.help')}
            checked={draft.enabled}
            readOnly={readOnly}
            onChange={enabled => dispatch({ type: 'set', values: { enabled } })}
          />
        )}
      </Own>
    </Section>
  );
}
