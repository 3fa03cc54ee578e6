import Checkbox from '@atlaskit/checkbox';
import { Radio } from '@atlaskit/radio';
import Select from '@atlaskit/select';
import { useId } from 'react';
import { formatList } from '../i18n/format';
import { useLocale, useText } from '../i18n/useText';
import { FieldNote } from './Field';
import { Own } from './Own';
import { useTemplateName } from './optionText';
import { Section } from './Section';
import { useSettingsForm } from './useSettings';
import { offers } from './validate';

/** Which templates users may choose, and with which an export begins. */
export function TemplatesSection() {
  const text = useText();
  const locale = useLocale();
  const nameOf = useTemplateName();
  const { site, templates } = useSettingsForm();
  if (templates.length === 0) return null;
  const offered =
    site.templates.length === 0 ? text('settings.templates.all') : formatList(locale, site.templates.map(nameOf));
  return (
    <Section title={text('settings.templates')} text={text('settings.templates.text')}>
      <Own field="templates" label={text('settings.templates.label')} value={offered}>
        {() => <Offered />}
      </Own>
      <Own field="defaultTemplate" label={text('settings.templates.default')} value={nameOf(site.defaultTemplate)}>
        {fresh => <Default fresh={fresh} />}
      </Own>
    </Section>
  );
}

function Offered() {
  const text = useText();
  const id = useId();
  const nameOf = useTemplateName();
  const { draft, dispatch, errors, templates, ofSpace, readOnly } = useSettingsForm();
  const all = templates.map(({ name }) => name);
  return (
    <fieldset className="xp-set__field xp-set__group" aria-describedby={`${id}-note`}>
      <legend className="xp-set__label">{text('settings.templates.label')}</legend>
      {[true, false].map(every => (
        <Radio
          key={String(every)}
          name={id}
          value={String(every)}
          label={text(
            every ? (ofSpace ? 'settings.templates.allOfSite' : 'settings.templates.all') : 'settings.templates.some',
          )}
          isChecked={draft.allTemplates === every}
          isDisabled={readOnly}
          onChange={() =>
            dispatch({
              type: 'set',
              values: {
                allTemplates: every,
                ...(!every && { templates: draft.templates.length > 0 ? draft.templates : all }),
              },
            })
          }
        />
      ))}
      {!draft.allTemplates && (
        <div className="xp-set__inner">
          {templates.map(({ name, description }) => (
            <div key={name}>
              <Checkbox
                label={nameOf(name)}
                isChecked={draft.templates.includes(name)}
                isDisabled={readOnly}
                isInvalid={errors.templates !== undefined}
                aria-describedby={`${id}-${name}`}
                onChange={event => dispatch({ type: 'offer', template: name, on: event.currentTarget.checked, all })}
              />
              <p id={`${id}-${name}`} className="xp-set__quiet xp-set__under" lang="en">
                {description}
              </p>
            </div>
          ))}
        </div>
      )}
      <FieldNote id={`${id}-note`} error={errors.templates} />
    </fieldset>
  );
}

function Default({ fresh }: { fresh: boolean }) {
  const text = useText();
  const id = useId();
  const nameOf = useTemplateName();
  const { draft, dispatch, errors, templates, readOnly } = useSettingsForm();
  const choices = offers(draft, templates).map(name => ({ value: name, label: nameOf(name) }));
  return (
    <div className="xp-set__field">
      <label className="xp-set__label" htmlFor={id}>
        {text('settings.templates.default')}
      </label>
      <div className="xp-set__select">
        <Select<{ value: string; label: string }>
          inputId={id}
          options={choices}
          value={choices.find(({ value }) => value === draft.defaultTemplate) ?? null}
          isDisabled={readOnly}
          isInvalid={errors.defaultTemplate !== undefined}
          autoFocus={fresh}
          menuPosition="fixed"
          descriptionId={`${id}-note`}
          onChange={choice => choice && dispatch({ type: 'set', values: { defaultTemplate: choice.value } })}
        />
      </div>
      <FieldNote id={`${id}-note`} help={text('settings.templates.default.help')} error={errors.defaultTemplate} />
    </div>
  );
}
