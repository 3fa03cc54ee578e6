import Button from '@atlaskit/button/new';
import type { Progress } from '../host';
import { useText } from '../i18n/useText';
import { Stages } from './Stages';

/** How an export in the browser goes. */
export function Running({ progress, onCancel }: { progress: Progress; onCancel: () => void }) {
  const text = useText();
  const stages =
    progress.stage === 'waiting' ? (['waiting'] as const) : (['reading', 'rendering', 'assembling'] as const);
  return (
    <section className="xp-outcome">
      <h2 className="xp-outcome__title">{text('export.running')}</h2>
      <Stages stages={[...stages]} progress={progress} />
      <div className="xp-outcome__buttons">
        <Button onClick={onCancel}>{text('export.cancel.run')}</Button>
      </div>
    </section>
  );
}
