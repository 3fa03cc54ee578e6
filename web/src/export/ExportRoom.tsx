import type { ReactNode } from 'react';
import { useHost } from '../app/HostContext';
import { ProblemMessage } from '../app/ProblemMessage';
import { useLoaded } from '../app/useTask';
import { Waiting } from '../app/Waiting';
import type { SpaceInfo } from '../host';
import { useText } from '../i18n/useText';
import { offered } from '../rules';
import './export.css';
import { ExportForm } from './ExportForm';

export interface RoomProps {
  /** `undefined` until one is chosen. */
  space: SpaceInfo | undefined;
  spaceChoice?: ReactNode;
  showDocument: (id: string) => void;
  /** How to leave without an export; absent on pages. */
  leave?: { label: string; go: () => void };
}

/** An export from its choice to its file: loads what the form needs. */
export function ExportRoom(props: RoomProps) {
  const host = useHost();
  const text = useText();
  const key = props.space?.key ?? '';
  const { value, problem, reload } = useLoaded(`room ${key}`, async () => {
    const [{ settings }, templates] = await Promise.all([host.about(key || undefined), host.templates()]);
    return { settings, templates: offered(templates, settings) };
  });
  if (problem) {
    return (
      <div className="xp-start">
        <ProblemMessage problem={problem} retry={reload} />
      </div>
    );
  }
  if (!value) return <Waiting label={text('app.loading')} />;
  return <ExportForm {...props} {...value} />;
}
