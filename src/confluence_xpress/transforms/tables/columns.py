"""The widths of a table's columns, and what has to give when they don't fit on the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, sqrt

from confluence_xpress.model import Fit
from confluence_xpress.transforms.tables.measure import LENGTHS, Extent

NATURAL = 0.55
"""A table that needs no more than this share of the width is not stretched."""
LEGIBLE = 0.74
"""The smallest text: 6.5 pt where tables are set in 8.8 pt."""
_EMERGENCY = 0.5
_SAFE = 1.02
"""Estimates may be that much too small."""
_ANY_BREAKS = 0
_WIDE_COLUMNS = 8
"""From so many columns on, a turned page reads better than small text."""
_VERY_WIDE = 1.35
"""A table whose columns need so much more than the width is turned, too."""

_Attempt = tuple[bool, int | None, float]


def _attempts(*tries: tuple[bool, int, float]) -> tuple[_Attempt, ...]:
    return tuple((turned, LENGTHS.index(length) if length else None, scale) for turned, length, scale in tries)


# Page turned; length from which words may break, 0 for none; smallest scale. In the order of what hurts a reader least.
_FEW = _attempts(
    (False, 0, 0.9),
    (False, 18, 0.9),
    (False, 12, 0.86),
    (True, 0, 0.9),
    (True, 18, 0.86),
    (False, 12, LEGIBLE),
    (True, 12, LEGIBLE),
    (False, 9, LEGIBLE),
    (True, 9, LEGIBLE),
    (False, 6, LEGIBLE),
    (True, 6, LEGIBLE),
)
_MANY = _attempts(
    (False, 0, 0.9),
    (False, 18, 0.92),
    (True, 0, 0.9),
    (False, 12, 0.9),
    (True, 18, 0.86),
    (True, 12, LEGIBLE),
    (False, 12, LEGIBLE),
    (True, 9, LEGIBLE),
    (True, 6, LEGIBLE),
    (False, 6, LEGIBLE),
)


@dataclass(frozen=True, slots=True)
class Spanning:
    """The extent of a cell that takes several columns."""

    column: int
    span: int
    extent: Extent


@dataclass(frozen=True, slots=True)
class Measured:
    """What the columns of a table need. `author` are relative widths, 0 where unknown."""

    columns: tuple[Extent, ...]
    spanning: tuple[Spanning, ...]
    author: tuple[float, ...]
    size: float
    """Of the text, in points."""
    padding: float
    """Left and right of each cell together, in points."""

    def minima(self, limit: int | None, scale: float = 1.0) -> list[float]:
        """The smallest widths of the columns, padding included."""
        widths = [extent.narrowest(limit, self.size) * scale * _SAFE + self.padding for extent in self.columns]
        for cell in self.spanning:
            _widen(widths, cell, cell.extent.narrowest(limit, self.size) * scale * _SAFE + self.padding)
        return widths

    def preferred(self, scale: float = 1.0) -> list[float]:
        """The widths at which no line is wrapped, padding included."""
        widths = [extent.line * scale * _SAFE + self.padding for extent in self.columns]
        for cell in self.spanning:
            _widen(widths, cell, cell.extent.line * scale * _SAFE + self.padding)
        return widths


def _widen(widths: list[float], cell: Spanning, needed: float) -> None:
    """Makes the columns of a spanning cell wide enough, in proportion to what they have."""
    columns = slice(cell.column, cell.column + cell.span)
    have = sum(widths[columns])
    if have < needed:
        widths[columns] = [width * needed / have for width in widths[columns]]


def fit_columns(table: Measured, width: float, landscape: float) -> tuple[Fit, bool]:
    """The fit of a table in `width` points, or turned in `landscape` points (0: it can't be turned).

    Also whether all words are legible and inside their columns; if not, the table had better be split.
    """
    preferred = table.preferred()
    if not any(table.author) and sum(preferred) <= width * NATURAL:
        return Fit(()), True
    strict = table.minima(None)
    if sum(strict) <= width:
        return Fit(_distribute(table, width, strict, preferred)), True
    count = len(table.columns)
    many = count >= _WIDE_COLUMNS
    turn = landscape > width and (many or sum(strict) > _VERY_WIDE * width)
    attempts = [attempt for attempt in (_MANY if many else _FEW) if turn or not attempt[0]]
    for turned, limit, smallest in attempts:
        room = landscape if turned else width
        scale = _scale(table, limit, room)
        if scale >= smallest:
            return _fit(table, room, limit, scale, landscape=turned), True
    room = landscape if turn else width
    scale = max(_EMERGENCY, _scale(table, _ANY_BREAKS, room))
    return _fit(table, room, _ANY_BREAKS, scale, landscape=turn), scale >= LEGIBLE


def _scale(table: Measured, limit: int | None, width: float) -> float:
    """The largest scale at which the columns fit, at most 1, in hundredths."""
    needed = sum(table.minima(limit))
    if needed <= width:
        return 1.0
    padding = table.padding * len(table.columns)
    return max(0.0, floor(100 * (width - padding) / (needed - padding)) / 100) if needed > padding else 0.0


def _fit(table: Measured, width: float, limit: int | None, scale: float, *, landscape: bool) -> Fit:
    columns = _distribute(table, width, table.minima(limit, scale), table.preferred(scale))
    return Fit(
        columns,
        scale=scale,
        landscape=landscape,
        breaks=limit is not None,
        break_after=LENGTHS[limit] if limit is not None else 0,
    )


def _distribute(
    table: Measured, width: float, minima: Sequence[float], preferred: Sequence[float]
) -> tuple[float, ...]:
    """Widths that fill the table and leave no column below its smallest."""
    if any(table.author):
        known = [share for share in table.author if share > 0]
        shares = [share if share > 0 else sum(known) / len(known) for share in table.author]
    elif sum(preferred) <= width:
        shares = list(preferred)
    else:
        shares = _fair(preferred, width)
    widths = _at_least(shares, minima, width)
    return tuple(round(one * 100 / sum(widths), 2) for one in widths)


def _fair(preferred: Sequence[float], width: float) -> list[float]:
    """Short columns as wide as they want; long ones share the rest by the root of their length.

    So the rows of a table with a long text beside short ones stay low, and the short ones unwrapped.
    """
    widths = [0.0] * len(preferred)
    open_ = set(range(len(preferred)))
    left = width
    while open_:
        content = {n for n in open_ if preferred[n] <= left / len(open_)}
        if not content:
            total = sum(sqrt(preferred[n]) for n in open_)
            for n in open_:
                widths[n] = left * sqrt(preferred[n]) / total
            break
        for n in content:
            widths[n] = preferred[n]
        left -= sum(preferred[n] for n in content)
        open_ -= content
    return widths


def _at_least(shares: Sequence[float], minima: Sequence[float], width: float) -> list[float]:
    """The width divided by shares, but no part smaller than its minimum as long as they all fit."""
    fixed: set[int] = set()
    while True:
        left = width - sum(minima[n] for n in fixed)
        total = sum(shares[n] for n in range(len(shares)) if n not in fixed)
        if len(fixed) == len(shares) or total <= 0 or left <= 0:
            return [max(minimum, 1.0) for minimum in minima]
        small = {n for n in range(len(shares)) if n not in fixed and left * shares[n] / total < minima[n]}
        if not small:
            return [minima[n] if n in fixed else left * shares[n] / total for n in range(len(shares))]
        fixed |= small
