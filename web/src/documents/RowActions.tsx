import Button, { IconButton } from '@atlaskit/button/new';
import DropdownMenu, { DropdownItem, DropdownItemGroup } from '@atlaskit/dropdown-menu';
import DeleteIcon from '@atlaskit/icon/core/delete';
import MoreIcon from '@atlaskit/icon/core/show-more-horizontal';
import type { ExportInfo, FileInfo } from '@xpress/forge/api';
import { useHost } from '../app/HostContext';
import { useText } from '../i18n/useText';
import { DownloadButton } from './DownloadButton';
import { isRunning, manifestOf } from './list';
import type { Loading } from './useDownload';

interface Props {
  info: ExportInfo;
  loading: Loading | undefined;
  download: (files: readonly FileInfo[]) => void;
  onDelete: () => void;
  onCancel: () => void;
}

/** What can be done with an export, by its state. */
export function RowActions({ info, loading, download, onDelete, onCancel }: Props) {
  const text = useText();
  const host = useHost();
  const title = info.title || text('documents.untitled');
  if (isRunning(info)) {
    return (
      <Button aria-label={text('documents.cancel.of', { title })} onClick={onCancel}>
        {text('documents.cancel')}
      </Button>
    );
  }
  if (info.state !== 'done') {
    return (
      <IconButton
        appearance="subtle"
        icon={DeleteIcon}
        label={text('documents.delete.of', { title })}
        onClick={onDelete}
      />
    );
  }
  const manifest = manifestOf(info);
  return (
    <>
      <DownloadButton {...{ info, loading, download }} />
      <DropdownMenu<HTMLButtonElement>
        shouldRenderToParent
        placement="bottom-end"
        label={text('documents.actions', { title })}
        trigger={({ triggerRef, isSelected: _, testId, ...trigger }) => (
          <IconButton
            ref={triggerRef}
            {...trigger}
            appearance="subtle"
            icon={MoreIcon}
            label={text('documents.actions', { title })}
          />
        )}
      >
        <DropdownItemGroup>
          {info.page && (
            <DropdownItem
              onClick={() => void host.open(`/wiki/spaces/${encodeURIComponent(info.space)}/pages/${info.page}`)}
            >
              {text('documents.open')}
            </DropdownItem>
          )}
          {manifest && (
            <DropdownItem onClick={() => download([manifest])}>{text('documents.download.manifest')}</DropdownItem>
          )}
          <DropdownItem onClick={onDelete}>{text('documents.delete')}</DropdownItem>
        </DropdownItemGroup>
      </DropdownMenu>
    </>
  );
}
