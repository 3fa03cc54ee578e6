import Button, { IconButton } from '@atlaskit/button/new';
import DropdownMenu, { DropdownItem, DropdownItemGroup } from '@atlaskit/dropdown-menu';
import ChevronDownIcon from '@atlaskit/icon/core/chevron-down';
import DownloadIcon from '@atlaskit/icon/core/download';
import type { ExportInfo, FileInfo } from '@xpress/forge/api';
import { formatBytes } from '../i18n/format';
import { useLocale, useText } from '../i18n/useText';
import { pdfsOf } from './list';
import type { Loading } from './useDownload';

interface Props {
  info: ExportInfo;
  loading: Loading | undefined;
  download: (files: readonly FileInfo[]) => void;
  /** An icon alone, where there is little room. */
  compact?: boolean;
}

/** Downloads the PDF of an export; a menu of its volumes where there are several. */
export function DownloadButton({ info, loading, download, compact = false }: Props) {
  const text = useText();
  const pdfs = pdfsOf(info);
  const label = text('documents.download.of', { title: info.title || text('documents.untitled') });
  if (pdfs.length > 1) return <Volumes pdfs={pdfs} label={label} {...{ info, loading, download, compact }} />;
  const props = { isLoading: loading !== undefined, onClick: () => download(pdfs), isDisabled: pdfs.length === 0 };
  return compact ? (
    <IconButton icon={DownloadIcon} label={label} {...props} />
  ) : (
    <Button iconBefore={DownloadIcon} aria-label={label} {...props}>
      {text('documents.download')}
    </Button>
  );
}

function Volumes({ pdfs, label, loading, download, compact }: Props & { pdfs: FileInfo[]; label: string }) {
  const text = useText();
  const locale = useLocale();
  return (
    <DropdownMenu<HTMLButtonElement>
      shouldRenderToParent
      placement="bottom-end"
      label={text('documents.download.volumes')}
      trigger={({ triggerRef, isSelected: _, testId, ...trigger }) =>
        compact ? (
          <IconButton
            ref={triggerRef}
            {...trigger}
            icon={DownloadIcon}
            label={label}
            isLoading={loading !== undefined}
          />
        ) : (
          <Button
            ref={triggerRef}
            {...trigger}
            iconBefore={DownloadIcon}
            iconAfter={ChevronDownIcon}
            aria-label={label}
            isLoading={loading !== undefined}
          >
            {text('documents.download')}
          </Button>
        )
      }
    >
      <DropdownItemGroup>
        {pdfs.map(file => (
          <DropdownItem
            key={file.index}
            description={text('documents.download.facts', {
              sheets: file.sheets,
              size: formatBytes(locale, file.bytes),
            })}
            onClick={() => download([file])}
          >
            {file.name}
          </DropdownItem>
        ))}
      </DropdownItemGroup>
      <DropdownItemGroup hasSeparator>
        <DropdownItem onClick={() => download(pdfs)}>{text('documents.download.all')}</DropdownItem>
      </DropdownItemGroup>
    </DropdownMenu>
  );
}

/** How far a download is, while it is long enough to be seen. */
export function DownloadProgress({ loading }: { loading: Loading | undefined }) {
  const text = useText();
  if (!loading) return null;
  const { file, files, part } = loading;
  return (
    <span className="xp-quiet xp-loading">
      {files > 1
        ? text('documents.download.loadingOf', { file, files, percent: part })
        : text('documents.download.loading', { percent: part })}
    </span>
  );
}
