import ChevronDownIcon from '@atlaskit/icon/core/chevron-down';
import ChevronUpIcon from '@atlaskit/icon/core/chevron-up';
import Lozenge, { type ThemeAppearance } from '@atlaskit/lozenge';
import ProgressBar from '@atlaskit/progress-bar';
import type { ExportInfo, State } from '@xpress/forge/api';
import { useText } from '../i18n/useText';
import { progressOf } from './progress';

const LOOKS: Record<State, ThemeAppearance> = {
  waiting: 'default',
  reading: 'inprogress',
  typesetting: 'inprogress',
  assembling: 'inprogress',
  done: 'success',
  failed: 'removed',
  cancelled: 'default',
};

/** The lozenge of a state. */
export function StateLozenge({ state }: { state: State }) {
  const text = useText();
  return <Lozenge appearance={LOOKS[state]}>{text(`documents.state.${state}`)}</Lozenge>;
}

/** The state of an export, and if it runs, how far it is: in words, and as a bar. */
export function ExportState({ info }: { info: ExportInfo }) {
  const text = useText();
  const progress = progressOf(info);
  return (
    <>
      <StateLozenge state={info.state} />
      {progress?.key && <span className="xp-quiet xp-state__words">{text(progress.key, progress.values)}</span>}
      {progress && (
        <span className="xp-state__bar">
          <ProgressBar
            ariaLabel={text('documents.progress', { title: info.title || text('documents.untitled') })}
            isIndeterminate={progress.part === undefined}
            {...(progress.part !== undefined && { value: progress.part })}
          />
        </span>
      )}
    </>
  );
}

/**
 * The state of an export, how far it is, and a button that shows what was lost or what went wrong, in an element with
 * the id `details`.
 */
export function StateCell({
  info,
  open,
  details,
  onToggle,
}: {
  info: ExportInfo;
  open: boolean;
  details: string;
  onToggle: () => void;
}) {
  const text = useText();
  const title = info.title || text('documents.untitled');
  const lost = info.state === 'done' && info.lost > 0;
  const failed = info.state === 'failed' && info.problem !== undefined;
  const Chevron = open ? ChevronUpIcon : ChevronDownIcon;
  return (
    <div className="xp-state">
      <ExportState info={info} />
      {(lost || failed) && (
        <button
          type="button"
          className={lost ? 'xp-more xp-more--lost' : 'xp-more'}
          aria-expanded={open}
          aria-controls={open ? details : undefined}
          aria-label={
            lost ? text('documents.lost.show', { title, count: info.lost }) : text('documents.failed.showOf', { title })
          }
          onClick={onToggle}
        >
          {lost ? text('documents.lost', { count: info.lost }) : text('documents.failed.show')}
          <Chevron label="" size="small" color="currentColor" />
        </button>
      )}
    </div>
  );
}
