"""Which rows are on the screen: folding, and the filter."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import cached_property
from itertools import accumulate

from confluence_xpress.cli.branches import Row, below

_FEW = 15
"""A tree with at most so many rows is shown whole at first."""


class View:
    """The visible rows of a tree, by their numbers. With a filter: what it matches, and the rows above that."""

    def __init__(self, rows: tuple[Row, ...], ticked: Iterable[int] = ()) -> None:
        self._rows = rows
        self._open = set(range(len(rows))) if len(rows) <= _FEW else self._first_open()
        for index in ticked:
            self._open_above(index)
        self.query = ""
        self.hits: frozenset[int] = frozenset()
        self._shown = [0]
        self._closed: set[int] = set()
        """Folded by hand while a filter is on."""
        self._peeked: set[int] = set()
        """Unfolded by hand while a filter is on: everything directly below is shown."""
        self.visible: list[int] = []
        self._walk()

    def is_open(self, index: int) -> bool:
        """Whether rows below it are shown."""
        if not self.query:
            return index in self._open
        return index not in self._closed and (index in self._peeked or self._shows_below(index))

    def can_open(self, index: int) -> bool:
        """Whether there is anything below it."""
        return self._rows[index].end > index + 1

    def fold(self, index: int) -> None:
        """Hide what is below a row."""
        if self.query:
            self._peeked.discard(index)
            self._closed.add(index)
        else:
            self._open.discard(index)
        self._walk()

    def unfold(self, index: int) -> None:
        """Show what is directly below a row."""
        if self.query:
            self._closed.discard(index)
            self._peeked.add(index)
        else:
            self._open.add(index)
        self._walk()

    def filter(self, query: str) -> None:
        """Show only what has all these words in its title, or this id, and what is above it; nothing: show the tree."""
        words = _folded(query).split()
        self.query = query.strip() if words else ""
        self._closed.clear()
        self._peeked.clear()
        self.hits = frozenset(
            index
            for index, (row, key) in enumerate(zip(self._rows, self._keys, strict=True))
            if row.page and (all(word in key for word in words) or row.page.id == query.strip())
        )
        if not words:
            self.hits = frozenset()
        shown = bytearray(len(self._rows))
        for hit in self.hits:
            index = hit
            while index >= 0 and not shown[index]:
                shown[index] = 1
                index = self._rows[index].parent
        self._shown = [0, *accumulate(shown)]
        self._walk()

    def reveal(self, index: int) -> None:
        """Unfold what is above a row."""
        self._open_above(index)
        self._walk()

    def position(self, index: int) -> int:
        """Where a row is on the screen, or the nearest row above it that is."""
        places = {row: place for place, row in enumerate(self.visible)}
        while index >= 0 and index not in places:
            index = self._rows[index].parent
        return places.get(index, 0)

    @cached_property
    def _keys(self) -> list[str]:
        return [_folded(row.title) for row in self._rows]

    def _first_open(self) -> set[int]:
        """The spaces, and the home page where it is alone at the top."""
        spaces = [index for index, row in enumerate(self._rows) if row.level == 0]
        opened = set(spaces)
        for space in spaces:
            pages = [index for index in below(space, self._rows) if self._rows[index].kind == "page"]
            if len(pages) == 1:
                opened.update(pages)
        return opened

    def _open_above(self, index: int) -> None:
        while (index := self._rows[index].parent) >= 0:
            self._open.add(index)

    def _shows_below(self, index: int) -> bool:
        return self._shown[self._rows[index].end] > self._shown[index + 1]

    def _walk(self) -> None:
        rows, visible, index = self._rows, [], 0
        while index < len(rows):
            row = rows[index]
            if self.query and self._shown[index + 1] == self._shown[index] and row.parent not in self._peeked:
                index = row.end
                continue
            visible.append(index)
            index = index + 1 if self.is_open(index) else row.end
        self.visible = visible


def _folded(text: str) -> str:
    """For comparing: without case and accents."""
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
