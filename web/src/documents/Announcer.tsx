import VisuallyHidden from '@atlaskit/visually-hidden';
import { type ReactNode, useCallback, useState } from 'react';

/** Something to say to screen readers when there is nothing else to do: `say(words)`, and the place it is said from. */
export function useAnnouncer(): { say: (words: string) => void; announcer: ReactNode } {
  const [said, setSaid] = useState({ words: '', turn: 0 });
  const say = useCallback((words: string) => setSaid(({ turn }) => ({ words, turn: turn + 1 })), []);
  const announcer = (
    <VisuallyHidden>
      {/* The same words twice are a change only if the text differs: every other time it ends with a blank. */}
      <output aria-live="polite">{said.turn % 2 === 0 ? said.words : `${said.words}\u00A0`}</output>
    </VisuallyHidden>
  );
  return { say, announcer };
}
