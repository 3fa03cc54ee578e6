import Heading from '@atlaskit/heading';
import type { ExportInfo } from '@xpress/forge/api';
import { byPage, lineOf } from '../app/losses';
import { ProblemMessage } from '../app/ProblemMessage';
import { useText } from '../i18n/useText';

/** What was lost in an export, or why it failed. */
export function Details({ info }: { info: ExportInfo }) {
  return info.problem ? <ProblemMessage problem={info.problem} /> : <Losses info={info} />;
}

/** The losses by page, in the order of the document. */
function Losses({ info }: { info: ExportInfo }) {
  const text = useText();
  const rest = info.lost - info.losses.length;
  return (
    <div className="xp-lost">
      <Heading size="xxsmall" as="h3">
        {text('documents.lost.title')}
      </Heading>
      <p className="xp-quiet">{text('documents.lost.intro')}</p>
      <dl className="xp-lost__list">
        {byPage(info.losses).map(([page, losses]) => (
          <div key={page || 'whole'} className="xp-lost__page">
            <dt>
              <bdi>{losses[0]?.pageTitle || text('export.lost.document')}</bdi>
            </dt>
            {losses.map((loss, index) => (
              // The renderer's words are English in every language.
              // biome-ignore lint/suspicious/noArrayIndexKey: findings have no identity, and their order never changes
              <dd key={index} lang="en" dir="ltr">
                {lineOf(loss.message)}
              </dd>
            ))}
          </div>
        ))}
      </dl>
      {rest > 0 && <p className="xp-quiet">{text('documents.lost.rest', { count: rest })}</p>}
    </div>
  );
}
