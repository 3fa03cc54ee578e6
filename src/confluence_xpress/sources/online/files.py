"""Files of pages, found by the names and ids by which pages show them."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from unicodedata import normalize

from confluence_xpress.bundle import Answer, Page, Unavailable
from confluence_xpress.needs import AttachmentNeed
from confluence_xpress.sources import limits
from confluence_xpress.sources.online.api import Api, FileRecord
from confluence_xpress.sources.online.attempts import Attempts
from confluence_xpress.sources.online.http.connection import Connection
from confluence_xpress.sources.online.outline import Outline

_NO_FILE = Unavailable("the page has no attachment of this name")


class Files:
    """The files of a site's pages. May be asked in several threads at once."""

    def __init__(self, connection: Connection, api: Api, outline: Outline, attempts: Attempts) -> None:
        self._connection = connection
        self._api = api
        self._outline = outline
        self._attempts = attempts
        self._known: dict[str, list[FileRecord]] = {}
        self._lock = threading.Lock()

    def file(self, page: Page, need: AttachmentNeed) -> Answer:
        """A file of a page, by its id or its name."""
        owner, known = page, self._outline.files.get(page.id, ())
        record = _named(known, need)
        if record is None and need.file_id in self._outline.by_file_id:
            # Pages show each other's files by their ids.
            owner, record = self._outline.by_file_id[need.file_id]
        if record is None:
            # The search that told of the files may be a little behind, and knows nothing of other pages.
            listed = self._listed(page)
            if isinstance(listed, Unavailable):
                return listed
            record = _named(listed, need)
        if record is None:
            return _NO_FILE
        wanted = record
        return self._attempts.loaded(lambda: self._api.file(owner, wanted, most=limits.FILE_BYTES))

    def _listed(self, page: Page) -> Sequence[FileRecord] | Unavailable:
        with self._lock:
            if page.id in self._known:
                return self._known[page.id]
        found = self._attempts.tried(lambda: self._outline.dated(self._api, self._connection, self._api.files(page)))
        if not isinstance(found, Unavailable):
            with self._lock:
                self._known[page.id] = found
        return found


def _named(records: Iterable[FileRecord], need: AttachmentNeed) -> FileRecord | None:
    records = tuple(records)
    if need.file_id and (found := next((r for r in records if r.attachment.file_id == need.file_id), None)):
        return found
    if not need.filename:
        return None
    name = normalize("NFC", need.filename)
    exact = (r for r in records if normalize("NFC", r.attachment.title) == name)
    return next(exact, None) or next(
        (r for r in records if normalize("NFC", r.attachment.title).casefold() == name.casefold()), None
    )
