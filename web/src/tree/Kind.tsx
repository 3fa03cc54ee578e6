import DatabaseIcon from '@atlaskit/icon/core/database';
import FolderIcon from '@atlaskit/icon/core/folder-closed';
import LinkIcon from '@atlaskit/icon/core/link';
import PageIcon from '@atlaskit/icon/core/page';
import QuoteIcon from '@atlaskit/icon/core/quotation-mark';
import WhiteboardIcon from '@atlaskit/icon/core/whiteboard';

const ICONS = {
  page: PageIcon,
  folder: FolderIcon,
  whiteboard: WhiteboardIcon,
  database: DatabaseIcon,
  embed: LinkIcon,
  blogpost: QuoteIcon,
};

/** A small icon of what stands in the page tree. Its name is said elsewhere. */
export function Kind({ kind }: { kind: string }) {
  const Icon = Object.hasOwn(ICONS, kind) ? ICONS[kind as keyof typeof ICONS] : PageIcon;
  return (
    <span className="xp-kind">
      <Icon label="" size="small" color="currentColor" />
    </span>
  );
}
