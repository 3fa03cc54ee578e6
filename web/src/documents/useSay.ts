import type { ExportInfo } from '@xpress/forge/api';
import { useEffect, useRef } from 'react';
import { useText } from '../i18n/useText';
import type { Documents } from './useDocuments';

/** Says how many documents a search found, once it has. */
export function useSayFound({ list, found }: Pick<Documents, 'list' | 'found'>, say: (words: string) => void) {
  const text = useText();
  const said = useRef('');
  useEffect(() => {
    if (said.current === found) return;
    said.current = found;
    say(text(list.cursor ? 'documents.say.foundMore' : 'documents.say.found', { count: list.items.length }));
  }, [found, list, say, text]);
}

/** Says once that an export has begun, when it is first seen. */
export function useSayBegun(info: ExportInfo | undefined, say: (words: string) => void) {
  const text = useText();
  const said = useRef<string>(undefined);
  useEffect(() => {
    if (!info || said.current === info.id) return;
    said.current = info.id;
    say(text('documents.say.begun', { title: info.title }));
  }, [info, say, text]);
}
