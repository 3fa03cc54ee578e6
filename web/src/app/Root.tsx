import type { About } from '@xpress/forge/api';
import { useEffect } from 'react';
import { IntlProvider } from 'react-intl';
import type { Context, Host } from '../host';
import { languageOf, localeOf, messagesIn } from '../i18n/messages';
import { App, preload } from './App';
import { HostProvider } from './HostContext';
import { keepFocus } from './keepFocus';
import { ProblemMessage } from './ProblemMessage';
import { useLoaded } from './useTask';
import { Waiting } from './Waiting';

interface Connected {
  host: Host;
  context: Context;
  about: About;
}

async function connected(connect: () => Promise<Host>): Promise<Connected> {
  const host = await connect();
  const [context, about] = await Promise.all([host.context().then(preloaded), host.about(), host.followTheme()]);
  return { host, context, about };
}

/** Scripts of the place are fetched while the functions are still asked. */
function preloaded(context: Context): Context {
  preload(context.place);
  return context;
}

/** The whole interface, from nothing: connects to its host, then shows what belongs to the place. */
export function Root({ connect }: { connect: () => Promise<Host> }) {
  const { value, problem, reload } = useLoaded('root', () => connected(connect));
  // Before the host has told, the browser's language is the best guess.
  const locale = value?.context.locale ?? navigator.language;
  const language = languageOf(locale);
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  useEffect(() => keepFocus(document.body), []);
  return (
    <IntlProvider locale={localeOf(locale)} defaultLocale="en" messages={messagesIn(language)}>
      {value && (
        <HostProvider {...value}>
          <App />
        </HostProvider>
      )}
      {problem && (
        <main className="xp-start">
          <ProblemMessage problem={problem} retry={reload} />
        </main>
      )}
      {!value && !problem && <Waiting label={messagesIn(language)['app.loading'] ?? ''} />}
    </IntlProvider>
  );
}
