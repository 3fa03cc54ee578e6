import { ErrorMessage } from '@atlaskit/form';
import Select from '@atlaskit/select';
import type { Template, TemplateOption } from '@xpress/forge/api';
import { useId, useState } from 'react';
import { type Group, groupsOf } from '../export/groups';
import { formatList } from '../i18n/format';
import { useLocale, useText } from '../i18n/useText';
import { modeOf } from './draft';
import { FieldNote } from './Field';
import { ModeSwitch } from './ModeSwitch';
import { OptionControl } from './OptionControl';
import { useOptionText, useTemplateName } from './optionText';
import { Section } from './Section';
import { type SettingsForm, useSettingsForm } from './useSettings';

/** Options that are set for all exports: a form made of the options of a template. */
export function BrandingSection() {
  const text = useText();
  const id = useId();
  const nameOf = useTemplateName();
  const locale = useLocale();
  const { draft, errors, templates, ofSpace } = useSettingsForm();
  const [chosen, choose] = useState(draft.defaultTemplate);
  const template = templates.find(({ name }) => name === chosen) ?? templates[0];
  if (!template) return null;
  const choices = templates.map(({ name }) => ({ value: name, label: nameOf(name) }));
  const elsewhere = choices
    .filter(
      ({ value }) => value !== template.name && Object.keys(errors).some(key => key.startsWith(`branding.${value}.`)),
    )
    .map(({ label }) => label);
  return (
    <Section
      title={text('settings.branding')}
      text={text(ofSpace ? 'settings.branding.text.space' : 'settings.branding.text')}
    >
      {templates.length > 1 && (
        <div className="xp-set__field">
          <label className="xp-set__label" htmlFor={id}>
            {text('settings.branding.template')}
          </label>
          <div className="xp-set__select">
            <Select<{ value: string; label: string }>
              inputId={id}
              options={choices}
              value={choices.find(({ value }) => value === template.name) ?? null}
              menuPosition="fixed"
              onChange={choice => choice && choose(choice.value)}
            />
          </div>
          <p className="xp-set__quiet">{text('settings.branding.shared')}</p>
          {elsewhere.length > 0 && (
            <ErrorMessage>{text('settings.branding.elsewhere', { names: formatList(locale, elsewhere) })}</ErrorMessage>
          )}
        </div>
      )}
      <div className="xp-set__options">
        {groupsOf(template.options).map(group => (
          <OptionGroup key={`${template.name}/${group.name}`} template={template} group={group} />
        ))}
      </div>
    </Section>
  );
}

/** Options that belong together, folded unless something of them is set or wrong. */
function OptionGroup({ template, group }: { template: Template; group: Group }) {
  const text = useText();
  const { draft, errors } = useSettingsForm();
  const { name, options } = group;
  const count = options.filter(option => modeOf(draft, template.name, option.name) !== 'user').length;
  const wrong = options.some(option => errors[`branding.${template.name}.${option.name}`]);
  const [open, setOpen] = useState(count > 0 || name === 'marks');
  return (
    <details className="xp-optgroup" open={open || wrong} onToggle={event => setOpen(event.currentTarget.open)}>
      <summary>
        <span className="xp-optgroup__name">{text(`export.group.${name}`)}</span>
        <span className="xp-set__quiet">{text('settings.branding.set', { count })}</span>
      </summary>
      {options.map(option => (
        <OptionRow key={option.name} template={template} option={option} />
      ))}
    </details>
  );
}

function OptionRow({ template, option }: { template: Template; option: TemplateOption }) {
  const id = useId();
  const form = useSettingsForm();
  const words = useOptionText();
  const { draft, dispatch, errors, ofSpace, readOnly } = form;
  const label = words.label(option);
  const mode = modeOf(draft, template.name, option.name);
  const error = errors[`branding.${template.name}.${option.name}`];
  const fixedBySite = ofSpace && form.site.locked.includes(option.name);
  return (
    <div className="xp-option">
      <div className="xp-option__words">
        <span id={`${id}-label`} className="xp-set__label">
          {label}
        </span>
        <FieldNote id={`${id}-note`} help={words.help(option)} error={error} />
      </div>
      {!fixedBySite && (
        <ModeSwitch
          option={label}
          mode={mode}
          ofSpace={ofSpace}
          readOnly={readOnly}
          onChange={chosen => dispatch({ type: 'mode', template: template.name, option, mode: chosen })}
        />
      )}
      <div className={fixedBySite ? 'xp-option__value xp-option__value--site' : 'xp-option__value'}>
        {mode === 'user' || fixedBySite ? (
          <Inherited {...{ form, template, option, words }} />
        ) : (
          <OptionControl
            id={id}
            labelledBy={`${id}-label`}
            describedBy={`${id}-note`}
            option={option}
            value={draft.branding[template.name]?.[option.name] ?? option.default}
            invalid={error !== undefined}
            readOnly={readOnly}
            onChange={value => dispatch({ type: 'value', template: template.name, option: option.name, value })}
          />
        )}
      </div>
    </div>
  );
}

/** What an option is where this form doesn't set it: the template's value, or in a space the site's. */
function Inherited({
  form,
  template,
  option,
  words,
}: {
  form: SettingsForm;
  template: Template;
  option: TemplateOption;
  words: ReturnType<typeof useOptionText>;
}) {
  const text = useText();
  const { site, ofSpace } = form;
  const bySite = ofSpace ? site.branding[template.name]?.[option.name] : undefined;
  const value = bySite ?? option.default;
  const kind =
    ofSpace && site.locked.includes(option.name) ? 'siteFixed' : bySite === undefined ? 'default' : 'siteValue';
  return (
    <span className="xp-set__quiet xp-option__inherited">
      {option.type === 'color' && <span className="xp-option__dot" style={{ background: String(value) }} />}
      <span>{text(`settings.branding.${kind}`, { value: words.value(option, value) })}</span>
    </span>
  );
}
