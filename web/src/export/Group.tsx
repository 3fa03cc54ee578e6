import ChevronRight from '@atlaskit/icon/core/chevron-right';
import type { ReactNode } from 'react';

/** Fields that can be folded. `note`: what of it is not as usual, beside the title. */
export function Group({ title, note, children }: { title: string; note?: string; children: ReactNode }) {
  return (
    <details className="xp-group">
      <summary className="xp-group__head">
        <span className="xp-group__mark">
          <ChevronRight label="" size="small" />
        </span>
        <span className="xp-group__title">{title}</span>
        {note && <span className="xp-group__note">{note}</span>}
      </summary>
      <div className="xp-group__fields">{children}</div>
    </details>
  );
}
