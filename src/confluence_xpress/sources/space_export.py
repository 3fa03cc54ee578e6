"""Space exports and site backups of Confluence: XML (Cloud, Server, Data Center) and CSV (Cloud), zipped or not."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property

from confluence_xpress.bundle import Attachment, Body, Media, Page, Space, Unavailable
from confluence_xpress.diagnostics import Diagnostic
from confluence_xpress.errors import InputError
from confluence_xpress.sources import limits
from confluence_xpress.sources.csv_export import read_tables
from confluence_xpress.sources.entities import read_entities
from confluence_xpress.sources.files import FileTree, read
from confluence_xpress.sources.offline import OfflineSource, Person, guess_media_type
from confluence_xpress.sources.records import Export, FileRecord, iso_time
from confluence_xpress.sources.site import UNPOSITIONED, site_map

_STORAGE_BUILD = 3000
"""Build numbers below are Confluence 3.x, which had wiki markup only."""

_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)")
_LAST_PARTS = re.compile(r"(?:^|/)attachments/(?:.*/)?([^/]+/[^/]+)$")


def open_xml_export(tree: FileTree) -> OfflineSource:
    """The source over a tree that has an `entities.xml`."""
    descriptor = _descriptor(tree)
    export = Export()
    build = descriptor.get("buildNumber", "")
    old = build.isascii() and build.isdigit() and len(build) < 9 and int(build) < _STORAGE_BUILD
    with tree.open("entities.xml", limits.ENTITIES_BYTES) as file:
        read_entities(file, export, old=old)
    utc = descriptor.get("timezoneId", "") in ("UTC", "Etc/UTC", "GMT")
    return _source(tree, export, utc=utc, cloud=descriptor.get("source") == "cloud")


def open_csv_export(tree: FileTree) -> OfflineSource:
    """The source over a tree that has a `content.csv`."""
    descriptor = _descriptor(tree)
    export = Export()
    read_tables(tree, export)
    return _source(tree, export, utc=descriptor.get("timezoneId", "UTC") in ("UTC", "Etc/UTC", "GMT"), cloud=True)


def _source(tree: FileTree, export: Export, *, utc: bool, cloud: bool) -> OfflineSource:
    files = _files(export)
    pages = _pages(export, files, utc=utc, cloud=cloud)
    spaces = _spaces(export)
    site, cycles = site_map(spaces, pages)
    problems = tuple(
        Diagnostic("source-entry-unreadable", problem, place=tree.label, hint="Export the space again.")
        for problem in export.problems
    )
    return OfflineSource(site, _Content(tree, export, files), _people(export), tree.diagnostics + problems + cycles)


class _Content:
    """Bodies from the store, files from the tree, one at a time."""

    def __init__(self, tree: FileTree, export: Export, files: Mapping[str, Mapping[str, str]]) -> None:
        self._tree = tree
        self._export = export
        self._files = files

    def body(self, page: Page) -> Body | Unavailable:
        """The page's body. A page that lists none is empty."""
        listed = self._export.pages[page.id].bodies
        stored = self._export.bodies.find(page.id, listed)
        if stored is None:
            return Unavailable("the export lacks the body of this page") if listed else Body("storage", "")
        if stored.kind == 2 or (stored.kind >= 0 and not stored.length):
            return Body("storage", self._export.bodies.text(stored))
        if stored.kind == 0:
            return Unavailable(
                "this page is written in the wiki markup of Confluence 3; "
                "open and save it in Confluence 4 or later and export the space again"
            )
        if stored.kind < 0:
            return Unavailable(f"this page has more than {limits.BODY_BYTES // limits.MIB} MB of markup")
        return Unavailable("the body of this page is not in storage format")

    def file(self, page: Page, attachment: Attachment) -> Media | Unavailable:
        """The bytes of the attachment's current version."""
        file_id = self._files.get(page.id, {}).get(attachment.title)
        if file_id is None:
            return Unavailable("the page has no attachment of this name")
        version = self._export.files[file_id].version or "1"
        # Old exports have no level for the version.
        name = self._names.get(f"{file_id}/{version}") or self._names.get(f"{page.id}/{file_id}")
        if name is None:
            return Unavailable("the export holds no file for this attachment; it may be made without attachments")
        try:
            return Media(read(self._tree, name, limits.FILE_BYTES), attachment.media_type)
        except InputError as error:
            return Unavailable(error.message)

    @cached_property
    def _names(self) -> dict[str, str]:
        """Entry names by their last two parts: attachment id and version."""
        return {found[1]: name for name in self._tree.walk("") if (found := _LAST_PARTS.search(name))}


def _descriptor(tree: FileTree) -> dict[str, str]:
    """The `exportDescriptor.properties` (Java properties); empty if it is missing."""
    name = tree.find("exportDescriptor.properties")
    if name is None:
        return {}
    try:
        text = read(tree, name, limits.MIB).decode("utf-8", "replace")
    except InputError:
        return {}
    pairs = (re.split(r"[=:]", line, maxsplit=1) for line in text.splitlines() if not line.startswith(("#", "!")))
    return {pair[0].strip(): _unescape(pair[1].strip()) for pair in pairs if len(pair) == 2}


def _unescape(value: str) -> str:
    return _ESCAPE.sub(lambda m: chr(int(m[1][1:], 16)) if len(m[1]) == 5 else m[1], value)


def _spaces(export: Export) -> list[Space]:
    # Of several records for one key the first that has a value gives it.
    spaces: dict[str, Space] = {}
    for record in export.spaces.values():
        known = spaces.get(record.key)
        name = known.name if known and known.name else record.name
        homepage = known.homepage if known and known.homepage else record.homepage
        spaces[record.key] = Space(record.key, name or record.key, homepage, export.base_url)
    return list(spaces.values())


def _pages(export: Export, files: Mapping[str, Mapping[str, str]], *, utc: bool, cloud: bool) -> list[Page]:
    labels: dict[str, list[str]] = defaultdict(list)
    for label, page_id in export.labellings:
        if name := export.labels.get(label):
            labels[page_id].append(name)
    attachments = _attachments(export, files)
    only = next(iter(export.spaces)) if len(export.spaces) == 1 else ""
    pages = []
    for page_id, record in export.pages.items():
        space = export.spaces.get(_space_id(export, page_id) or only)
        key = space.key if space else ""
        user = export.users.get(record.author)
        pages.append(
            Page(
                page_id,
                record.title or f"Page {page_id}",
                key,
                record.parent or None,
                _number(record.position, UNPOSITIONED),
                record.kind,
                tuple(sorted(set(labels.get(page_id, ())))),
                _number(record.version, 0) or None,
                iso_time(record.created, utc=utc),
                iso_time(record.updated, utc=utc),
                user.account_id if user and user.account_id else record.author,
                _url(export.base_url, key, page_id, cloud=cloud),
                attachments.get(page_id, ()),
            )
        )
    return pages


def _space_id(export: Export, page_id: str) -> str:
    """The page's space, or that of its nearest ancestor that has one."""
    seen = set()
    while (record := export.pages.get(page_id)) and page_id not in seen:
        if record.space in export.spaces:
            return record.space
        seen.add(page_id)
        page_id = record.parent
    return ""


def _url(base_url: str, key: str, page_id: str, *, cloud: bool) -> str:
    if not base_url:
        return ""
    return f"{base_url}/spaces/{key}/pages/{page_id}" if cloud else f"{base_url}/pages/viewpage.action?pageId={page_id}"


def _files(export: Export) -> dict[str, dict[str, str]]:
    """For every page the ids of its attachments by title; of several current ones of a name the highest version."""
    files: dict[str, dict[str, str]] = defaultdict(dict)

    def rank(file_id: str) -> tuple[int, int]:
        return _number(export.files[file_id].version, 0), _number(file_id, 0)

    for file_id, record in export.files.items():
        known = files[record.page].get(record.title)
        if record.title and (known is None or rank(file_id) > rank(known)):
            files[record.page][record.title] = file_id
    return files


def _attachments(export: Export, files: Mapping[str, Mapping[str, str]]) -> dict[str, tuple[Attachment, ...]]:
    owned: dict[str, dict[str, str]] = defaultdict(dict)
    for prop in export.properties.values():
        if prop.content:
            owned[prop.content][prop.name] = prop.value

    def attachment(file_id: str, record: FileRecord) -> Attachment:
        listed = (export.properties[i] for i in record.properties if i in export.properties)
        values = owned.get(file_id, {}) | {prop.name: prop.value for prop in listed}
        return Attachment(
            record.title,
            values.get("MEDIA_TYPE") or record.media_type or guess_media_type(record.title),
            values.get("FILESTORE_ID", ""),
            _number(values.get("FILESIZE") or record.size, 0),
            _number(record.version, 0) or None,
        )

    return {
        page_id: tuple(attachment(named[title], export.files[named[title]]) for title in sorted(named))
        for page_id, named in files.items()
    }


def _people(export: Export) -> list[Person]:
    people = [Person(name, username=username) for username, name in export.names.items()]
    for key, user in export.users.items():
        name = export.names.get(user.username.casefold(), "")
        # On Cloud the user name is an e-mail address or made of the id: nothing to print.
        if not name and "@" not in user.username and user.username not in (key, user.account_id):
            name = user.username
        if name:
            people.append(Person(name, user.account_id, key, user.username))
    return people


def _number(text: str, default: int) -> int:
    """A number from an export; digits beyond any 64-bit value count as none."""
    digits = text.removeprefix("-")
    return int(text) if digits.isascii() and digits.isdigit() and len(digits) < 19 else default
