import Checkbox from '@atlaskit/checkbox';
import type { ExportInfo } from '@xpress/forge/api';
import { memo, useEffect, useId, useRef, useState } from 'react';
import { ProblemMessage } from '../app/ProblemMessage';
import { formatBytes, formatDateTime, formatNumber } from '../i18n/format';
import { useLocale, useText } from '../i18n/useText';
import { Details } from './Details';
import { DownloadProgress } from './DownloadButton';
import { daysLeft, pdfsOf } from './list';
import { RowActions } from './RowActions';
import { StateCell } from './StateCell';
import { useDownload } from './useDownload';

/** Columns of the table. */
export const COLUMNS = 7;

interface Props {
  info: ExportInfo;
  selected: boolean;
  /** It was just begun: it is marked, and scrolled to. */
  fresh: boolean;
  /** The space is worth telling where documents of several may be. */
  showSpace: boolean;
  now: number;
  onTick: (id: string, on: boolean) => void;
  onDelete: (infos: readonly ExportInfo[]) => void;
  onCancel: (info: ExportInfo) => void;
  onSaved: (name: string) => void;
}

/** An export as a row of the table, and one below it with what was lost or went wrong, if that is open. */
export const DocumentRow = memo(function DocumentRow(props: Props) {
  const { info, selected, fresh, now, onTick, onDelete, onCancel, onSaved } = props;
  const text = useText();
  const locale = useLocale();
  const row = useRef<HTMLTableRowElement>(null);
  const details = useId();
  const [open, setOpen] = useState(false);
  const { loading, problem, download } = useDownload(info, file => onSaved(file.name));
  const title = info.title || text('documents.untitled');
  useEffect(() => {
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    if (fresh) row.current?.scrollIntoView({ block: 'nearest', behavior: calm ? 'auto' : 'smooth' });
  }, [fresh]);

  return (
    <>
      <tr ref={row} className={rowClass(selected, fresh)}>
        <td className="xp-doc__tick">
          <Checkbox
            isChecked={selected}
            aria-label={text('documents.select', { title })}
            onChange={event => onTick(info.id, event.currentTarget.checked)}
          />
        </td>
        <th scope="row" className="xp-doc__title">
          <span className="xp-doc__name">
            <bdi>{title}</bdi>
          </span>
          <Facts {...{ info, showSpace: props.showSpace }} />
        </th>
        <td className="xp-doc__state">
          <StateCell {...{ info, open, details }} onToggle={() => setOpen(!open)} />
        </td>
        <td className="xp-doc__number" data-label={text('documents.column.sheets')}>
          {info.sheets > 0 && formatNumber(locale, info.sheets)}
        </td>
        <td className="xp-doc__number" data-label={text('documents.column.size')}>
          {info.bytes > 0 && formatBytes(locale, info.bytes)}
        </td>
        <td className="xp-doc__created">
          <time dateTime={new Date(info.created).toISOString()}>{formatDateTime(locale, info.created)}</time>
          <Expiry {...{ info, now }} />
        </td>
        <td className="xp-doc__actions">
          <div className="xp-doc__buttons">
            <RowActions
              {...{ info, loading, download }}
              onDelete={() => onDelete([info])}
              onCancel={() => onCancel(info)}
            />
          </div>
          <DownloadProgress loading={loading} />
        </td>
      </tr>
      {(open || problem) && (
        <tr className="xp-doc__below">
          <td colSpan={COLUMNS} id={details}>
            {problem && <ProblemMessage problem={problem} />}
            {open && <Details info={info} />}
          </td>
        </tr>
      )}
    </>
  );
});

function rowClass(selected: boolean, fresh: boolean): string {
  return `xp-doc${selected ? ' xp-doc--selected' : ''}${fresh ? ' xp-doc--fresh' : ''}`;
}

/** The line under the title: where it comes from, and in how many volumes it is. */
function Facts({ info, showSpace }: { info: ExportInfo; showSpace: boolean }) {
  const text = useText();
  const volumes = pdfsOf(info).length;
  const facts = [
    ...(showSpace && info.space ? [info.space] : []),
    ...(volumes > 1 ? [text('documents.volumes', { count: volumes })] : []),
  ];
  return facts.length > 0 ? <span className="xp-quiet xp-doc__facts">{facts.join(' · ')}</span> : null;
}

/** Days in which it is worth a warning. */
const SOON = 3;

/** When a document will be deleted. */
export function Expiry({ info, now }: { info: ExportInfo; now: number }) {
  const text = useText();
  const days = daysLeft(info, now);
  if (days === undefined || info.state !== 'done') return null;
  return <span className={days <= SOON ? 'xp-quiet xp-soon' : 'xp-quiet'}>{text('documents.expires', { days })}</span>;
}
