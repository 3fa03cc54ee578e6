import type { Tick } from './ticks';

/** A box as Atlaskit's checkboxes look, for places that say by themselves whether they are ticked. */
export function TickBox({ tick }: { tick: Tick }) {
  return (
    <svg className={`xp-tick xp-tick--${tick}`} viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <rect className="xp-tick__box" x="1.5" y="1.5" width="13" height="13" rx="2.5" />
      {tick === 'all' && <path className="xp-tick__mark" d="m4.5 8.2 2.4 2.4 4.6-5.1" />}
      {tick === 'some' && <path className="xp-tick__mark" d="M4.6 8h6.8" />}
    </svg>
  );
}
