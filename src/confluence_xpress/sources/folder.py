"""A folder (or zip) of bodies with a `pages.json`: the neutral form that any tool can write.

pages.json                     a list of {id, title, parent, position, labels, body, attachments, …}
space.json                     optional: {key, name, homepage, base_url}
users.json                     optional: {account id: display name}
<body>                         a file ending in .storage.xml, .adf.json or .view.html
attachments/<page id>/<title>
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar, get_args

from confluence_xpress.bundle import Attachment, Body, BodyFormat, Media, Page, PageKind, Space, Unavailable
from confluence_xpress.diagnostics import Diagnostic
from confluence_xpress.errors import InputError
from confluence_xpress.sources import limits
from confluence_xpress.sources.files import FileTree, is_file_name, read
from confluence_xpress.sources.offline import OfflineSource, Person, guess_media_type
from confluence_xpress.sources.site import UNPOSITIONED, site_map

FORMATS: Mapping[str, BodyFormat] = {".storage.xml": "storage", ".adf.json": "adf", ".view.html": "view"}

_KINDS: Mapping[str, PageKind] = {kind: kind for kind in get_args(PageKind)}
_T = TypeVar("_T")

_SCHEMA_HINT = "See the page about folders in the manual for what pages.json may hold."


def open_folder(tree: FileTree) -> OfflineSource:
    """The source over a tree that has a `pages.json`. InputError if that can't be used at all."""
    entries = _json(tree, "pages.json")
    if not isinstance(entries, list):
        raise InputError(f"pages.json in {tree.label} is not a list of pages.", _SCHEMA_HINT)
    notes = _Notes(tree.label)
    space = _space(tree, notes)
    bodies: dict[str, str] = {}
    pages = list(_pages(entries, space, notes, bodies))
    site, cycles = site_map((space,), pages)
    people = _people(tree, notes)
    return OfflineSource(site, _Content(tree, bodies), people, tree.diagnostics + tuple(notes.found) + cycles)


class _Content:
    def __init__(self, tree: FileTree, bodies: Mapping[str, str]) -> None:
        self._tree = tree
        self._bodies = bodies

    def body(self, page: Page) -> Body | Unavailable:
        """The page's body; a page whose entry names none is empty."""
        name = self._bodies.get(page.id)
        if name is None:
            return Body("storage", "")
        body_format = next((fmt for suffix, fmt in FORMATS.items() if name.endswith(suffix)), None)
        if body_format is None:
            return Unavailable(f"the name of its body, {name}, does not end in {', '.join(FORMATS)}")
        try:
            found = self._tree.find(name)
            if found is None:
                return Unavailable(f"the file {name} is missing")
            return Body(body_format, read(self._tree, found, limits.BODY_BYTES).decode("utf-8-sig", "replace"))
        except InputError as error:
            return Unavailable(error.message)

    def file(self, page: Page, attachment: Attachment) -> Media | Unavailable:
        """The bytes of `attachments/<page id>/<title>`."""
        if not is_file_name(attachment.title) or not is_file_name(page.id):
            return Unavailable(f"{attachment.title!r} can't be the name of a file")
        name = f"attachments/{page.id}/{attachment.title}"
        try:
            found = self._tree.find(name)
            if found is None:
                return Unavailable(f"the file {name} is missing")
            media_type = attachment.media_type or guess_media_type(attachment.title)
            return Media(read(self._tree, found, limits.FILE_BYTES), media_type)
        except InputError as error:
            return Unavailable(error.message)


class _Notes:
    """What was wrong, and in which entry."""

    def __init__(self, label: str, found: list[Diagnostic] | None = None) -> None:
        self.found: list[Diagnostic] = [] if found is None else found
        self._label = label

    def of(self, place: str) -> _Notes:
        """The same notes for one place."""
        return _Notes(place, self.found)

    def add(self, message: str, page: str = "") -> None:
        """Note something."""
        self.found.append(Diagnostic("source-entry-unreadable", message, page, self._label, _SCHEMA_HINT))


class _Entry:
    """One object of a JSON file, read field by field; a field of the wrong type is noted and left out."""

    def __init__(self, values: Mapping[str, Any], notes: _Notes, page: str = "") -> None:
        self._values = values
        self._notes = notes
        self.page = page

    def text(self, name: str) -> str:
        """A string, or a number as one."""
        value = self._values.get(name)
        if value is None or isinstance(value, str):
            return (value or "").strip()
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return self._wrong(name, value, "a string", "")
        return str(value)

    def number(self, name: str) -> int | None:
        """An integer."""
        value = self._values.get(name)
        if value is None or (isinstance(value, int) and not isinstance(value, bool)):
            return value
        return self._wrong(name, value, "a whole number", None)

    def items(self, name: str) -> list[Any]:
        """A list."""
        value = self._values.get(name)
        if value is None or isinstance(value, list):
            return value or []
        return self._wrong(name, value, "a list", list[Any]())

    def _wrong(self, name: str, value: object, wanted: str, instead: _T) -> _T:
        self._notes.add(f"“{name}” is {_kind(value)} and not {wanted}; it was left out.", self.page)
        return instead


def _pages(entries: list[Any], space: Space, notes: _Notes, bodies: dict[str, str]) -> Iterator[Page]:
    seen: set[str] = set()
    for i, value in enumerate(entries):
        here = notes.of(f"pages.json, entry {i + 1}")
        if not isinstance(value, dict):
            here.add(f"The entry is {_kind(value)} and not an object; it was left out.")
            continue
        entry = _Entry(value, here)
        page_id = entry.text("id")
        if not page_id or page_id in seen:
            what = f"The id {page_id} was there before" if page_id else "The entry has no id"
            here.add(f"{what}; the entry “{entry.text('title')}” was left out.", page_id)
            continue
        seen.add(page_id)
        entry.page = page_id
        if body := entry.text("body"):
            bodies[page_id] = body
        yield _page(entry, page_id, space, here)


def _page(entry: _Entry, page_id: str, space: Space, notes: _Notes) -> Page:
    title = entry.text("title")
    if not title:
        notes.add("The entry has no title; the page is called by its id.", page_id)
    given = entry.text("kind") or "page"
    if given not in _KINDS:
        notes.add(f"“kind” is {given!r} and not one of {', '.join(_KINDS)}; a page is assumed.", page_id)
    position = entry.number("position")
    kind = _KINDS.get(given, "page")
    # The address of an embed is that of what it shows.
    known = bool(space.base_url and space.key) and kind != "embed"
    place = "pages" if kind in ("page", "blogpost") else kind
    url = f"{space.base_url}/spaces/{space.key}/{place}/{page_id}" if known else ""
    return Page(
        page_id,
        title or f"Page {page_id}",
        space.key,
        entry.text("parent") or None,
        UNPOSITIONED if position is None else position,
        kind,
        tuple(dict.fromkeys(label for label in entry.items("labels") if isinstance(label, str) and label)),
        entry.number("version"),
        entry.text("created"),
        entry.text("updated"),
        entry.text("author"),
        entry.text("url") or url,
        tuple(_attachments(entry.items("attachments"), notes, page_id)),
    )


def _attachments(values: list[Any], notes: _Notes, page_id: str) -> Iterator[Attachment]:
    for value in values:
        entry = _Entry(value if isinstance(value, dict) else {"title": value}, notes, page_id)
        title = entry.text("title")
        if is_file_name(title):
            media_type = entry.text("media_type") or guess_media_type(title)
            yield Attachment(
                title, media_type, entry.text("file_id"), entry.number("size") or 0, entry.number("version")
            )
        else:
            notes.add(f"{title!r} can't be the name of an attachment; it was left out.", page_id)


def _space(tree: FileTree, notes: _Notes) -> Space:
    value = _optional(tree, "space.json", notes)
    entry = _Entry(value, notes.of("space.json"))
    return Space(
        entry.text("key"), entry.text("name") or tree.name, entry.text("homepage"), entry.text("base_url").rstrip("/")
    )


def _people(tree: FileTree, notes: _Notes) -> list[Person]:
    value = _optional(tree, "users.json", notes)
    entry = _Entry(value, notes.of("users.json"))
    # Bodies may name people by account id, user key or user name; a table of names serves for all three.
    return [Person(name, account_id=key) for key in value if (name := entry.text(key))]


def _optional(tree: FileTree, name: str, notes: _Notes) -> Mapping[str, Any]:
    try:
        value = _json(tree, name) if tree.find(name) else {}
    except InputError as error:
        notes.of(name).add(error.message)
        return {}
    if isinstance(value, dict):
        return value
    notes.of(name).add(f"The file holds {_kind(value)} and not an object; it was left out.")
    return {}


def _json(tree: FileTree, name: str) -> object:
    data = read(tree, name, limits.INDEX_BYTES)
    try:
        value: object = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise InputError(f"{name} in {tree.label} is not UTF-8.", "Save it as UTF-8.") from error
    except (ValueError, RecursionError) as error:
        what = error if isinstance(error, ValueError) else "it is nested too deeply"
        raise InputError(f"{name} in {tree.label} is not valid JSON: {what}.", "Correct the file.") from error
    return value


def _kind(value: object) -> str:
    names = {dict: "an object", list: "a list", str: "a string", bool: "true or false", int: "a number"}
    return names.get(type(value), "null" if value is None else "a number")
