export const en = {
  'settings.title.site': 'XPress settings',
  'settings.title.space': 'XPress settings for {space}',
  'settings.intro.site': 'These settings apply to all spaces of this site. Spaces may have stricter ones of their own.',
  'settings.intro.space': 'What is not set here is as the site’s administrators have set it.',
  'settings.loading': 'Loading settings',
  'settings.readonly.title': 'You can view these settings, but not change them',
  'settings.readonly.site': 'Only administrators of the site may do that.',
  'settings.readonly.space': 'Only administrators of the space may do that.',
  'settings.noTemplates.title': 'Templates can’t be shown',
  'settings.noTemplates.text': 'The rendering service does not tell which templates there are.',

  'settings.own.site': 'As the site',
  'settings.own.bySite': 'Set by the site’s administrators',
  'settings.own.change': 'Change for this space',
  'settings.own.changeOf': 'Change for this space: {field}',
  'settings.own.back': 'As the site again ({value})',
  'settings.own.backOf': '{field}: as the site again ({value})',

  'settings.enabled': 'Exports',
  'settings.enabled.label': 'Pages may be exported',
  'settings.enabled.help':
    'If this is off, nobody can start an export. Documents that exist stay until they are deleted.',
  'settings.on': 'On',
  'settings.off': 'Off',

  'settings.templates': 'Templates',
  'settings.templates.text': 'A template gives documents their look. Users choose among those that are offered.',
  'settings.templates.label': 'Templates offered',
  'settings.templates.all': 'All, also those to come',
  'settings.templates.allOfSite': 'All that the site offers',
  'settings.templates.some': 'Only these',
  'settings.templates.default': 'Default template',
  'settings.templates.default.help': 'What an export begins with.',

  'settings.branding': 'Branding and presets',
  'settings.branding.text':
    'Decide for each option: users choose freely, begin with your preset, or can’t change your value.',
  'settings.branding.text.space':
    'Decide for each option: as the site has it, a preset of this space, or a value that users can’t change.',
  'settings.branding.template': 'Template',
  'settings.branding.mode': 'Who decides: {option}',
  'settings.branding.user': 'Users',
  'settings.branding.site': 'As the site',
  'settings.branding.preset': 'Preset',
  'settings.branding.fixed': 'Fixed',
  'settings.branding.default': 'Begins with: {value}',
  'settings.branding.siteValue': 'Site’s preset: {value}',
  'settings.branding.siteFixed': 'Fixed by the site: {value}',
  'settings.branding.empty': 'nothing',
  'settings.branding.yes': 'On',
  'settings.branding.no': 'Off',
  'settings.branding.shared': 'Fixed options are fixed in every template that has them.',
  'settings.branding.elsewhere': 'Values need your attention in: {names}',
  'settings.branding.colour': 'Choose colour: {option}',
  'settings.branding.set': '{count, plural, =0 {nothing set} one {# set} other {# set}}',

  'settings.limits': 'Limits',
  'settings.maxPages': 'Confluence pages in one export',
  'settings.maxPages.help': 'Larger selections are refused before anything is read.',
  'settings.maxPages.value': '{count, plural, one {# page} other {# pages}}',
  'settings.maxExports': 'Exports of one user at once',
  'settings.maxExports.help': 'Exports in the background. More are refused until one has finished.',

  'settings.storage': 'Documents',
  'settings.retentionDays': 'Days for which documents are kept',
  'settings.retentionDays.help':
    'Counted from the export. 0: until their owners delete them. This applies to documents made from now on.',
  'settings.retentionDays.value': '{count, plural, =0 {Until they are deleted} one {# day} other {# days}}',
  'settings.objectStore': 'Object Store for large documents',
  'settings.objectStore.help':
    'Documents are kept in Forge SQL, whose room is limited. If this is on, those that don’t fit go to Forge’s Object Store; if it is off, such exports are refused.',
  'settings.objectStore.preview':
    'Atlassian offers the Object Store as a Preview: it may change, and until it is generally available it may not be covered by data residency. Leave it off if your data must stay in a region.',
  'settings.usage': 'Storage in use',

  'settings.renderer': 'Rendering service',
  'settings.renderer.text':
    'It turns pages into PDF. It receives what is exported over HTTPS, works in memory, and keeps nothing.',
  'settings.renderer.included':
    'The service that belongs to this app is in use. Its address is part of the app and can’t be changed here.',
  'settings.renderer.address': 'Address of your rendering service',
  'settings.renderer.help': 'Such as https://render.example.com. Atlassian asks you to confirm a new address.',
  'settings.renderer.none': 'No service is set yet: nothing can be exported until you save its address.',
  'settings.renderer.save': 'Save address',
  'settings.renderer.test': 'Test connection',
  'settings.renderer.saved': 'The address was saved.',
  'settings.renderer.works':
    'The service answers. {count, plural, one {It has one template: {names}.} other {It has # templates: {names}.}}',

  'settings.privacy': 'Permissions and privacy',
  'settings.privacy.rights':
    'XPress reads with the rights of whoever exports, in the background too. What a user may not see is not in their PDF. It changes nothing in Confluence.',
  'settings.privacy.rights.title': 'Whose rights count',
  'settings.privacy.render.title': 'Where pages are laid out',
  'settings.privacy.render':
    'Pages, pictures and attachments of an export go to the rendering service and nowhere else. It keeps nothing, and writes no content into its logs.',
  'settings.privacy.stored.title': 'What is stored, and where',
  'settings.privacy.stored':
    'Documents, their titles and what was lost in them, in Atlassian’s Forge storage of this site. Of people only the account id. Only the owner of a document can see it; administrators can’t.',
  'settings.privacy.time.title': 'For how long',
  'settings.privacy.time':
    'Until its owner deletes a document or its time is up. What is needed during an export is deleted when it ends. Removing the app deletes everything.',
  'settings.privacy.none.title': 'What there is not',
  'settings.privacy.none': 'No analytics, no tracking, no other receivers of data.',

  'settings.changed': '{count, plural, one {# unsaved change} other {# unsaved changes}}',
  'settings.wrong.count': '{count, plural, one {One value needs your attention} other {# values need your attention}}',
  'settings.save': 'Save',
  'settings.discard': 'Discard',
  'settings.bar': 'Unsaved changes',
  'settings.saved': 'Settings saved',
  'settings.saved.text': 'They apply to exports that begin from now on.',
  'settings.flags': 'Notifications',

  'settings.wrong.number': 'Enter a whole number from {minimum, number} to {maximum, number}.',
  'settings.wrong.site': 'The site allows at most {limit, number}.',
  'settings.wrong.siteDays':
    'The site keeps documents for {limit, plural, one {# day} other {# days}}; a space can only choose less.',
  'settings.wrong.noTemplate': 'Offer at least one template.',
  'settings.wrong.default': 'Choose one of the templates offered.',
  'settings.wrong.color': 'Enter a colour such as #0C66E4.',
  'settings.wrong.language': 'Enter a language such as en, de or pt-BR.',
  'settings.wrong.choice': 'Choose one of the values.',
  'settings.wrong.long': 'Enter at most {limit, number} characters.',
  'settings.wrong.https': 'The address must begin with https://.',
  'settings.wrong.address': 'Enter an address such as https://render.example.com, without user name or query.',
} as const;

export const de: Record<keyof typeof en, string> = {
  'settings.title.site': 'XPress-Einstellungen',
  'settings.title.space': 'XPress-Einstellungen für {space}',
  'settings.intro.site':
    'Diese Einstellungen gelten für alle Bereiche der Site. Bereiche können eigene, strengere festlegen.',
  'settings.intro.space': 'Was hier nicht festgelegt ist, gilt so, wie die Administration der Site es festgelegt hat.',
  'settings.loading': 'Einstellungen werden geladen',
  'settings.readonly.title': 'Nur zur Ansicht',
  'settings.readonly.site': 'Ändern kann diese Einstellungen nur die Administration der Site.',
  'settings.readonly.space': 'Ändern kann diese Einstellungen nur die Administration des Bereichs.',
  'settings.noTemplates.title': 'Vorlagen lassen sich nicht anzeigen',
  'settings.noTemplates.text': 'Der Rendering-Dienst teilt nicht mit, welche Vorlagen es gibt.',

  'settings.own.site': 'Wie die Site',
  'settings.own.bySite': 'Von der Administration der Site festgelegt',
  'settings.own.change': 'Für diesen Bereich ändern',
  'settings.own.changeOf': 'Für diesen Bereich ändern: {field}',
  'settings.own.back': 'Wieder wie die Site ({value})',
  'settings.own.backOf': '{field}: wieder wie die Site ({value})',

  'settings.enabled': 'Exporte',
  'settings.enabled.label': 'Seiten dürfen exportiert werden',
  'settings.enabled.help':
    'Ist das ausgeschaltet, kann niemand einen Export starten. Vorhandene Dokumente bleiben, bis sie gelöscht werden.',
  'settings.on': 'Ein',
  'settings.off': 'Aus',

  'settings.templates': 'Vorlagen',
  'settings.templates.text': 'Eine Vorlage bestimmt das Aussehen der Dokumente. Zur Wahl stehen die angebotenen.',
  'settings.templates.label': 'Angebotene Vorlagen',
  'settings.templates.all': 'Alle, auch künftige',
  'settings.templates.allOfSite': 'Alle der Site',
  'settings.templates.some': 'Nur diese',
  'settings.templates.default': 'Standardvorlage',
  'settings.templates.default.help': 'Damit beginnt ein Export.',

  'settings.branding': 'Branding und Vorgaben',
  'settings.branding.text':
    'Für jede Option festlegen: frei wählbar, mit Vorgabe beginnend oder mit festem Wert, der sich nicht ändern lässt.',
  'settings.branding.text.space':
    'Für jede Option festlegen: wie die Site, eine Vorgabe dieses Bereichs oder ein fester Wert, der sich nicht ändern lässt.',
  'settings.branding.template': 'Vorlage',
  'settings.branding.mode': 'Wer entscheidet: {option}',
  'settings.branding.user': 'Frei',
  'settings.branding.site': 'Wie die Site',
  'settings.branding.preset': 'Vorgabe',
  'settings.branding.fixed': 'Fest',
  'settings.branding.default': 'Beginnt mit: {value}',
  'settings.branding.siteValue': 'Vorgabe der Site: {value}',
  'settings.branding.siteFixed': 'Fester Wert der Site: {value}',
  'settings.branding.empty': 'leer',
  'settings.branding.yes': 'Ein',
  'settings.branding.no': 'Aus',
  'settings.branding.shared': 'Feste Optionen sind in jeder Vorlage fest, die sie hat.',
  'settings.branding.elsewhere': 'Noch nicht mögliche Werte in: {names}',
  'settings.branding.colour': 'Farbe wählen: {option}',
  'settings.branding.set': '{count, plural, =0 {nichts festgelegt} one {# festgelegt} other {# festgelegt}}',

  'settings.limits': 'Grenzen',
  'settings.maxPages': 'Confluence-Seiten pro Export',
  'settings.maxPages.help': 'Größere Auswahlen werden abgelehnt, bevor etwas gelesen wird.',
  'settings.maxPages.value': '{count, plural, one {# Seite} other {# Seiten}}',
  'settings.maxExports': 'Gleichzeitige Exporte pro Person',
  'settings.maxExports.help': 'Gemeint sind Exporte im Hintergrund. Weitere werden abgelehnt, bis einer fertig ist.',

  'settings.storage': 'Dokumente',
  'settings.retentionDays': 'Aufbewahrung von Dokumenten in Tagen',
  'settings.retentionDays.help':
    'Gezählt ab dem Export. 0: bis sie gelöscht werden. Gilt für Dokumente, die ab jetzt entstehen.',
  'settings.retentionDays.value': '{count, plural, =0 {Bis sie gelöscht werden} one {# Tag} other {# Tage}}',
  'settings.objectStore': 'Object Store für große Dokumente',
  'settings.objectStore.help':
    'Dokumente liegen in Forge SQL, dessen Platz begrenzt ist. Ist der Object Store eingeschaltet, kommt dorthin, was nicht hineinpasst; sonst werden solche Exporte abgelehnt.',
  'settings.objectStore.preview':
    'Atlassian bietet den Object Store als Vorschau (Preview) an: Er kann sich ändern und ist bis zur allgemeinen Verfügbarkeit möglicherweise nicht von der Datenresidenz erfasst. Ausgeschaltet lassen, wenn Daten in einer Region bleiben müssen.',
  'settings.usage': 'Belegter Speicher',

  'settings.renderer': 'Rendering-Dienst',
  'settings.renderer.text':
    'Er macht aus Seiten ein PDF. Was exportiert wird, erhält er über HTTPS, verarbeitet es im Arbeitsspeicher und bewahrt nichts auf.',
  'settings.renderer.included':
    'Verwendet wird der Dienst, der zu dieser App gehört. Seine Adresse ist Teil der App und lässt sich hier nicht ändern.',
  'settings.renderer.address': 'Adresse des eigenen Rendering-Dienstes',
  'settings.renderer.help':
    'Zum Beispiel https://render.example.com. Atlassian verlangt für eine neue Adresse eine Bestätigung.',
  'settings.renderer.none':
    'Noch ist kein Dienst eingetragen: Exporte sind erst möglich, wenn seine Adresse gespeichert ist.',
  'settings.renderer.save': 'Adresse speichern',
  'settings.renderer.test': 'Verbindung testen',
  'settings.renderer.saved': 'Die Adresse wurde gespeichert.',
  'settings.renderer.works':
    'Der Dienst antwortet. {count, plural, one {Er hat eine Vorlage: {names}.} other {Er hat # Vorlagen: {names}.}}',

  'settings.privacy': 'Berechtigungen und Datenschutz',
  'settings.privacy.rights':
    'XPress liest mit den Rechten der Person, die exportiert, auch im Hintergrund. Was für sie nicht sichtbar ist, kommt nicht ins PDF. In Confluence ändert es nichts.',
  'settings.privacy.rights.title': 'Wessen Rechte gelten',
  'settings.privacy.render.title': 'Wo Seiten gesetzt werden',
  'settings.privacy.render':
    'Seiten, Bilder und Anhänge eines Exports gehen an den Rendering-Dienst und sonst nirgendwohin. Er bewahrt nichts auf und schreibt keine Inhalte in seine Protokolle.',
  'settings.privacy.stored.title': 'Was gespeichert wird, und wo',
  'settings.privacy.stored':
    'Dokumente, ihre Titel und was darin fehlt, im Forge-Speicher von Atlassian für diese Site. Von Personen nur die Account-ID. Ein Dokument sieht nur, wem es gehört; auch die Administration sieht es nicht.',
  'settings.privacy.time.title': 'Wie lange',
  'settings.privacy.time':
    'Bis ein Dokument gelöscht wird oder seine Frist abläuft. Was nur während eines Exports nötig ist, wird an dessen Ende gelöscht. Mit der App wird alles gelöscht.',
  'settings.privacy.none.title': 'Was es nicht gibt',
  'settings.privacy.none': 'Keine Analyse, kein Tracking, keine weiteren Empfänger von Daten.',

  'settings.changed': '{count, plural, one {# ungespeicherte Änderung} other {# ungespeicherte Änderungen}}',
  'settings.wrong.count':
    '{count, plural, one {Ein Wert ist noch nicht möglich} other {# Werte sind noch nicht möglich}}',
  'settings.save': 'Speichern',
  'settings.discard': 'Verwerfen',
  'settings.bar': 'Ungespeicherte Änderungen',
  'settings.saved': 'Einstellungen gespeichert',
  'settings.saved.text': 'Sie gelten für Exporte, die ab jetzt beginnen.',
  'settings.flags': 'Benachrichtigungen',

  'settings.wrong.number': 'Eine ganze Zahl von {minimum, number} bis {maximum, number} eingeben.',
  'settings.wrong.site': 'Die Site erlaubt höchstens {limit, number}.',
  'settings.wrong.siteDays':
    'Die Site bewahrt Dokumente {limit, plural, one {# Tag} other {# Tage}} auf; ein Bereich kann nur weniger wählen.',
  'settings.wrong.noTemplate': 'Mindestens eine Vorlage anbieten.',
  'settings.wrong.default': 'Eine der angebotenen Vorlagen wählen.',
  'settings.wrong.color': 'Eine Farbe wie #0C66E4 eingeben.',
  'settings.wrong.language': 'Eine Sprache wie en, de oder pt-BR eingeben.',
  'settings.wrong.choice': 'Einen der Werte wählen.',
  'settings.wrong.long': 'Höchstens {limit, number} Zeichen eingeben.',
  'settings.wrong.https': 'Die Adresse muss mit https:// beginnen.',
  'settings.wrong.address': 'Eine Adresse wie https://render.example.com eingeben, ohne Benutzernamen und Abfrage.',
};
