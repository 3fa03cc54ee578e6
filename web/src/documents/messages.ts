export const en = {
  'documents.title': 'My documents',
  'documents.privacy':
    'Only you can see these documents. They are kept in Atlassian’s Forge storage of this site and deleted together with the app.',
  'documents.search': 'Search by title',
  'documents.search.clear': 'Clear search',
  'documents.loading': 'Loading documents',
  'documents.more': 'Show more',
  'documents.table': 'Documents, newest first',
  'documents.column.title': 'Title',
  'documents.column.state': 'Status',
  'documents.column.sheets': 'Sheets',
  'documents.column.size': 'Size',
  'documents.column.created': 'Created',
  'documents.column.actions': 'Actions',
  'documents.untitled': 'Untitled',
  'documents.volumes': '{count, plural, one {# volume} other {# volumes}}',

  'documents.empty.title': 'No documents yet',
  'documents.empty.text':
    'Open a page and choose “Export to PDF” in its menu (•••), or export a whole tree from a space. What you keep, and all that is made in the background, appears here.',
  'documents.empty.space':
    'Choose pages of this space under “New export”. What you keep, and all that is made in the background, appears here.',
  'documents.none.title': 'No document matches “{query}”',
  'documents.none.text': 'Titles are searched. Try fewer or other words.',

  'documents.state.waiting': 'Waiting',
  'documents.state.reading': 'Reading',
  'documents.state.typesetting': 'Laying out',
  'documents.state.assembling': 'Putting together',
  'documents.state.done': 'Ready',
  'documents.state.failed': 'Failed',
  'documents.state.cancelled': 'Cancelled',

  'documents.stage.of': '{done, number} of {total, plural, one {# page} other {# pages}}',
  'documents.stage.last': 'Last step',
  'documents.progress': 'Progress of “{title}”',

  'documents.lost': '{count, number} missing or simplified',
  'documents.lost.show': '{count, number} missing or simplified in “{title}”',
  'documents.lost.title': 'What is missing or simplified',
  'documents.lost.intro': 'The PDF shows a notice at each of these places. Everything else is complete.',
  'documents.lost.rest': '{count, plural, one {One more is} other {# more are}} named in the record of the export.',
  'documents.failed.show': 'What happened',
  'documents.failed.showOf': 'What happened: “{title}”',

  'documents.expires':
    '{days, plural, =0 {Will be deleted today} one {Will be deleted tomorrow} other {Will be deleted in # days}}',

  'documents.download': 'Download',
  'documents.download.of': 'Download “{title}”',
  'documents.download.facts': '{sheets, plural, one {# sheet} other {# sheets}} · {size}',
  'documents.download.all': 'All volumes',
  'documents.download.volumes': 'Volumes',
  'documents.download.manifest': 'Download record of the export',
  'documents.download.loading': 'Loading: {percent, number, ::percent}',
  'documents.download.loadingOf': 'Loading file {file} of {files}: {percent, number, ::percent}',
  'documents.actions': 'More actions for “{title}”',
  'documents.open': 'Open the page in Confluence',
  'documents.delete': 'Delete',
  'documents.delete.of': 'Delete “{title}”',
  'documents.cancel': 'Cancel',
  'documents.cancel.of': 'Cancel the export of “{title}”',

  'documents.selected': '{count, plural, one {# selected} other {# selected}}',
  'documents.select': 'Select “{title}”',
  'documents.select.all': 'Select all documents shown',
  'documents.select.none': 'Clear selection',

  'documents.delete.ask': '{count, plural, one {Delete this document?} other {Delete # documents?}}',
  'documents.delete.what': '{count, plural, one {“{title}” is deleted for good.} other {They are deleted for good:}}',
  'documents.delete.final': 'This can’t be undone. Confluence pages are not touched.',
  'documents.delete.running':
    '{count, plural, one {One export is still running and will be cancelled.} other {# exports are still running and will be cancelled.}}',
  'documents.delete.rest': '{count, plural, one {and one more} other {and # more}}',
  'documents.delete.keep': 'Keep',
  'documents.delete.progress': 'Deleting {done, number} of {total, number}',
  'documents.cancel.ask': 'Cancel this export?',
  'documents.cancel.what': '“{title}” is cancelled, and what has been made of it is thrown away.',
  'documents.cancel.do': 'Cancel export',
  'documents.cancel.keep': 'Let it run',

  'documents.usage': 'Storage',
  'documents.usage.text': '{used} of {limit} in use, {mine} of it yours',
  'documents.usage.bar': 'Storage in use',
  'documents.usage.nearly.title': 'Storage is nearly full',
  'documents.usage.nearly.text':
    'There is room for {free} more on this site. Delete documents that you no longer need, so that exports don’t fail.',
  'documents.usage.full.title': 'Storage is full',
  'documents.usage.full.text':
    'New documents can’t be kept until some are deleted. Small exports can still be downloaded at once.',

  'documents.say.begun': 'The export of “{title}” has begun.',
  'documents.say.done': '“{title}” is ready.',
  'documents.say.failed': 'The export of “{title}” failed.',
  'documents.say.part': '“{title}”: {percent} %',
  'documents.say.saved': '{name} was downloaded.',
  'documents.say.deleted': '{count, plural, one {One document was deleted.} other {# documents were deleted.}}',
  'documents.say.cancelled': 'The export of “{title}” was cancelled.',
  'documents.say.found': '{count, plural, =0 {No document found} one {One document found} other {# documents found}}',
  'documents.say.foundMore':
    '{count, plural, one {One document shown, there are more} other {# documents shown, there are more}}',
} as const;

export const de: Record<keyof typeof en, string> = {
  'documents.title': 'Meine Dokumente',
  'documents.privacy':
    'Diese Dokumente sind für niemanden sonst sichtbar. Sie liegen im Forge-Speicher von Atlassian für diese Site und werden zusammen mit der App gelöscht.',
  'documents.search': 'Nach Titel suchen',
  'documents.search.clear': 'Suche leeren',
  'documents.loading': 'Dokumente werden geladen',
  'documents.more': 'Mehr anzeigen',
  'documents.table': 'Dokumente, neueste zuerst',
  'documents.column.title': 'Titel',
  'documents.column.state': 'Status',
  'documents.column.sheets': 'Blätter',
  'documents.column.size': 'Größe',
  'documents.column.created': 'Erstellt',
  'documents.column.actions': 'Aktionen',
  'documents.untitled': 'Ohne Titel',
  'documents.volumes': '{count, plural, one {# Band} other {# Bände}}',

  'documents.empty.title': 'Noch keine Dokumente',
  'documents.empty.text':
    'Eine Seite öffnen und in ihrem Menü (•••) „Als PDF exportieren“ wählen – oder in einem Bereich einen ganzen Seitenbaum exportieren. Was aufbewahrt oder im Hintergrund erstellt wird, erscheint hier.',
  'documents.empty.space':
    'Unter „Neuer Export“ Seiten dieses Bereichs auswählen. Was aufbewahrt oder im Hintergrund erstellt wird, erscheint hier.',
  'documents.none.title': 'Kein Dokument passt zu „{query}“',
  'documents.none.text': 'Gesucht wird in Titeln. Weniger oder andere Wörter helfen vielleicht.',

  'documents.state.waiting': 'Wartet',
  'documents.state.reading': 'Liest',
  'documents.state.typesetting': 'Setzt',
  'documents.state.assembling': 'Stellt zusammen',
  'documents.state.done': 'Fertig',
  'documents.state.failed': 'Gescheitert',
  'documents.state.cancelled': 'Abgebrochen',

  'documents.stage.of': '{done, number} von {total, plural, one {# Seite} other {# Seiten}}',
  'documents.stage.last': 'Letzter Schritt',
  'documents.progress': 'Fortschritt von „{title}“',

  'documents.lost': '{count, number} fehlend oder vereinfacht',
  'documents.lost.show': '{count, number} fehlend oder vereinfacht in „{title}“',
  'documents.lost.title': 'Was fehlt oder vereinfacht ist',
  'documents.lost.intro': 'An jeder dieser Stellen steht im PDF ein Hinweis. Alles andere ist vollständig.',
  'documents.lost.rest': '{count, plural, one {Eine weitere steht} other {# weitere stehen}} im Exportprotokoll.',
  'documents.failed.show': 'Was passiert ist',
  'documents.failed.showOf': 'Was passiert ist: „{title}“',

  'documents.expires':
    '{days, plural, =0 {Wird heute gelöscht} one {Wird morgen gelöscht} other {Wird in # Tagen gelöscht}}',

  'documents.download': 'Herunterladen',
  'documents.download.of': '„{title}“ herunterladen',
  'documents.download.facts': '{sheets, plural, one {# Blatt} other {# Blätter}} · {size}',
  'documents.download.all': 'Alle Bände',
  'documents.download.volumes': 'Bände',
  'documents.download.manifest': 'Exportprotokoll herunterladen',
  'documents.download.loading': 'Wird geladen: {percent, number, ::percent}',
  'documents.download.loadingOf': 'Datei {file} von {files} wird geladen: {percent, number, ::percent}',
  'documents.actions': 'Weitere Aktionen für „{title}“',
  'documents.open': 'Seite in Confluence öffnen',
  'documents.delete': 'Löschen',
  'documents.delete.of': '„{title}“ löschen',
  'documents.cancel': 'Abbrechen',
  'documents.cancel.of': 'Export von „{title}“ abbrechen',

  'documents.selected': '{count, plural, one {# ausgewählt} other {# ausgewählt}}',
  'documents.select': '„{title}“ auswählen',
  'documents.select.all': 'Alle angezeigten Dokumente auswählen',
  'documents.select.none': 'Auswahl aufheben',

  'documents.delete.ask': '{count, plural, one {Dieses Dokument löschen?} other {# Dokumente löschen?}}',
  'documents.delete.what':
    '{count, plural, one {„{title}“ wird endgültig gelöscht.} other {Diese Dokumente werden endgültig gelöscht:}}',
  'documents.delete.final': 'Das lässt sich nicht rückgängig machen. Confluence-Seiten bleiben unberührt.',
  'documents.delete.running':
    '{count, plural, one {Ein Export läuft noch und wird abgebrochen.} other {# Exporte laufen noch und werden abgebrochen.}}',
  'documents.delete.rest': '{count, plural, one {und ein weiteres} other {und # weitere}}',
  'documents.delete.keep': 'Behalten',
  'documents.delete.progress': '{done, number} von {total, number} gelöscht',
  'documents.cancel.ask': 'Diesen Export abbrechen?',
  'documents.cancel.what': '„{title}“ wird abgebrochen, und was davon schon erstellt ist, wird verworfen.',
  'documents.cancel.do': 'Export abbrechen',
  'documents.cancel.keep': 'Weiterlaufen lassen',

  'documents.usage': 'Speicher',
  'documents.usage.text': '{used} von {limit} belegt, davon {mine} durch eigene Dokumente',
  'documents.usage.bar': 'Belegter Speicher',
  'documents.usage.nearly.title': 'Der Speicher ist fast voll',
  'documents.usage.nearly.text':
    'Auf dieser Site ist noch Platz für {free}. Nicht mehr benötigte Dokumente löschen, damit Exporte nicht scheitern.',
  'documents.usage.full.title': 'Der Speicher ist voll',
  'documents.usage.full.text':
    'Neue Dokumente lassen sich erst aufbewahren, wenn andere gelöscht sind. Kleine Exporte lassen sich weiterhin sofort herunterladen.',

  'documents.say.begun': 'Der Export von „{title}“ hat begonnen.',
  'documents.say.done': '„{title}“ ist fertig.',
  'documents.say.failed': 'Der Export von „{title}“ ist gescheitert.',
  'documents.say.part': '„{title}“: {percent} %',
  'documents.say.saved': '{name} wurde heruntergeladen.',
  'documents.say.deleted': '{count, plural, one {Ein Dokument wurde gelöscht.} other {# Dokumente wurden gelöscht.}}',
  'documents.say.cancelled': 'Der Export von „{title}“ wurde abgebrochen.',
  'documents.say.found':
    '{count, plural, =0 {Kein Dokument gefunden} one {Ein Dokument gefunden} other {# Dokumente gefunden}}',
  'documents.say.foundMore':
    '{count, plural, one {Ein Dokument angezeigt, es gibt weitere} other {# Dokumente angezeigt, es gibt weitere}}',
};
