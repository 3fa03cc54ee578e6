import Spinner from '@atlaskit/spinner';

/** Milliseconds before the spinner is seen: what comes at once needs none. */
const DELAY = 250;

/** A spinner in the middle of the place, after a moment. */
export function Waiting({ label }: { label: string }) {
  return (
    <div className="xp-waiting" role="status">
      <Spinner size="large" delay={DELAY} label={label} />
    </div>
  );
}
