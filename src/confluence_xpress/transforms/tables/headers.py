"""Which rows of a table repeat at the top of each page."""

from __future__ import annotations

from confluence_xpress.model import Cell
from confluence_xpress.transforms.tables.grid import Grid

_MAX_ROWS = 5
"""More rows than this are no heading of a table."""


def header_rows(grid: Grid) -> int:
    """The number of leading rows of header cells that no cell leaves downwards; 0 if there would be nothing below."""
    rows = grid.rows
    if not rows:
        return 0
    count = 0
    while count < len(rows) and _is_header([placed.cell for placed in rows[count]]):
        count += 1
    if count == len(rows):  # header cells only: the first row is the heading of the others
        count = 1
    count = _extended(grid, min(count, _MAX_ROWS))
    while count and _end(grid, count) > count:
        count -= 1
    return count if count < len(rows) else 0


def _extended(grid: Grid, count: int) -> int:
    """With the rows that a header cell reaches into, if these have header cells of their own."""
    end = count
    while count and (reach := _end(grid, end)) > end:
        if reach > _MAX_ROWS or not all(any(one.cell.header for one in row) for row in grid.rows[end:reach]):
            return count
        end = reach
    return end


def _end(grid: Grid, count: int) -> int:
    """The row before which the cells of the first rows end."""
    return max(n + placed.cell.rowspan for n, row in enumerate(grid.rows[:count]) for placed in row)


def _is_header(cells: list[Cell]) -> bool:
    return any(cell.header for cell in cells) and all(cell.header or not cell.content for cell in cells)
