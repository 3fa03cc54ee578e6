import Button from '@atlaskit/button/new';
import EmptyState from '@atlaskit/empty-state';
import Heading from '@atlaskit/heading';
import LockIcon from '@atlaskit/icon/core/lock-locked';
import Spinner from '@atlaskit/spinner';
import type { ExportInfo } from '@xpress/forge/api';
import { useCallback, useState } from 'react';
import { useHost } from '../app/HostContext';
import { ProblemMessage } from '../app/ProblemMessage';
import { useLoaded } from '../app/useTask';
import { useText } from '../i18n/useText';
import { useAnnouncer } from './Announcer';
import { CancelDialog, DeleteDialog } from './Dialogs';
import './documents.css';
import { announcementOf } from './progress';
import { Quota, QuotaWarning } from './Quota';
import { SearchField } from './SearchField';
import { DocumentTable } from './Table';
import { useDocuments } from './useDocuments';
import { useFocusAfter } from './useFocusAfter';
import { useSayBegun, useSayFound } from './useSay';

const HOUR = 3_600_000;

interface Props {
  /** Those of a space only; else of all. */
  space?: string | undefined;
  /** The id of an export that was just begun, which is pointed out. */
  fresh?: string | undefined;
  /** Leads to a new export, from the empty list. */
  onNew?: (() => void) | undefined;
}

/** The user's documents. */
export function Documents({ space, fresh, onNew }: Props) {
  const text = useText();
  const host = useHost();
  const { say, announcer } = useAnnouncer();
  const [query, setQuery] = useState('');
  const [deleting, setDeleting] = useState<readonly ExportInfo[]>();
  const [cancelling, setCancelling] = useState<ExportInfo>();
  const usage = useLoaded('usage', () => host.usage());
  const { reload: measure } = usage;

  const onChange = useCallback(
    (before: ExportInfo | undefined, after: ExportInfo) => {
      const news = announcementOf(before, after);
      if (news) say(text(news.key, { title: after.title, percent: news.percent }));
      if (after.state === 'done') measure();
    },
    [say, text, measure],
  );
  const documents = useDocuments({ query, space, fresh }, onChange);
  const { list, loading, problem } = documents;
  useSayFound(documents, say);
  const section = useFocusAfter(deleting !== undefined || cancelling !== undefined);
  useSayBegun(
    list.items.find(({ id }) => id === fresh),
    say,
  );

  const onDeleted = (count: number) => {
    setDeleting(undefined);
    if (count === 0) return;
    say(text('documents.say.deleted', { count }));
    measure();
  };
  const onCancelled = (info: ExportInfo, stopped: boolean) => {
    setCancelling(undefined);
    if (stopped) say(text('documents.say.cancelled', { title: info.title }));
  };
  const onSaved = useCallback((name: string) => say(text('documents.say.saved', { name })), [say, text]);
  const some = list.items.length > 0;
  // By the hour, so that rows are not drawn anew each time: it is for counting days.
  const now = Math.floor(Date.now() / HOUR) * HOUR;

  return (
    <section className="xp-docs" ref={section} tabIndex={-1} aria-labelledby="xp-docs-title">
      <div className="xp-docs__head">
        <Heading size="medium" as="h2" id="xp-docs-title">
          {text('documents.title')}
        </Heading>
        {usage.value && <Quota usage={usage.value} />}
      </div>
      {usage.value && <QuotaWarning usage={usage.value} />}
      {(some || query) && (
        <div className="xp-docs__tools">
          <SearchField onSearch={setQuery} />
          {loading === 'again' && <Spinner size="small" label={text('documents.loading')} />}
          {list.selected.size > 0 && (
            <Selected
              count={list.selected.size}
              onDelete={() => setDeleting(list.items.filter(({ id }) => list.selected.has(id)))}
              onClear={() => documents.tickAll(false)}
            />
          )}
        </div>
      )}
      {problem && <ProblemMessage problem={problem} retry={documents.reload} />}
      {loading === 'first' && (
        <div className="xp-docs__wait">
          <Spinner label={text('documents.loading')} />
        </div>
      )}
      {some && (
        <DocumentTable
          {...{ list, fresh, showSpace: space === undefined, now, onSaved }}
          onTick={documents.tick}
          onTickAll={documents.tickAll}
          onDelete={setDeleting}
          onCancel={setCancelling}
        />
      )}
      {!some && !loading && !problem && <Nothing query={query} onNew={onNew} inSpace={space !== undefined} />}
      {list.cursor !== undefined && (
        <div className="xp-docs__more">
          <Button isLoading={loading === 'more'} onClick={documents.more}>
            {text('documents.more')}
          </Button>
        </div>
      )}
      <p className="xp-docs__privacy xp-quiet">
        <LockIcon label="" color="currentColor" />
        <span>{text('documents.privacy')}</span>
      </p>
      {deleting && <DeleteDialog infos={deleting} remove={documents.remove} onClose={onDeleted} />}
      {cancelling && (
        <CancelDialog
          info={cancelling}
          cancel={documents.cancel}
          onClose={stopped => onCancelled(cancelling, stopped)}
        />
      )}
      {announcer}
    </section>
  );
}

function Selected({ count, onDelete, onClear }: { count: number; onDelete: () => void; onClear: () => void }) {
  const text = useText();
  return (
    <div className="xp-docs__selected">
      <span>{text('documents.selected', { count })}</span>
      <Button spacing="compact" appearance="danger" onClick={onDelete}>
        {text('documents.delete')}
      </Button>
      <Button spacing="compact" appearance="subtle" onClick={onClear}>
        {text('documents.select.none')}
      </Button>
    </div>
  );
}

function Nothing({ query, inSpace, onNew }: { query: string; inSpace: boolean; onNew: (() => void) | undefined }) {
  const text = useText();
  return query ? (
    <EmptyState
      headingLevel={3}
      header={text('documents.none.title', { query })}
      description={text('documents.none.text')}
    />
  ) : (
    <EmptyState
      headingLevel={3}
      header={text('documents.empty.title')}
      description={text(inSpace ? 'documents.empty.space' : 'documents.empty.text')}
      {...(onNew && {
        primaryAction: (
          <Button appearance="primary" onClick={onNew}>
            {text('app.new')}
          </Button>
        ),
      })}
    />
  );
}
