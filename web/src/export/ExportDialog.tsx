import { IconButton } from '@atlaskit/button/new';
import Heading from '@atlaskit/heading';
import CloseIcon from '@atlaskit/icon/core/cross';
import { useHost, useHostContext } from '../app/HostContext';
import { useText } from '../i18n/useText';
import { ExportRoom } from './ExportRoom';

/** The dialog that a page's menu opens. */
export function ExportDialog() {
  const host = useHost();
  const text = useText();
  const { page, space } = useHostContext();
  return (
    <main className="xp-dialog">
      <header className="xp-dialog__head">
        <div className="xp-dialog__titles">
          <Heading size="medium" as="h1">
            {text('export.title')}
          </Heading>
          {page?.title && (
            <p className="xp-dialog__page" title={page.title}>
              {page.title}
              {space.name && space.name !== page.title && <span className="xp-dialog__space"> · {space.name}</span>}
            </p>
          )}
        </div>
        <IconButton icon={CloseIcon} label={text('app.close')} appearance="subtle" onClick={() => void host.close()} />
      </header>
      <ExportRoom
        space={space}
        showDocument={() => void host.openPlace('global')}
        leave={{ label: text('app.cancel'), go: () => void host.close() }}
      />
    </main>
  );
}
