"""Page bodies of a large export, kept in an anonymous temporary file instead of in memory."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

_MEMORY_BYTES = 16 * 1024 * 1024


class StoredBody(NamedTuple):
    """Where a body lies. `kind` is Confluence's body type: 0 wiki markup, 1 raw, 2 storage format."""

    offset: int
    length: int
    kind: int


class BodyStore:
    """Bodies by the id of their page and by their own. The file has no name and goes with the object."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=_MEMORY_BYTES)  # noqa: SIM115 - closed in __del__
        self._end = 0
        self._by_id: dict[str, StoredBody] = {}
        self._by_page: dict[str, list[StoredBody]] = defaultdict(list)

    def __del__(self) -> None:
        self._file.close()

    def __len__(self) -> int:
        return len(self._by_id)

    def add(self, body_id: str, page_id: str, kind: int, text: str) -> None:
        """Keep a body."""
        data = text.encode("utf-8", "replace")
        self._file.seek(self._end)
        self._file.write(data)
        body = StoredBody(self._end, len(data), kind)
        self._end += len(data)
        self._by_id[body_id] = body
        if page_id:
            self._by_page[page_id].append(body)

    def find(self, page_id: str, body_ids: Iterable[str]) -> StoredBody | None:
        """A page's body: storage format before others, those that the page lists before those that name the page."""
        listed = [self._by_id[body_id] for body_id in body_ids if body_id in self._by_id]
        bodies = [*listed, *self._by_page.get(page_id, ())]
        return next((body for body in bodies if body.kind == 2), bodies[0] if bodies else None)

    def text(self, body: StoredBody) -> str:
        """The body."""
        self._file.seek(body.offset)
        return self._file.read(body.length).decode("utf-8")
