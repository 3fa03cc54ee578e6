import Spinner from '@atlaskit/spinner';

/** A spinner in the middle of the place. */
export function Waiting({ label }: { label: string }) {
  return (
    <div className="xp-waiting" role="status">
      <Spinner size="large" label={label} />
    </div>
  );
}
