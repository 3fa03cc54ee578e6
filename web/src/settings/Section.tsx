import Heading from '@atlaskit/heading';
import { type ReactNode, useId } from 'react';

/** A part of the settings with its heading. */
export function Section({ title, text, children }: { title: string; text?: string | undefined; children: ReactNode }) {
  const id = useId();
  return (
    <section className="xp-set__section" aria-labelledby={id}>
      <div className="xp-set__about">
        <Heading size="small" as="h2" id={id}>
          {title}
        </Heading>
        {text && <p className="xp-set__quiet">{text}</p>}
      </div>
      <div className="xp-set__fields">{children}</div>
    </section>
  );
}
