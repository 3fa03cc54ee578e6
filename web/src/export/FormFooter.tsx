import Button from '@atlaskit/button/new';
import Spinner from '@atlaskit/spinner';
import { useText } from '../i18n/useText';

interface Props {
  pages: { count: number | undefined; counting: boolean };
  /** Pages that are allowed in one export; 0: any number. */
  limit: number;
  leave: { label: string; go: () => void } | undefined;
  onStart: () => void;
}

/** How much it is, and the way on. */
export function FormFooter({ pages: { count, counting }, limit, leave, onStart }: Props) {
  const text = useText();
  const tooMany = limit > 0 && count !== undefined && count > limit;
  return (
    <footer className="xp-footer">
      <p className={tooMany ? 'xp-footer__count xp-footer__count--bad' : 'xp-footer__count'} role="status">
        {counting && <Spinner size="small" label={text('export.pages.counting')} />}
        {count === undefined && !counting && text('export.pages.unknown')}
        {count !== undefined &&
          (tooMany ? text('export.pages.tooMany', { count, limit }) : text('export.pages', { count }))}
      </p>
      <div className="xp-footer__buttons">
        {leave && (
          <Button appearance="subtle" onClick={leave.go}>
            {leave.label}
          </Button>
        )}
        <Button appearance="primary" onClick={onStart}>
          {text('export.start')}
        </Button>
      </div>
    </footer>
  );
}

/** The same bar below an export that runs or is done, so that nothing above it moves. */
export function OutcomeFooter({ running, close }: { running: boolean; close: () => void }) {
  const text = useText();
  return (
    <footer className="xp-footer">
      <div className="xp-footer__buttons">
        {!running && (
          <Button appearance="subtle" onClick={close}>
            {text('app.close')}
          </Button>
        )}
      </div>
    </footer>
  );
}
