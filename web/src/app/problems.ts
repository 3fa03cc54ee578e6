/** Words for what went wrong: what happened (`title`), and what to do (`todo`). One pair for each problem code. */

import type { Problem } from '@xpress/forge/loop';

type Part = 'title' | 'todo';
type Words = Record<`problem.${Problem['code']}.${Part}`, string>;

export const en = {
  'problem.confluence-signed-out.title': 'You are signed out of Confluence',
  'problem.confluence-signed-out.todo': 'Sign in again in another tab, then try once more.',
  'problem.confluence-forbidden.title': 'Confluence denies access',
  'problem.confluence-forbidden.todo':
    'You may not see this content, or XPress has not been allowed to read it yet. Ask whoever looks after the space or the site.',
  'problem.confluence-gone.title': 'This content no longer exists',
  'problem.confluence-gone.todo':
    'It was deleted or moved, or you may no longer see it. Reload the page and choose again.',
  'problem.confluence-failed.title': 'Confluence does not answer',
  'problem.confluence-failed.todo': 'Try again in a few minutes. XPress has already tried several times.',
  'problem.nothing-selected.title': 'There is no page in this selection',
  'problem.nothing-selected.todo': 'Choose at least one page, or loosen the filters.',
  'problem.renderer-unreachable.title': 'The rendering service can’t be reached',
  'problem.renderer-unreachable.todo': 'Try again in a few minutes. If it stays that way, tell your administrator.',
  'problem.renderer-unauthorized.title': 'The rendering service refuses this site',
  'problem.renderer-unauthorized.todo': 'Tell your administrator: the service has to admit this app.',
  'problem.renderer-busy.title': 'The rendering service is busy',
  'problem.renderer-busy.todo': 'Try again in a few minutes.',
  'problem.renderer-refused.title': 'The rendering service can’t do this',
  'problem.renderer-refused.todo': 'Check the options. The service says: {detail}',
  'problem.renderer-failed.title': 'The rendering service failed',
  'problem.renderer-failed.todo': 'Try again. If it happens once more, report it to your administrator: {detail}',
  'problem.unexpected-answer.title': 'An answer makes no sense',
  'problem.unexpected-answer.todo': 'Try again. If it happens once more, report it to your administrator.',
  'problem.too-many-pages.title': 'These are too many pages',
  'problem.too-many-pages.todo':
    '{count, number} pages are chosen; {limit, number} are allowed in one export. Choose fewer, or export in several steps.',
  'problem.too-large.title': 'This is too large',
  'problem.too-large.todo': 'Choose fewer pages, smaller pictures, or no attachments.',
  'problem.storage-full.title': 'There is no room left for documents',
  'problem.storage-full.todo': 'Delete documents that you no longer need, or tell your administrator.',
  'problem.too-many-exports.title': 'Too many exports are running',
  'problem.too-many-exports.todo':
    '{limit, plural, one {You may have one export} other {You may have # exports}} running at once. Wait for one to finish, or cancel it.',
  'problem.not-found.title': 'This document no longer exists',
  'problem.not-found.todo': 'It was deleted, or its time was up. Export it again.',
  'problem.damaged.title': 'The file arrived damaged',
  'problem.damaged.todo': 'Its checksum does not match. Download it again.',
  'problem.not-allowed.title': 'Only administrators may do this',
  'problem.not-allowed.todo': 'Ask an administrator of this space or site.',
  'problem.invalid.title': 'This can’t be done as asked',
  'problem.invalid.todo': 'Reload the page and try again. What is wrong: {detail}',
  'problem.not-offered.title': 'This is switched off here',
  'problem.not-offered.todo': 'An administrator has switched off exports in this space, or this template.',
  'problem.gave-up.title': 'The export failed again and again',
  'problem.gave-up.todo': 'Start it again. If it fails once more, try fewer pages to find the one that causes it.',
  'problem.cancelled.title': 'The export was cancelled',
  'problem.cancelled.todo': 'Nothing was kept of it.',
  'problem.internal.title': 'Something went wrong in XPress',
  'problem.internal.todo': 'This is a defect. Try again, and report it if it happens once more.',
} as const satisfies Words;

export const de: Record<keyof typeof en, string> = {
  'problem.confluence-signed-out.title': 'Abgemeldet von Confluence',
  'problem.confluence-signed-out.todo': 'In einem anderen Tab wieder anmelden und dann erneut versuchen.',
  'problem.confluence-forbidden.title': 'Confluence verweigert den Zugriff',
  'problem.confluence-forbidden.todo':
    'Für diesen Inhalt fehlt die Berechtigung, oder XPress darf ihn noch nicht lesen. Weiter hilft die Administration des Bereichs oder der Site.',
  'problem.confluence-gone.title': 'Diesen Inhalt gibt es nicht mehr',
  'problem.confluence-gone.todo':
    'Er wurde gelöscht oder verschoben, oder die Berechtigung dafür fehlt inzwischen. Seite neu laden und neu auswählen.',
  'problem.confluence-failed.title': 'Confluence antwortet nicht',
  'problem.confluence-failed.todo': 'In ein paar Minuten erneut versuchen. XPress hat es schon mehrmals versucht.',
  'problem.nothing-selected.title': 'Diese Auswahl enthält keine Seite',
  'problem.nothing-selected.todo': 'Mindestens eine Seite auswählen oder die Filter lockern.',
  'problem.renderer-unreachable.title': 'Der Rendering-Dienst ist nicht erreichbar',
  'problem.renderer-unreachable.todo':
    'In ein paar Minuten erneut versuchen. Bleibt es dabei, bitte die Administration informieren.',
  'problem.renderer-unauthorized.title': 'Der Rendering-Dienst lehnt diese Site ab',
  'problem.renderer-unauthorized.todo': 'Bitte die Administration informieren: Der Dienst muss diese App zulassen.',
  'problem.renderer-busy.title': 'Der Rendering-Dienst ist ausgelastet',
  'problem.renderer-busy.todo': 'In ein paar Minuten erneut versuchen.',
  'problem.renderer-refused.title': 'Der Rendering-Dienst kann das nicht umsetzen',
  'problem.renderer-refused.todo': 'Optionen prüfen. Der Dienst meldet: {detail}',
  'problem.renderer-failed.title': 'Der Rendering-Dienst ist gescheitert',
  'problem.renderer-failed.todo': 'Erneut versuchen. Passiert es wieder, bitte der Administration melden: {detail}',
  'problem.unexpected-answer.title': 'Eine Antwort ergibt keinen Sinn',
  'problem.unexpected-answer.todo': 'Erneut versuchen. Passiert es wieder, bitte der Administration melden.',
  'problem.too-many-pages.title': 'Das sind zu viele Seiten',
  'problem.too-many-pages.todo':
    '{count, number} Seiten sind ausgewählt, {limit, number} pro Export sind erlaubt. Weniger auswählen oder in mehreren Schritten exportieren.',
  'problem.too-large.title': 'Das ist zu groß',
  'problem.too-large.todo': 'Weniger Seiten, kleinere Bilder oder keine Anhänge auswählen.',
  'problem.storage-full.title': 'Für weitere Dokumente ist kein Platz mehr',
  'problem.storage-full.todo': 'Nicht mehr benötigte Dokumente löschen oder die Administration informieren.',
  'problem.too-many-exports.title': 'Es laufen zu viele Exporte',
  'problem.too-many-exports.todo':
    '{limit, plural, one {Erlaubt ist ein Export} other {Erlaubt sind # Exporte}} gleichzeitig. Warten, bis einer fertig ist, oder einen abbrechen.',
  'problem.not-found.title': 'Dieses Dokument gibt es nicht mehr',
  'problem.not-found.todo': 'Es wurde gelöscht, oder seine Frist ist abgelaufen. Bitte neu exportieren.',
  'problem.damaged.title': 'Die Datei kam beschädigt an',
  'problem.damaged.todo': 'Ihre Prüfsumme stimmt nicht. Bitte noch einmal herunterladen.',
  'problem.not-allowed.title': 'Das ist der Administration vorbehalten',
  'problem.not-allowed.todo': 'Weiter hilft die Administration des Bereichs oder der Site.',
  'problem.invalid.title': 'So lässt sich das nicht ausführen',
  'problem.invalid.todo': 'Seite neu laden und erneut versuchen. Der Grund: {detail}',
  'problem.not-offered.title': 'Das ist hier ausgeschaltet',
  'problem.not-offered.todo': 'Die Administration hat Exporte in diesem Bereich oder diese Vorlage ausgeschaltet.',
  'problem.gave-up.title': 'Der Export ist mehrmals gescheitert',
  'problem.gave-up.todo':
    'Noch einmal starten. Scheitert er wieder, mit weniger Seiten eingrenzen, an welcher es liegt.',
  'problem.cancelled.title': 'Der Export wurde abgebrochen',
  'problem.cancelled.todo': 'Davon wurde nichts aufbewahrt.',
  'problem.internal.title': 'In XPress ist etwas schiefgegangen',
  'problem.internal.todo': 'Das ist ein Fehler der App. Erneut versuchen und melden, wenn es wieder passiert.',
};
