"""Which rows are ticked, and what that makes of the rows above them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import accumulate
from typing import Literal

from confluence_xpress.bundle import Page
from confluence_xpress.cli.branches import Row

State = Literal["on", "some", "off"]


class Ticks:
    """The ticks of a tree. Only pages (and folders and their like) have one; spaces, blogs and years show a sum."""

    def __init__(self, rows: tuple[Row, ...], already: Collection[str] = ()) -> None:
        self._rows = rows
        self._on = bytearray(1 if row.page and row.page.id in already else 0 for row in rows)
        self._all = [0, *accumulate(0 if row.page is None else 1 for row in rows)]
        self._sums = self._added_up()
        self._first = bytes(self._on)

    @property
    def changed(self) -> bool:
        """Whether the ticks differ from those at first."""
        return bytes(self._on) != self._first

    @property
    def count(self) -> int:
        """How many there are."""
        return self._sums[-1]

    def pages(self) -> Iterator[Page]:
        """What is ticked."""
        return (row.page for row, on in zip(self._rows, self._on, strict=True) if on and row.page)

    def below(self, index: int) -> tuple[int, int]:
        """How many below a row are ticked, and how many there are."""
        return self._range(index + 1, self._rows[index].end)

    def state(self, index: int) -> State:
        """What its mark shows. A page has its own tick; what only holds others is ticked with all of them."""
        row = self._rows[index]
        if not row.group and self._on[index]:
            return "on"
        ticked, there = self._range(index, row.end)
        return "off" if not ticked else "on" if row.group and ticked == there else "some"

    def toggle(self, index: int) -> None:
        """Tick a page, or untick it; what only holds others, with all below it."""
        if self._rows[index].group:
            self.toggle_branch(index)
        else:
            self._on[index] ^= 1
            self._sums = self._added_up()

    def toggle_branch(self, index: int) -> None:
        """Tick a row and all below it, or untick all that if nothing of it is missing."""
        ticked, there = self._range(index, self._rows[index].end)
        self.put(range(index, self._rows[index].end), on=ticked < there)

    def put(self, indexes: Iterable[int], *, on: bool) -> None:
        """Tick or untick these."""
        for index in indexes:
            if self._rows[index].page is not None:
                self._on[index] = on
        self._sums = self._added_up()

    def _range(self, start: int, end: int) -> tuple[int, int]:
        return self._sums[end] - self._sums[start], self._all[end] - self._all[start]

    def _added_up(self) -> list[int]:
        return [0, *accumulate(self._on)]
