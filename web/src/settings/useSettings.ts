import type { Settings, Template } from '@xpress/forge/api';
import { createContext, type Dispatch, useContext, useEffect, useMemo, useReducer, useState } from 'react';
import { useHost } from '../app/HostContext';
import { type Problem, problemOf } from '../app/problemOf';
import {
  changedSettings,
  changes,
  type Draft,
  type DraftAction,
  reduceDraft,
  siteDraft,
  spaceDraft,
  toSite,
  toSpace,
} from './draft';
import { type Errors, validate } from './validate';

/** What the fields of the form have in common. */
export interface SettingsForm {
  draft: Draft;
  dispatch: Dispatch<DraftAction>;
  errors: Errors;
  /** Those of the renderer; empty if it was not reached. */
  templates: readonly Template[];
  /** The site's settings. */
  site: Settings;
  /** Whether the form is of a space. */
  ofSpace: boolean;
  readOnly: boolean;
}

const FormContext = createContext<SettingsForm | undefined>(undefined);

export const SettingsFormProvider = FormContext.Provider;

/** The form that a field is part of. */
export function useSettingsForm(): SettingsForm {
  const form = useContext(FormContext);
  if (!form) throw new Error('No form above');
  return form;
}

/** The form's state, and saving it. `saved` is what was loaded or saved last. */
export function useSettings(
  loaded: { site: Settings; space?: Partial<Settings> },
  templates: readonly Template[],
  space: string | undefined,
): {
  draft: Draft;
  dispatch: Dispatch<DraftAction>;
  errors: Errors;
  changed: string[];
  saving: boolean;
  problem: Problem | undefined;
  /** Resolves to whether it was saved. */
  save: () => Promise<boolean>;
  discard: () => void;
} {
  const host = useHost();
  const { site } = loaded;
  const [saved, setSaved] = useState(() =>
    space === undefined ? siteDraft(site) : spaceDraft(site, loaded.space ?? {}),
  );
  const [draft, dispatch] = useReducer(reduceDraft, saved);
  const [saving, setSaving] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const errors = useMemo(
    () => validate(draft, templates, space === undefined ? undefined : site),
    [draft, templates, space, site],
  );
  const changed = useMemo(() => changes(saved, draft), [saved, draft]);
  useWarning(changed.length > 0);

  const save = async () => {
    setSaving(true);
    setProblem(undefined);
    try {
      if (space === undefined) {
        await host.saveSettings(changedSettings(toSite(saved, templates), toSite(draft, templates)));
      } else await host.saveSettings(toSpace(draft, templates), space);
      setSaved(draft);
      return true;
    } catch (error) {
      setProblem(problemOf(error));
      return false;
    } finally {
      setSaving(false);
    }
  };
  const discard = () => {
    dispatch({ type: 'reset', draft: saved });
    setProblem(undefined);
  };
  return { draft, dispatch, errors, changed, saving, problem, save, discard };
}

/** Has the browser ask before the page is left, while something is not saved. */
function useWarning(unsaved: boolean): void {
  useEffect(() => {
    if (!unsaved) return undefined;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [unsaved]);
}
