import CheckIcon from '@atlaskit/icon/core/check-circle';
import SectionMessage from '@atlaskit/section-message';
import type { Loss } from '@xpress/forge/api';
import { byPage, lineOf } from '../app/losses';
import { useText } from '../i18n/useText';

/** What of the content is not in the PDF, by page; or that nothing is missing. */
export function Losses({ lost, losses }: { lost: number; losses: Loss[] }) {
  const text = useText();
  if (lost === 0) {
    return (
      <p className="xp-complete">
        <CheckIcon label="" color="currentColor" />
        {text('export.complete')}
      </p>
    );
  }
  const more = lost - losses.length;
  return (
    <SectionMessage appearance="warning" title={text('export.lost', { count: lost })}>
      <p>{text('export.lost.help')}</p>
      <ul className="xp-losses">
        {byPage(losses).map(([page, found]) => (
          <li key={page || 'whole'}>
            <strong>
              <bdi>{found[0]?.pageTitle || text('export.lost.document')}</bdi>
            </strong>
            <ul lang="en" dir="ltr">
              {/* The renderer's words are English in every language. */}
              {found.map((loss, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a fixed list, in which the same may occur twice
                <li key={index}>{lineOf(loss.message)}</li>
              ))}
            </ul>
          </li>
        ))}
      </ul>
      {more > 0 && <p>{text('export.lost.more', { count: more })}</p>}
    </SectionMessage>
  );
}
