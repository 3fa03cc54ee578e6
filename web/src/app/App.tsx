import SectionMessage from '@atlaskit/section-message';
import { lazy, Suspense } from 'react';
import type { Place as PlaceName } from '../host';
import { useText } from '../i18n/useText';
import { useAbout, useHostContext } from './HostContext';
import { Waiting } from './Waiting';

// Each place loads only what it shows.
const rooms = {
  dialog: () => import('../export/ExportDialog'),
  pages: () => import('./Pages'),
  byline: () => import('../byline/Byline'),
  settings: () => import('../settings/SettingsPage'),
};
const ExportDialog = lazy(async () => ({ default: (await rooms.dialog()).ExportDialog }));
const Pages = lazy(async () => ({ default: (await rooms.pages()).Pages }));
const Byline = lazy(async () => ({ default: (await rooms.byline()).Byline }));
const SettingsPage = lazy(async () => ({ default: (await rooms.settings()).SettingsPage }));

const ROOM_OF: Record<PlaceName, keyof typeof rooms> = {
  'page-action': 'dialog',
  byline: 'byline',
  space: 'pages',
  global: 'pages',
  'site-settings': 'settings',
  'space-settings': 'settings',
};

/** Begins to fetch what a place shows. If that fails, it is tried again when it is needed. */
export function preload(place: PlaceName): void {
  rooms[ROOM_OF[place]]().catch(() => undefined);
}

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
