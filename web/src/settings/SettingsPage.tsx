import { AutoDismissFlag, FlagGroup } from '@atlaskit/flag';
import Heading from '@atlaskit/heading';
import SuccessIcon from '@atlaskit/icon/core/status-success';
import SectionMessage from '@atlaskit/section-message';
import Spinner from '@atlaskit/spinner';
import type { Settings, Template } from '@xpress/forge/api';
import { useMemo, useRef, useState } from 'react';
import { useAbout, useHost, useHostContext } from '../app/HostContext';
import { ProblemMessage } from '../app/ProblemMessage';
import { type Problem, problemOf } from '../app/problemOf';
import { useLoaded } from '../app/useTask';
import { useText } from '../i18n/useText';
import { BrandingSection } from './BrandingSection';
import { ExportsSection } from './ExportsSection';
import { LimitsSection } from './LimitsSection';
import { PrivacySection } from './PrivacySection';
import { RendererSection } from './RendererSection';
import { SaveBar } from './SaveBar';
import './settings.css';
import '../documents/documents.css';
import { StorageSection } from './StorageSection';
import { TemplatesSection } from './TemplatesSection';
import { SettingsFormProvider, useSettings } from './useSettings';
import { offers } from './validate';

interface Loaded {
  settings: { site: Settings; space?: Partial<Settings> };
  templates: Template[];
  /** Why there are no templates. */
  noTemplates?: Problem;
}

/** The settings of the site, or those of a space over them. */
export function SettingsPage({ space }: { space?: string }) {
  const text = useText();
  const host = useHost();
  const context = useHostContext();
  const { value, problem, running, reload } = useLoaded(`settings ${space ?? ''}`, async (): Promise<Loaded> => {
    // Without the renderer, all but templates and their options can be set.
    const [settings, templates] = await Promise.all([
      host.settings(space),
      host.templates().catch((error: unknown) => ({ noTemplates: problemOf(error) })),
    ]);
    return Array.isArray(templates) ? { settings, templates } : { settings, templates: [], ...templates };
  });
  return (
    <main className="xp-set">
      <header className="xp-set__head">
        <Heading size="large" as="h1">
          {space === undefined
            ? text('settings.title.site')
            : text('settings.title.space', { space: context.space.name || space })}
        </Heading>
        <p>{text(space === undefined ? 'settings.intro.site' : 'settings.intro.space')}</p>
      </header>
      {problem && <ProblemMessage problem={problem} retry={reload} />}
      {running && !value && (
        <div className="xp-set__wait">
          <Spinner label={text('settings.loading')} />
        </div>
      )}
      {value && <Form key={space ?? ''} loaded={value} space={space} />}
    </main>
  );
}

function Form({ loaded, space }: { loaded: Loaded; space: string | undefined }) {
  const text = useText();
  const host = useHost();
  const { admin } = useAbout();
  const { settings, noTemplates } = loaded;
  const ofSpace = space !== undefined;
  // A space chooses among those that the site offers.
  const templates = useMemo(() => {
    const { templates: named } = settings.site;
    const offered = offers({ allTemplates: !ofSpace || named.length === 0, templates: named }, loaded.templates);
    return loaded.templates.filter(({ name }) => offered.includes(name));
  }, [loaded, ofSpace, settings.site]);
  const readOnly = !(ofSpace ? admin.space || admin.site : admin.site);
  const usage = useLoaded('usage', () => host.usage());
  const { draft, dispatch, errors, changed, saving, problem, save, discard } = useSettings(settings, templates, space);
  const [saved, setSaved] = useState(0);
  const page = useRef<HTMLDivElement>(null);
  const wrong = Object.keys(errors).length;
  const form = useMemo(
    () => ({ draft, dispatch, errors, templates, site: settings.site, ofSpace, readOnly }),
    [draft, dispatch, errors, templates, settings.site, ofSpace, readOnly],
  );
  const onSave = async () => {
    // The first field with an error is where to go on.
    if (wrong > 0) page.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
    else if (await save()) setSaved(count => count + 1);
  };
  return (
    <SettingsFormProvider value={form}>
      <div className="xp-set__sections" ref={page}>
        {readOnly && (
          <SectionMessage title={text('settings.readonly.title')}>
            <p>{text(ofSpace ? 'settings.readonly.space' : 'settings.readonly.site')}</p>
          </SectionMessage>
        )}
        <ExportsSection />
        {noTemplates && (
          <SectionMessage appearance="warning" title={text('settings.noTemplates.title')}>
            <p>{text('settings.noTemplates.text')}</p>
            <p>{text(`problem.${noTemplates.code}.title`)}</p>
          </SectionMessage>
        )}
        <TemplatesSection />
        <BrandingSection />
        <LimitsSection />
        <StorageSection usage={usage.value} />
        {!ofSpace && <RendererSection readOnly={readOnly} />}
        <PrivacySection />
      </div>
      {!readOnly && (
        <SaveBar
          changed={changed.length}
          wrong={wrong}
          saving={saving}
          problem={problem}
          onSave={() => void onSave()}
          onDiscard={discard}
        />
      )}
      <FlagGroup shouldRenderToParent label={text('settings.flags')} onDismissed={() => setSaved(0)}>
        {saved > 0 && changed.length === 0
          ? [
              <AutoDismissFlag
                key={saved}
                id={saved}
                icon={<SuccessIcon label="" color="var(--ds-icon-success)" />}
                title={text('settings.saved')}
                description={text('settings.saved.text')}
              />,
            ]
          : []}
      </FlagGroup>
    </SettingsFormProvider>
  );
}
