import Button from '@atlaskit/button/new';
import DownloadIcon from '@atlaskit/icon/core/download';
import SuccessIcon from '@atlaskit/icon/core/status-success';
import type { FileInfo, Loss } from '@xpress/forge/api';
import type { Problem } from '@xpress/forge/loop';
import type { ReactNode } from 'react';
import { ProblemMessage } from '../app/ProblemMessage';
import { formatBytes } from '../i18n/format';
import { useLocale, useText } from '../i18n/useText';
import { Losses } from './Losses';

interface Props {
  title: string;
  files: FileInfo[];
  sheets: number;
  lost: number;
  losses: Loss[];
  onDownload: (file: FileInfo) => void;
  /** Whether a download is on its way. */
  busy?: boolean;
  problem?: Problem | undefined;
  note?: string | undefined;
  /** Other buttons. */
  children: ReactNode;
}

/** A finished document: its files, and what of the content is not in them. */
export function Finished({
  title,
  files,
  sheets,
  lost,
  losses,
  onDownload,
  busy = false,
  problem,
  note,
  children,
}: Props) {
  const text = useText();
  const locale = useLocale();
  const pdfs = files.filter(isPdf);
  const [only, other] = pdfs;
  const bytes = pdfs.reduce((sum, file) => sum + file.bytes, 0);
  return (
    <section className="xp-outcome">
      <div className="xp-outcome__head">
        <span className="xp-outcome__success">
          <SuccessIcon label="" color="currentColor" />
        </span>
        <h2 className="xp-outcome__title">{text(other ? 'export.done.volumes' : 'export.done')}</h2>
      </div>
      <p className="xp-outcome__file">
        <strong>{title}</strong>
        <span className="xp-hint">{`${text('export.sheets', { count: sheets })} · ${formatBytes(locale, bytes)}`}</span>
      </p>
      {problem && <ProblemMessage problem={problem} />}
      {other && <FileList files={pdfs} onDownload={onDownload} />}
      <div className="xp-outcome__buttons">
        {only && !other && (
          <Button appearance="primary" iconBefore={DownloadIcon} isLoading={busy} onClick={() => onDownload(only)}>
            {text('export.download')}
          </Button>
        )}
        {children}
      </div>
      {note && <p className="xp-hint">{note}</p>}
      <Losses lost={lost} losses={losses} />
      {files
        .filter(file => !isPdf(file))
        .map(file => (
          <p key={file.index} className="xp-outcome__manifest">
            <button type="button" className="xp-link" onClick={() => onDownload(file)}>
              {text('export.manifest.file')}
            </button>
          </p>
        ))}
    </section>
  );
}

function FileList({ files, onDownload }: { files: FileInfo[]; onDownload: (file: FileInfo) => void }) {
  const text = useText();
  const locale = useLocale();
  return (
    <ul className="xp-files">
      {files.map(file => (
        <li key={file.index} className="xp-files__row">
          <span className="xp-files__name">
            {file.name}
            <span className="xp-hint">
              {`${text('export.sheets', { count: file.sheets })} · ${formatBytes(locale, file.bytes)}`}
            </span>
          </span>
          <Button
            spacing="compact"
            iconBefore={DownloadIcon}
            aria-label={text('export.download.file', { name: file.name })}
            onClick={() => onDownload(file)}
          >
            {text('export.download')}
          </Button>
        </li>
      ))}
    </ul>
  );
}

function isPdf(file: FileInfo): boolean {
  return file.mediaType === 'application/pdf';
}
