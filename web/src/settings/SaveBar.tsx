import Button from '@atlaskit/button/new';
import { ProblemMessage } from '../app/ProblemMessage';
import type { Problem } from '../app/problemOf';
import { useText } from '../i18n/useText';

interface Props {
  /** How many fields differ from what is saved, and how many can't be saved as they are. */
  changed: number;
  wrong: number;
  saving: boolean;
  problem: Problem | undefined;
  onSave: () => void;
  onDiscard: () => void;
}

/** The bar at the bottom, while there is something to save. */
export function SaveBar({ changed, wrong, saving, problem, onSave, onDiscard }: Props) {
  const text = useText();
  return (
    <section className={changed > 0 ? 'xp-save' : 'xp-save xp-save--none'} aria-label={text('settings.bar')}>
      {problem && <ProblemMessage problem={problem} />}
      <div className="xp-save__row">
        <output className={wrong > 0 ? 'xp-save__words xp-save__words--wrong' : 'xp-save__words'}>
          {changed > 0 && text(wrong > 0 ? 'settings.wrong.count' : 'settings.changed', { count: wrong || changed })}
        </output>
        {changed > 0 && (
          <div className="xp-save__buttons">
            <Button appearance="subtle" isDisabled={saving} onClick={onDiscard}>
              {text('settings.discard')}
            </Button>
            <Button appearance="primary" isLoading={saving} onClick={onSave}>
              {text('settings.save')}
            </Button>
          </div>
        )}
      </div>
    </section>
  );
}
