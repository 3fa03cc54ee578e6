export const en = {
  'app.name': 'XPress',
  'app.loading': 'Loading',
  'app.retry': 'Try again',
  'app.close': 'Close',
  'app.cancel': 'Cancel',
  'app.new': 'New export',
  'app.documents': 'My documents',
  'app.settings': 'Settings',
  'app.export': 'Export to PDF',
  'app.disabled.title': 'Exports are switched off here',
  'app.disabled.text': 'An administrator has switched off exports to PDF in this space.',
  'app.permissions.title': 'What XPress may read',
  'app.permissions.intro':
    'XPress reads with your rights: what you may not see is not in your PDF. Pages go to the rendering service, which keeps nothing of them.',
} as const;

export const de: Record<keyof typeof en, string> = {
  'app.name': 'XPress',
  'app.loading': 'Wird geladen',
  'app.retry': 'Erneut versuchen',
  'app.close': 'Schließen',
  'app.cancel': 'Abbrechen',
  'app.new': 'Neuer Export',
  'app.documents': 'Meine Dokumente',
  'app.settings': 'Einstellungen',
  'app.export': 'Als PDF exportieren',
  'app.disabled.title': 'Exporte sind hier ausgeschaltet',
  'app.disabled.text': 'Die Administration hat den PDF-Export in diesem Bereich ausgeschaltet.',
  'app.permissions.title': 'Was XPress lesen darf',
  'app.permissions.intro':
    'XPress liest mit den eigenen Rechten: Was nicht sichtbar ist, kommt nicht ins PDF. Die Seiten gehen an den Rendering-Dienst, der nichts davon aufbewahrt.',
};
