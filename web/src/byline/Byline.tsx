import Button from '@atlaskit/button/new';
import Heading from '@atlaskit/heading';
import FilePdfIcon from '@atlaskit/icon/core/file';
import Spinner from '@atlaskit/spinner';
import type { ExportInfo } from '@xpress/forge/api';
import { useCallback } from 'react';
import { useHostContext } from '../app/HostContext';
import { ProblemMessage } from '../app/ProblemMessage';
import { useAnnouncer } from '../documents/Announcer';
import { DownloadButton, DownloadProgress } from '../documents/DownloadButton';
import { announcementOf } from '../documents/progress';
import { ExportState } from '../documents/StateCell';
import { useDocuments } from '../documents/useDocuments';
import { useDownload } from '../documents/useDownload';
import { formatBytes, formatDateTime, formatRelative } from '../i18n/format';
import { useLocale, useText } from '../i18n/useText';
import '../documents/documents.css';
import './byline.css';

/** The popup under a page's title: the user's documents that were made from this page, the newest on top. */
export function Byline() {
  const text = useText();
  const { page } = useHostContext();
  const { say, announcer } = useAnnouncer();
  const onChange = useCallback(
    (before: ExportInfo | undefined, after: ExportInfo) => {
      const news = announcementOf(before, after);
      if (news) say(text(news.key, { title: after.title, percent: news.percent }));
    },
    [say, text],
  );
  const { list, loading, problem, reload, more } = useDocuments({ page: page?.id }, onChange);
  const some = list.items.length > 0;
  return (
    <main className="xp-byline" aria-labelledby="xp-byline-title">
      <div className="xp-byline__head">
        <Heading size="small" as="h1" id="xp-byline-title">
          {text('byline.title')}
        </Heading>
        {some && <p className="xp-quiet">{text('byline.intro')}</p>}
      </div>
      {problem && <ProblemMessage problem={problem} retry={reload} />}
      {loading === 'first' && (
        <div className="xp-byline__wait">
          <Spinner label={text('byline.loading')} />
        </div>
      )}
      {!some && !loading && !problem && (
        <div className="xp-byline__empty">
          <FilePdfIcon label="" color="var(--ds-icon-subtle)" />
          <Heading size="xxsmall" as="h2">
            {text('byline.empty.title')}
          </Heading>
        </div>
      )}
      {some && (
        <ul className="xp-byline__list">
          {list.items.map(info => (
            <Item key={info.id} info={info} onSaved={name => say(text('documents.say.saved', { name }))} />
          ))}
          {list.cursor !== undefined && (
            <li className="xp-byline__more">
              <Button appearance="subtle" spacing="compact" isLoading={loading === 'more'} onClick={more}>
                {text('byline.more')}
              </Button>
            </li>
          )}
        </ul>
      )}
      <p className="xp-byline__hint xp-quiet">{text('byline.hint')}</p>
      {announcer}
    </main>
  );
}

function Item({ info, onSaved }: { info: ExportInfo; onSaved: (name: string) => void }) {
  const text = useText();
  const locale = useLocale();
  const { loading, problem, download } = useDownload(info, file => onSaved(file.name));
  const when = formatRelative(locale, info.created, Date.now());
  const done = info.state === 'done';
  return (
    <li className="xp-byline__item">
      <div className="xp-byline__words">
        <span className="xp-doc__name">
          <bdi>{info.title || text('documents.untitled')}</bdi>
        </span>
        <span className="xp-quiet" title={formatDateTime(locale, info.created)}>
          {done ? text('byline.facts', { when, sheets: info.sheets, size: formatBytes(locale, info.bytes) }) : when}
        </span>
        {!done && (
          <div className="xp-state">
            <ExportState info={info} />
          </div>
        )}
        {info.problem && <span className="xp-quiet">{text(`problem.${info.problem.code}.title`)}</span>}
        {done && info.lost > 0 && (
          <span className="xp-quiet xp-soon">{text('documents.lost', { count: info.lost })}</span>
        )}
        <DownloadProgress loading={loading} />
        {problem && <ProblemMessage problem={problem} />}
      </div>
      {done && <DownloadButton compact {...{ info, loading, download }} />}
    </li>
  );
}
