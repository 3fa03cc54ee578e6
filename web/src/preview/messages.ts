export const en = {
  'preview.title': 'Preview',
  'preview.loading': 'The preview is being made',
  'preview.empty': 'Choose pages to see how they will look.',
  'preview.sheet': 'Sheet {number, number} of the preview of {title}',
  'preview.position': '{number, number} / {count, number}',
  'preview.space': 'Choose a space to see how its pages will look.',
  'preview.some':
    'Made from the first {pages, plural, one {page} other {# pages}} only: numbers and contents will differ',
  'preview.first': 'First sheets, as they will be in the PDF',
  'preview.previous': 'Previous sheet',
  'preview.next': 'Next sheet',
  'preview.larger': 'Larger',
  'preview.smaller': 'Smaller',
  'preview.area': 'Sheet of the preview',
} as const;

export const de: Record<keyof typeof en, string> = {
  'preview.title': 'Vorschau',
  'preview.loading': 'Die Vorschau entsteht',
  'preview.empty': 'Seiten auswählen, um zu sehen, wie sie aussehen werden.',
  'preview.sheet': 'Blatt {number, number} der Vorschau von {title}',
  'preview.position': '{number, number} / {count, number}',
  'preview.space': 'Einen Bereich auswählen, um zu sehen, wie seine Seiten aussehen werden.',
  'preview.some':
    'Nur aus {pages, plural, one {der ersten Seite} other {den ersten # Seiten}}: Zahlen und Verzeichnisse werden abweichen',
  'preview.first': 'Die ersten Blätter, wie sie im PDF stehen werden',
  'preview.previous': 'Vorheriges Blatt',
  'preview.next': 'Nächstes Blatt',
  'preview.larger': 'Größer',
  'preview.smaller': 'Kleiner',
  'preview.area': 'Blatt der Vorschau',
};
