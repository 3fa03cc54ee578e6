import { IconButton } from '@atlaskit/button/new';
import Heading from '@atlaskit/heading';
import SettingsIcon from '@atlaskit/icon/core/settings';
import SectionMessage from '@atlaskit/section-message';
import Tabs, { Tab, TabList, TabPanel } from '@atlaskit/tabs';
import { lazy, Suspense, useState } from 'react';
import { useText } from '../i18n/useText';
import { useAbout, useHost, useHostContext } from './HostContext';
import { Waiting } from './Waiting';

const NewExport = lazy(async () => ({ default: (await import('../export/NewExport')).NewExport }));
const Documents = lazy(async () => ({ default: (await import('../documents/Documents')).Documents }));

const NEW = 0;
const DOCUMENTS = 1;

/** The page of a space and of the whole site: a new export, and the user's documents. */
export function Pages() {
  const text = useText();
  const { place, space } = useHostContext();
  const { settings } = useAbout();
  const ofSpace = place === 'space' ? space.key : undefined;
  const [selected, select] = useState(ofSpace ? NEW : DOCUMENTS);
  const [fresh, setFresh] = useState<string>();
  const showDocument = (id: string) => {
    setFresh(id);
    select(DOCUMENTS);
  };
  return (
    <main className="xp-page">
      <header className="xp-page__head">
        <Heading size="large" as="h1">
          {ofSpace && space.name ? `${text('app.name')} – ${space.name}` : text('app.name')}
        </Heading>
        <SettingsButton />
      </header>
      <Tabs id="xpress" selected={selected} onChange={index => select(index)} shouldUnmountTabPanelOnChange={false}>
        <TabList>
          <Tab>{text('app.new')}</Tab>
          <Tab>{text('app.documents')}</Tab>
        </TabList>
        <TabPanel>
          <Suspense fallback={<Waiting label={text('app.loading')} />}>
            <div className="xp-panel">
              {settings.enabled ? (
                <NewExport showDocument={showDocument} />
              ) : (
                <SectionMessage title={text('app.disabled.title')}>
                  <p>{text('app.disabled.text')}</p>
                </SectionMessage>
              )}
            </div>
          </Suspense>
        </TabPanel>
        <TabPanel>
          <Suspense fallback={<Waiting label={text('app.loading')} />}>
            <div className="xp-panel xp-panel--spaced">
              <Documents {...(ofSpace && { space: ofSpace })} {...(fresh && { fresh })} onNew={() => select(NEW)} />
            </div>
          </Suspense>
        </TabPanel>
      </Tabs>
    </main>
  );
}

function SettingsButton() {
  const text = useText();
  const host = useHost();
  const { place, space } = useHostContext();
  const { admin } = useAbout();
  const ofSpace = place === 'space';
  if (!(ofSpace ? admin.space : admin.site)) return null;
  return (
    <IconButton
      icon={SettingsIcon}
      label={text('app.settings')}
      isTooltipDisabled={false}
      appearance="subtle"
      onClick={() => void (ofSpace ? host.openPlace('space-settings', space.key) : host.openPlace('site-settings'))}
    />
  );
}
