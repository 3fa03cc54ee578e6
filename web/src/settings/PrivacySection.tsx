import { Permissions } from '../app/Permissions';
import { useText } from '../i18n/useText';
import { Section } from './Section';

const PARTS = ['rights', 'render', 'stored', 'time', 'none'] as const;

/** What the app may do, and what becomes of data. */
export function PrivacySection() {
  const text = useText();
  return (
    <Section title={text('settings.privacy')}>
      <dl className="xp-privacy">
        {PARTS.map(part => (
          <div key={part}>
            <dt className="xp-set__label">{text(`settings.privacy.${part}.title`)}</dt>
            <dd>{text(`settings.privacy.${part}`)}</dd>
          </div>
        ))}
      </dl>
      <Permissions />
    </Section>
  );
}
