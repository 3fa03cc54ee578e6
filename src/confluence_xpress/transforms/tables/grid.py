"""The grid of a table: every place taken by exactly one cell, as HTML's table model lays it out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from confluence_xpress.model import Cell, Row, Table

MAX_COLSPAN = 1000
"""HTML's own limit."""
_SINGLE_FILLERS = 8
"""A wider gap is filled with one cell."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A cell and the first column that it takes."""

    column: int
    cell: Cell


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows of placed cells, in which spans neither overlap nor leave the grid."""

    rows: tuple[tuple[Placed, ...], ...]
    width: int
    repaired: bool = False
    """Whether cells were missing, overlapping or reached out of the table."""


def lay_out(table: Table) -> tuple[Grid, list[float]]:
    """The grid of a table of any shape, and its author's column widths, 0 where unknown.

    Rows and columns in which no cell begins show nothing but make spans larger; they are left out.
    """
    rows, width, repaired = _place(table.rows)
    starts = sorted({placed.column for row in rows for placed in row})
    edges = [*starts, width]
    new_index = {column: n for n, column in enumerate(starts)}
    spanned = (
        [sum(1 for start in starts if start < column) for column in range(width + 1)] if width > len(starts) else []
    )
    authors = _merge_widths(table.columns, edges)
    result: list[tuple[Placed, ...]] = []
    for row in rows:
        line: list[Placed] = []
        for placed in row:
            column, cell = new_index[placed.column], placed.cell
            if spanned:
                cell = replace(cell, colspan=spanned[placed.column + cell.colspan] - column)
            line.append(Placed(column, cell))
        result.append(tuple(line))
    filled, missing = _fill(result, len(starts))
    return Grid(filled, len(starts), repaired or missing), authors


def _place(rows: Sequence[Row]) -> tuple[list[list[Placed]], int, bool]:
    """Each cell in the next free column. Spans are cut at other cells and at the last row."""
    repaired = False
    kept = _without_covered_rows(rows)
    busy: list[int] = []  # for each column, how many of the coming rows a cell from above takes
    result: list[list[Placed]] = []
    for index, row in enumerate(kept):
        column = 0
        line: list[Placed] = []
        taken = busy.copy()
        for source in row:
            while column < len(taken) and taken[column]:
                column += 1
            asked = min(max(source.colspan, 1), MAX_COLSPAN)
            span = 1
            while span < asked and not (column + span < len(taken) and taken[column + span]):
                span += 1
            left = len(kept) - index
            height = left if source.rowspan <= 0 else min(source.rowspan, left)
            cell = source
            if (span, height) != (source.colspan, source.rowspan):
                cell = replace(source, colspan=span, rowspan=height)
                repaired = True
            if column + span > len(busy):
                busy += [0] * (column + span - len(busy))
            for place in range(column, column + span):
                busy[place] = height
            line.append(Placed(column, cell))
            column += span
        busy = [max(0, rows_left - 1) for rows_left in busy]
        result.append(line)
    return result, len(busy), repaired


def _without_covered_rows(rows: Sequence[Row]) -> list[tuple[Cell, ...]]:
    """The rows that have cells; spans over rows without any are shortened."""
    if all(row.cells for row in rows):
        return [row.cells for row in rows]
    before = [0]  # how many of the rows so far have cells
    for row in rows:
        before.append(before[-1] + bool(row.cells))
    result: list[tuple[Cell, ...]] = []
    for index, row in enumerate(rows):
        if row.cells:
            result.append(
                tuple(
                    replace(cell, rowspan=before[min(index + cell.rowspan, len(rows))] - before[index])
                    if cell.rowspan > 1
                    else cell
                    for cell in row.cells
                )
            )
    return result


def _merge_widths(widths: Sequence[float], edges: Sequence[int]) -> list[float]:
    merged = []
    for start, end in pairwise(edges):
        parts = [max(0.0, width) for width in widths[start:end]]
        merged.append(sum(parts) if len(parts) == end - start and all(parts) else 0.0)
    return merged


def _fill(rows: list[tuple[Placed, ...]], width: int) -> tuple[tuple[tuple[Placed, ...], ...], bool]:
    """Empty cells where no cell is."""
    missing = False
    until = [0] * width  # the row before which a cell from above ends
    result: list[tuple[Placed, ...]] = []
    for index, row in enumerate(rows):
        line: list[Placed] = []
        header = bool(row) and all(placed.cell.header for placed in row)
        gap = 0
        cells = {placed.column: placed for placed in row}
        column = 0
        while column < width:
            found = cells.get(column)
            if found is None and until[column] <= index:
                gap += 1
                column += 1
                continue
            line += _fillers(column - gap, gap, header=header)
            missing |= gap > 0
            gap = 0
            if found is None:
                column += 1
                continue
            line.append(found)
            until[column : column + found.cell.colspan] = [index + found.cell.rowspan] * found.cell.colspan
            column += found.cell.colspan
        line += _fillers(width - gap, gap, header=header)
        missing |= gap > 0
        result.append(tuple(line))
    return tuple(result), missing


def _fillers(column: int, count: int, *, header: bool) -> list[Placed]:
    if count > _SINGLE_FILLERS:
        return [Placed(column, Cell((), header=header, colspan=count))]
    return [Placed(column + n, Cell((), header=header)) for n in range(count)]
