import CheckIcon from '@atlaskit/icon/core/check-circle';
import SectionMessage from '@atlaskit/section-message';
import type { Loss } from '@xpress/forge/api';
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
  const pages = byPage(losses);
  const more = lost - losses.length;
  return (
    <SectionMessage appearance="warning" title={text('export.lost', { count: lost })}>
      <p>{text('export.lost.help')}</p>
      <ul className="xp-losses">
        {[...pages].map(([page, found]) => (
          <li key={page}>
            <strong>{found[0]?.pageTitle || text('export.lost.document')}</strong>
            <ul>
              {found.map((loss, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a fixed list, in which the same may occur twice
                <li key={index}>{loss.message}</li>
              ))}
            </ul>
          </li>
        ))}
      </ul>
      {more > 0 && <p>{text('export.lost.more', { count: more })}</p>}
    </SectionMessage>
  );
}

function byPage(losses: Loss[]): Map<string, Loss[]> {
  const pages = new Map<string, Loss[]>();
  for (const loss of losses) pages.set(loss.page, [...(pages.get(loss.page) ?? []), loss]);
  return pages;
}
