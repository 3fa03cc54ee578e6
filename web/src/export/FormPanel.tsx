import type { Settings, Template } from '@xpress/forge/api';
import type { Problem, Wish } from '@xpress/forge/loop';
import type { ReactNode } from 'react';
import { Permissions } from '../app/Permissions';
import { ProblemMessage } from '../app/ProblemMessage';
import type { SpaceInfo } from '../host';
import { useText } from '../i18n/useText';
import type { Picture } from '../preview/usePreview';
import { PagePicker } from '../tree/PagePicker';
import type { PageTree } from '../tree/usePageTree';
import { FilesGroup } from './FilesGroup';
import { FilterFields } from './FilterFields';
import type { Form, What } from './form';
import { OptionGroups } from './OptionGroups';
import { TemplateGallery } from './TemplateGallery';
import { WhatChoice } from './WhatChoice';

interface Props {
  form: Form;
  onChange: (form: Form) => void;
  kinds: What[];
  space: SpaceInfo | undefined;
  spaceChoice: ReactNode;
  tree: PageTree;
  templates: Template[];
  settings: Settings;
  wish: Wish | undefined;
  picture: Picture | undefined;
  problem: Problem | undefined;
}

/** All that can be chosen for an export. */
export function FormPanel(props: Props) {
  const { form, onChange, kinds, space, spaceChoice, tree, templates, settings, wish, picture, problem } = props;
  const text = useText();
  const template = templates.find(({ name }) => name === form.template);
  return (
    <form className="xp-form" onSubmit={event => event.preventDefault()}>
      {problem && <ProblemMessage problem={problem} />}
      <section className="xp-form__part">
        <h2 className="xp-title">{text('export.what')}</h2>
        {spaceChoice}
        {space && (
          <>
            <WhatChoice kinds={kinds} value={form.what} onChange={what => onChange({ ...form, what })} />
            {form.what === 'choose' && <PagePicker tree={tree} />}
            {form.what !== 'page' && (
              <FilterFields
                space={space.key}
                what={form.what}
                filter={form.filter}
                onChange={filter => onChange({ ...form, filter })}
              />
            )}
          </>
        )}
      </section>
      <section className="xp-form__part">
        <h2 className="xp-title">{text('export.template')}</h2>
        <TemplateGallery
          templates={templates}
          settings={settings}
          value={form.template}
          onChange={name => onChange({ ...form, template: name })}
          wish={wish}
          picture={picture}
        />
      </section>
      <section className="xp-form__part">
        <h2 className="xp-title">{text('export.options')}</h2>
        <div className="xp-groups">
          {template && <OptionGroups template={template} form={form} settings={settings} onChange={onChange} />}
          <FilesGroup form={form} onChange={onChange} />
        </div>
      </section>
      <Permissions />
    </form>
  );
}
