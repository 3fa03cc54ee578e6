import Button from '@atlaskit/button/new';
import type { ExportInfo, State } from '@xpress/forge/api';
import { useHost } from '../app/HostContext';
import { ProblemMessage } from '../app/ProblemMessage';
import { useTask } from '../app/useTask';
import type { LoadedFile, Outcome, Progress } from '../host';
import { useText } from '../i18n/useText';
import { Finished } from './Finished';
import { Stages } from './Stages';
import { isEnded, useStatus } from './useStatus';

interface Props {
  id: string;
  because: Extract<Outcome, { kind: 'background' }>['because'];
  onAgain: () => void;
  showDocument: (id: string) => void;
}

/** An export in the background: how it goes as long as one looks, and then its files. */
export function Background({ id, because, onAgain, showDocument }: Props) {
  const host = useHost();
  const text = useText();
  const { info, gone } = useStatus(id);
  const cancelling = useTask<void>();
  const loading = useTask<LoadedFile>();
  if (gone) {
    return (
      <section className="xp-outcome">
        <ProblemMessage problem={{ code: 'not-found' }} retry={onAgain} />
      </section>
    );
  }
  if (info?.state === 'done') {
    return (
      <Finished
        title={info.title}
        files={info.files}
        sheets={info.sheets}
        lost={info.lost}
        losses={info.losses}
        busy={loading.task.running}
        problem={loading.task.problem}
        onDownload={file =>
          void loading.run(() => host.load(info, file, () => undefined)).then(loaded => loaded && host.save(loaded))
        }
      >
        <Button onClick={() => showDocument(id)}>{text('export.documents')}</Button>
        <Button appearance="subtle" onClick={onAgain}>
          {text('export.another')}
        </Button>
      </Finished>
    );
  }
  const ended = info && isEnded(info);
  return (
    <section className="xp-outcome">
      {!ended && <h2 className="xp-outcome__title">{text('export.background.title')}</h2>}
      {ended ? (
        <ProblemMessage problem={info.problem ?? { code: info.state === 'cancelled' ? 'cancelled' : 'internal' }} />
      ) : (
        <>
          <p className="xp-outcome__text">{text(`export.background.${because}`)}</p>
          <Stages stages={['waiting', 'reading', 'rendering', 'assembling']} progress={progressOf(info)} />
        </>
      )}
      {cancelling.task.problem && <ProblemMessage problem={cancelling.task.problem} />}
      <div className="xp-outcome__buttons">
        <Button onClick={() => showDocument(id)}>{text('export.documents')}</Button>
        {ended ? (
          <Button appearance="subtle" onClick={onAgain}>
            {text('export.again')}
          </Button>
        ) : (
          <Button
            appearance="subtle"
            isLoading={cancelling.task.running}
            onClick={() => void cancelling.run(() => host.cancel(id))}
          >
            {text('export.cancel.run')}
          </Button>
        )}
      </div>
    </section>
  );
}

const STAGES: Record<State, Progress['stage']> = {
  waiting: 'waiting',
  reading: 'reading',
  typesetting: 'rendering',
  assembling: 'assembling',
  done: 'assembling',
  failed: 'waiting',
  cancelled: 'waiting',
};

function progressOf(info: ExportInfo | undefined): Progress {
  return info
    ? { stage: STAGES[info.state], done: info.done, total: info.total }
    : { stage: 'waiting', done: 0, total: 0 };
}
