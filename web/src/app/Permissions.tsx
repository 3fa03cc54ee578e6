import ChevronRight from '@atlaskit/icon/core/chevron-right';
import { CALLS } from '@xpress/forge/loop';
import { useIntl } from 'react-intl';
import { useText } from '../i18n/useText';

/** What XPress may read of Confluence and why: the scopes of all calls that it can make. */
export function Permissions() {
  const text = useText();
  const intl = useIntl();
  return (
    <details className="xp-permissions">
      <summary className="xp-permissions__head">
        <span className="xp-group__mark">
          <ChevronRight label="" size="small" />
        </span>
        {text('app.permissions.title')}
      </summary>
      <p>{text('app.permissions.intro')}</p>
      <dl className="xp-permissions__list">
        {scopes().map(({ scope, why }) => (
          <div key={scope}>
            <dt>
              <code>{scope}</code>
            </dt>
            <dd>{intl.messages[`scope.${scope}`] ? intl.formatMessage({ id: `scope.${scope}` }) : why}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

/** Each scope with the reasons of the calls that need it. */
export function scopes(): { scope: string; why: string }[] {
  const reasons = new Map<string, Set<string>>();
  for (const { scope, why } of Object.values(CALLS)) {
    for (const each of scope) reasons.set(each, (reasons.get(each) ?? new Set()).add(why));
  }
  return [...reasons].map(([scope, why]) => ({ scope, why: [...why].join('; ') }));
}
