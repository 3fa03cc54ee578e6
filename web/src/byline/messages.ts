export const en = {
  'byline.title': 'PDFs of this page',
  'byline.intro': 'Only you see what you have exported.',
  'byline.loading': 'Loading documents',
  'byline.empty.title': 'No PDF of this page yet',
  'byline.hint': 'To export this page, choose “Export to PDF” in its menu (•••).',
  'byline.more': 'Show older ones',
  'byline.facts': '{when} · {sheets, plural, one {# sheet} other {# sheets}} · {size}',
} as const;

export const de: Record<keyof typeof en, string> = {
  'byline.title': 'PDFs dieser Seite',
  'byline.intro': 'Eigene Exporte sieht niemand sonst.',
  'byline.loading': 'Dokumente werden geladen',
  'byline.empty.title': 'Noch kein PDF dieser Seite',
  'byline.hint': 'Zum Exportieren dieser Seite in ihrem Menü (•••) „Als PDF exportieren“ wählen.',
  'byline.more': 'Ältere anzeigen',
  'byline.facts': '{when} · {sheets, plural, one {# Blatt} other {# Blätter}} · {size}',
};
