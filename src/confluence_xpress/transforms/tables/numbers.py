"""Columns of numbers stand on the right, and rows may be counted."""

from __future__ import annotations

import re
from dataclasses import replace

from confluence_xpress.model import Blocks, Cell, Inline, Paragraph, Text
from confluence_xpress.model.text import inline_text
from confluence_xpress.transforms.tables.grid import Grid, Placed

_UNITS = (
    r"%|‰|°[CF]?|[€$£¥₹]|EUR|USD|GBP|CHF|[KMGT]i?B|[kKMG]|B|bytes?|bits?|[kMG]?bit/s|px|pt|em|rem|[mµμn]?s|sec|min|h|d|"
    r"[kcmµμn]?m|[kmµμ]?g|t|[kM]?W|[kM]?Wh|[mk]?V|m?A|[kMG]?Hz|ms|fps|x|×|SP|PT"
)
_NUMBER = re.compile(
    r"[~≈≤≥<>±]?\s*[+\-−–]?\s*(?:[€$£¥₹]|EUR|USD|GBP|CHF)?\s*[+\-−–]?"
    r"(?:\d{1,3}(?:[,.'’\u00a0\u202f\s]\d{3})+(?:[.,]\d+)?|\d+(?:[.,]\d+)?|[.,]\d+)"
    rf"\s*(?:{_UNITS})?",
)
_NOTHING = frozenset(("", "-", "–", "—", "−", "n/a", "N/A", "?"))
_LONGEST = 40
_FEWEST = 2
"""A single number makes no column of numbers."""
_NUMBER_COLUMN = 42.0
"""Width of the column in the editor, in CSS pixels."""


def align_numbers(grid: Grid, headers: int) -> Grid:
    """Cells of columns that hold numbers only, and their headings, with `align="right"` unless the author chose."""
    numeric = [True] * grid.width
    found = [0] * grid.width
    for row in grid.rows[headers:]:
        for placed in row:
            column, cell = placed.column, placed.cell
            if not numeric[column] and cell.colspan == 1:
                continue
            if cell.colspan > 1:
                numeric[column : column + cell.colspan] = [False] * cell.colspan
                continue
            text = _plain(cell)
            if text is None or (text not in _NOTHING and not _NUMBER.fullmatch(text)):
                numeric[column] = False
            elif text not in _NOTHING:
                found[column] += 1
    wanted = {n for n in range(grid.width) if numeric[n] and found[n] >= _FEWEST}
    if not wanted:
        return grid
    rows = tuple(
        tuple(
            Placed(placed.column, replace(placed.cell, align="right"))
            if placed.column in wanted and placed.cell.colspan == 1 and not _is_aligned(placed.cell)
            else placed
            for placed in row
        )
        for row in grid.rows
    )
    return replace(grid, rows=rows)


def _plain(cell: Cell) -> str | None:
    """The text of a cell that may be a number; None if it is certainly none."""
    match cell.content:
        case ():
            return ""
        case (Paragraph(content=(Text(text=text),)),):
            return text.strip() if len(text) <= _LONGEST else None
        case (Paragraph(content=content),):
            text = inline_text(content).strip()
            return text if len(text) <= _LONGEST else None
        case _:
            return None


def _is_aligned(cell: Cell) -> bool:
    return bool(cell.align) or any(isinstance(block, Paragraph) and block.align for block in cell.content)


def count_rows(grid: Grid, headers: int, widths: list[float]) -> tuple[Grid, list[float]]:
    """The grid and its author's widths with a first column that counts the rows below the headers."""
    rows: list[tuple[Placed, ...]] = []
    for index, row in enumerate(grid.rows):
        first = Cell((), header=True) if index < headers else Cell(_number(index - headers + 1), align="right")
        rows.append((Placed(0, first), *(Placed(placed.column + 1, placed.cell) for placed in row)))
    own = _NUMBER_COLUMN if sum(widths) > 101 else 5.0
    return replace(grid, rows=tuple(rows), width=grid.width + 1), [own if any(widths) else 0.0, *widths]


def _number(value: int) -> Blocks:
    content: tuple[Inline, ...] = (Text(str(value)),)
    return (Paragraph(content),)
