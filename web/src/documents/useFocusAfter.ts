import { type RefObject, useEffect, useRef } from 'react';

/** When a dialog closes and took away the button that opened it, the focus goes to the list instead of nowhere. */
export function useFocusAfter(dialog: boolean): RefObject<HTMLElement> {
  const section = useRef<HTMLElement>(null);
  const was = useRef(false);
  useEffect(() => {
    const closed = was.current && !dialog;
    was.current = dialog;
    if (!closed) return undefined;
    // After the dialog has tried to give the focus back.
    const timer = setTimeout(() => {
      if (document.activeElement === document.body) section.current?.focus({ preventScroll: true });
    }, 100);
    return () => clearTimeout(timer);
  }, [dialog]);
  return section;
}
