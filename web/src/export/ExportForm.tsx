import type { Settings, Template } from '@xpress/forge/api';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useHostContext } from '../app/HostContext';
import { languageOf } from '../i18n/messages';
import { useText } from '../i18n/useText';
import { Preview } from '../preview/Preview';
import { usePreview } from '../preview/usePreview';
import { selectionOf as chosenIn } from '../tree/state';
import { usePageTree } from '../tree/usePageTree';
import { Background } from './Background';
import type { RoomProps } from './ExportRoom';
import { FormFooter, OutcomeFooter } from './FormFooter';
import { FormPanel } from './FormPanel';
import { type Form, newForm, selectionOf, type What, wishOf } from './form';
import { Result } from './Result';
import { Running } from './Running';
import { useExport } from './useExport';
import { usePageCount } from './usePageCount';

/** The form beside its preview; in its place, how the export goes, and what became of it. */
export function ExportForm({
  space,
  spaceChoice,
  showDocument,
  leave,
  templates,
  settings,
}: RoomProps & { templates: Template[]; settings: Settings }) {
  const text = useText();
  const { page, locale, place } = useHostContext();
  const from = place === 'page-action' ? page : undefined;
  const kinds: What[] = from ? ['page', 'below', 'choose'] : ['choose', 'space'];
  const [entered, setForm] = useState<Form>(() =>
    newForm(kinds[0] ?? 'choose', templates, settings, languageOf(locale)),
  );
  const form = offeredForm(entered, templates);
  const [opened] = useState(() => Date.now());
  const key = space?.key ?? '';
  const tree = usePageTree(key, form.what === 'choose');
  const chosen = useMemo(() => chosenIn(tree.state, key), [tree.state, key]);
  const selection = useMemo(() => selectionOf(form, key, from?.id, chosen), [form, key, from?.id, chosen]);
  const pages = usePageCount(selection);
  const exporting = useExport(from?.id);
  const { phase } = exporting;

  // What is looked at is of the moment when the form was opened, so that it need not be made again all the time.
  const wish = selection && wishOf(form, selection, settings, opened);
  const preview = usePreview(wish);
  const heading = useFocusOn(phase.kind);
  const again = { onAgain: exporting.reset, showDocument };

  return (
    <div className={`xp-room xp-room--${phase.kind}`}>
      <div className="xp-room__main" ref={heading} tabIndex={-1}>
        {phase.kind === 'form' && (
          <FormPanel
            form={form}
            onChange={setForm}
            kinds={kinds}
            space={space}
            spaceChoice={spaceChoice}
            tree={tree}
            templates={templates}
            settings={settings}
            wish={wish}
            picture={preview.value?.sheets[0]}
            problem={phase.problem}
          />
        )}
        {phase.kind === 'running' && <Running progress={phase.progress} onCancel={exporting.cancel} />}
        {phase.kind === 'done' && <Result phase={phase} onKeep={exporting.keep} {...again} />}
        {phase.kind === 'background' && <Background id={phase.id} because={phase.because} {...again} />}
      </div>
      <Preview
        preview={preview}
        title={from?.title ?? space?.name ?? ''}
        count={pages.count}
        nothing={text(space ? 'preview.empty' : 'preview.space')}
      />
      {phase.kind === 'form' ? (
        <FormFooter
          pages={pages}
          limit={settings.maxPages}
          leave={leave}
          onStart={() =>
            void exporting.start(selection && wishOf(form, selection, settings, Date.now()), form.background)
          }
        />
      ) : (
        leave && <OutcomeFooter running={phase.kind === 'running'} close={leave.go} />
      )}
    </div>
  );
}

/** The form with a template that is offered: another space may offer others. */
function offeredForm(form: Form, templates: Template[]): Form {
  const [first] = templates;
  return first && !templates.some(({ name }) => name === form.template) ? { ...form, template: first.name } : form;
}

/** Moves the focus to what has taken the place of the form or follows it, so that it is read and keys go on there. */
function useFocusOn(kind: string) {
  const element = useRef<HTMLDivElement>(null);
  const before = useRef(kind);
  useEffect(() => {
    if (before.current !== kind) element.current?.focus();
    before.current = kind;
  }, [kind]);
  return element;
}
