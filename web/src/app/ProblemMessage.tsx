import Button from '@atlaskit/button/new';
import SectionMessage from '@atlaskit/section-message';
import type { Problem } from '@xpress/forge/loop';
import { formatBytes } from '../i18n/format';
import { useLocale, useText } from '../i18n/useText';

/** Problems that are the same when one tries again. */
const FINAL: readonly Problem['code'][] = ['not-allowed', 'not-offered'];

/** Tells of a problem: what happened, what to do, and a button if `retry` is given and may help. Screen readers say it at once. */
export function ProblemMessage({ problem, retry }: { problem: Problem; retry?: () => void }) {
  const text = useText();
  const locale = useLocale();
  // Values that a message names but nobody sent are left out rather than shown as their names.
  const values = { detail: '', count: 0, limit: 0, ...problem.values };
  const cancelled = problem.code === 'cancelled';
  return (
    <div role={cancelled ? 'status' : 'alert'}>
      <SectionMessage appearance={cancelled ? 'information' : 'error'} title={text(`problem.${problem.code}.title`)}>
        <p className="xp-problem__todo">
          {text(`problem.${problem.code}.todo`, values)}
          {sizes(problem) &&
            ` (${sizes(problem)
              ?.map(size => formatBytes(locale, size))
              .join(' / ')})`}
        </p>
        {retry && !FINAL.includes(problem.code) && (
          <div className="xp-problem__retry">
            <Button spacing="compact" onClick={retry}>
              {text('app.retry')}
            </Button>
          </div>
        )}
      </SectionMessage>
    </div>
  );
}

/** How much it is, of how much is allowed, in bytes; only of problems of size. */
function sizes({ code, values }: Problem): number[] | undefined {
  if (code !== 'too-large' && code !== 'storage-full') return undefined;
  const known = [values?.size, values?.limit].filter(value => typeof value === 'number');
  return known.length === 2 ? known : undefined;
}
