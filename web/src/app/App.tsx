import SectionMessage from '@atlaskit/section-message';
import { lazy, Suspense } from 'react';
import { useText } from '../i18n/useText';
import { useAbout, useHostContext } from './HostContext';
import { Waiting } from './Waiting';

// Each place loads only what it shows.
const ExportDialog = lazy(async () => ({ default: (await import('../export/ExportDialog')).ExportDialog }));
const Pages = lazy(async () => ({ default: (await import('./Pages')).Pages }));
const Byline = lazy(async () => ({ default: (await import('../byline/Byline')).Byline }));
const SettingsPage = lazy(async () => ({ default: (await import('../settings/SettingsPage')).SettingsPage }));

/** What belongs to the place that the interface was opened in. */
export function App() {
  const text = useText();
  return (
    <Suspense fallback={<Waiting label={text('app.loading')} />}>
      <Place />
    </Suspense>
  );
}

function Place() {
  const { place, space } = useHostContext();
  const { settings } = useAbout();
  switch (place) {
    case 'page-action':
      return settings.enabled ? <ExportDialog /> : <Disabled />;
    case 'byline':
      return <Byline />;
    case 'site-settings':
      return <SettingsPage />;
    case 'space-settings':
      return <SettingsPage space={space.key} />;
    default:
      return <Pages />;
  }
}

function Disabled() {
  const text = useText();
  return (
    <main className="xp-start">
      <SectionMessage title={text('app.disabled.title')}>
        <p>{text('app.disabled.text')}</p>
      </SectionMessage>
    </main>
  );
}
