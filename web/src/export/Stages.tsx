import CheckIcon from '@atlaskit/icon/core/check-mark';
import ProgressBar from '@atlaskit/progress-bar';
import Spinner from '@atlaskit/spinner';
import VisuallyHidden from '@atlaskit/visually-hidden';
import type { Progress } from '../host';
import { useText } from '../i18n/useText';

type Stage = Progress['stage'];

/** The steps of an export, which of them is going on, and how far it is. Said aloud at each new step. */
export function Stages({ stages, progress }: { stages: Stage[]; progress: Progress }) {
  const text = useText();
  const { stage, done, total } = progress;
  const now = stages.indexOf(stage);
  const counted = total > 0 ? text('export.progress.of', { done, total }) : text('export.progress.read', { done });
  return (
    <div className="xp-stages">
      <ProgressBar ariaLabel={text('export.progress.label')} isIndeterminate={total === 0} value={share(progress)} />
      <ol className="xp-stages__list">
        {stages.map((each, index) => {
          const state = index < now ? 'done' : index === now ? 'now' : 'later';
          return (
            <li key={each} className={`xp-stages__item xp-stages__item--${state}`}>
              <span className="xp-stages__mark" aria-hidden="true">
                {state === 'done' && <CheckIcon label="" size="small" />}
                {state === 'now' && <Spinner size="small" />}
              </span>
              <span>
                {text(`export.stage.${each}`)}
                <VisuallyHidden>{` – ${text(`export.stage.${state}`)}`}</VisuallyHidden>
              </span>
              {state === 'now' && done + total > 0 && <span className="xp-stages__count">{counted}</span>}
            </li>
          );
        })}
      </ol>
      <VisuallyHidden role="status">{text(`export.stage.${stage}`)}</VisuallyHidden>
    </div>
  );
}

function share({ done, total }: Progress): number {
  return total > 0 ? Math.min(done / total, 1) : 0;
}
