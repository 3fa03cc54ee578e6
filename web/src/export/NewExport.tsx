import { useState } from 'react';
import { useHostContext } from '../app/HostContext';
import type { SpaceInfo } from '../host';
import { ExportRoom } from './ExportRoom';
import { SpaceChoice } from './SpaceChoice';

/** A new export on a page of its own: of the space it is in, or of any space. `showDocument` shows a document's row. */
export function NewExport({ showDocument }: { showDocument: (id: string) => void }) {
  const { place, space } = useHostContext();
  const [chosen, choose] = useState<SpaceInfo | undefined>(space.key ? space : undefined);
  return (
    <div className="xp-new">
      <ExportRoom
        space={chosen}
        showDocument={showDocument}
        {...(place === 'global' && { spaceChoice: <SpaceChoice value={chosen} onChange={choose} /> })}
      />
    </div>
  );
}
