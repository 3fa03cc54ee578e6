/** What each scope is for, in short. A test compares it with the calls of the fetch loop. */

export const en = {
  'scope.read:space:confluence': 'Names and labels of spaces',
  'scope.read:page:confluence': 'Pages and blog posts with their content',
  'scope.read:hierarchical-content:confluence': 'The page tree',
  'scope.read:folder:confluence': 'Titles of folders in the tree',
  'scope.read:whiteboard:confluence': 'Titles of whiteboards in the tree',
  'scope.read:database:confluence': 'Titles of databases in the tree',
  'scope.read:embed:confluence': 'Titles and addresses of Smart Links in the tree',
  'scope.read:attachment:confluence': 'Pictures and other files of pages',
  'scope.read:user:confluence': 'Names of authors and of people who are mentioned',
  'scope.read:content-details:confluence': 'Search by title and label; labels and files of many pages at once',
  'scope.read:content.metadata:confluence': 'What Confluence makes of macros of other apps',
} as const;

export const de: Record<keyof typeof en, string> = {
  'scope.read:space:confluence': 'Namen und Stichwörter von Bereichen',
  'scope.read:page:confluence': 'Seiten und Blog-Posts mit ihrem Inhalt',
  'scope.read:hierarchical-content:confluence': 'Der Seitenbaum',
  'scope.read:folder:confluence': 'Titel von Ordnern im Baum',
  'scope.read:whiteboard:confluence': 'Titel von Whiteboards im Baum',
  'scope.read:database:confluence': 'Titel von Datenbanken im Baum',
  'scope.read:embed:confluence': 'Titel und Adressen von Smart Links im Baum',
  'scope.read:attachment:confluence': 'Bilder und andere Dateien der Seiten',
  'scope.read:user:confluence': 'Namen von Verfassern und erwähnten Personen',
  'scope.read:content-details:confluence':
    'Suche nach Titel und Stichwort; Stichwörter und Dateien vieler Seiten auf einmal',
  'scope.read:content.metadata:confluence': 'Was Confluence aus Makros anderer Apps macht',
};
