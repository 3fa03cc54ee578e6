import ProgressBar from '@atlaskit/progress-bar';
import SectionMessage from '@atlaskit/section-message';
import type { Usage } from '@xpress/forge/api';
import { formatBytes } from '../i18n/format';
import { useLocale, useText } from '../i18n/useText';

/** From which part on the storage counts as nearly full. */
export const NEARLY = 0.9;

/** The part of the storage that is in use, from 0 to 1. */
export function partUsed({ used, limit }: Usage): number {
  return limit > 0 ? Math.min(1, used / limit) : 0;
}

/** How much of the storage is in use: a bar, and the figures. */
export function Quota({ usage }: { usage: Usage }) {
  const text = useText();
  const locale = useLocale();
  const part = partUsed(usage);
  const size = (bytes: number) => formatBytes(locale, bytes);
  return (
    <div className={part >= NEARLY ? 'xp-quota xp-quota--nearly' : 'xp-quota'}>
      <ProgressBar ariaLabel={text('documents.usage.bar')} value={part} />
      <span className="xp-quiet">
        {text('documents.usage.text', { used: size(usage.used), limit: size(usage.limit), mine: size(usage.mine) })}
      </span>
    </div>
  );
}

/** A warning while there is little room left; nothing else. */
export function QuotaWarning({ usage }: { usage: Usage }) {
  const text = useText();
  const locale = useLocale();
  const part = partUsed(usage);
  if (part < NEARLY) return null;
  const kind = part >= 1 ? 'full' : 'nearly';
  return (
    <SectionMessage appearance={kind === 'full' ? 'error' : 'warning'} title={text(`documents.usage.${kind}.title`)}>
      <p>
        {text(`documents.usage.${kind}.text`, { free: formatBytes(locale, Math.max(0, usage.limit - usage.used)) })}
      </p>
    </SectionMessage>
  );
}
