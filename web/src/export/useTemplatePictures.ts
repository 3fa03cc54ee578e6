import type { Settings, Template } from '@xpress/forge/api';
import type { Wish } from '@xpress/forge/loop';
import { useEffect, useRef, useState } from 'react';
import { useHost } from '../app/HostContext';
import type { Picture } from '../preview/usePreview';

/** Templates that get a picture of their own; each is a render. */
const MOST = 6;

/** First sheets by template: that of the chosen one as it is on view, and of each other one, once, after it. */
export function useTemplatePictures(
  templates: Template[],
  settings: Settings,
  chosen: string,
  wish: Wish | undefined,
  current: Picture | undefined,
): Record<string, Picture | undefined> {
  const host = useHost();
  const [pictures, setPictures] = useState<Record<string, Picture | undefined>>({});
  const latest = useRef({ wish, settings });
  latest.current = { wish, settings };
  const ready = current !== undefined;

  useEffect(() => {
    if (!ready || templates.length < 2) return;
    const controller = new AbortController();
    const load = async () => {
      for (const { name } of templates.slice(0, MOST)) {
        const { wish: asked, settings: rules } = latest.current;
        if (!asked || name === asked.options.template || controller.signal.aborted) continue;
        const options = { ...asked.options, template: name, settings: rules.branding[name] ?? {} };
        const made = await host.preview({ ...asked, options }, controller.signal).catch(() => undefined);
        if (!controller.signal.aborted) setPictures(before => ({ ...before, [name]: made?.sheets[0] }));
      }
    };
    void load();
    return () => controller.abort();
  }, [ready, templates, host]);

  return current ? { ...pictures, [chosen]: current } : pictures;
}
