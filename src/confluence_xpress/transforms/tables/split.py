"""A table with more columns than a page can hold, as several tables that each begin with its first column."""

from __future__ import annotations

from dataclasses import replace

from confluence_xpress.model import Anchor, Block, Blocks, Cell, Heading, IndexTerm, Inline, Inlines, Paragraph, Text
from confluence_xpress.model.walk import rewrite_blocks
from confluence_xpress.transforms.tables.grid import Grid, Placed


def split(grid: Grid, author: list[float], headers: int, first: int, last: int) -> tuple[Grid, list[float], int]:
    """The part with the columns `first` to before `last`, after the first column of all (`first` ≥ 1).

    A heading row says which columns these are. A cell that reaches into several parts is in each of them.
    Returns the part, its author's widths and its header rows.
    """
    count = last - first
    title = f"Columns {first + 1}–{last} of {grid.width}"
    note = Cell((Paragraph((Text(title),)),), header=True, colspan=count + 1, align="left")
    rows: list[tuple[Placed, ...]] = [(Placed(0, note),)]
    for row in grid.rows:
        line: list[Placed] = []
        for placed in row:
            start, end = placed.column, placed.column + placed.cell.colspan
            cell = placed.cell
            if start == 0:
                key = cell if first == 1 else _copy(cell)
                inside = 1 + max(0, min(end, last) - first)
                line.append(Placed(0, replace(key, colspan=inside) if inside != cell.colspan else key))
                continue
            shown = min(end, last) - max(start, first)
            if shown <= 0:
                continue
            if start < first:
                cell = _copy(cell)
            line.append(Placed(max(start, first) - first + 1, replace(cell, colspan=shown)))
        rows.append(tuple(line))
    return Grid(tuple(rows), count + 1), [author[0], *author[first:last]], headers + 1


def _copy(cell: Cell) -> Cell:
    """The cell once more: places that links lead to exist once only."""
    return replace(cell, content=rewrite_blocks(cell.content, _unlabelled, _without_places))


def _unlabelled(block: Block) -> Blocks:
    return (replace(block, label=""),) if isinstance(block, Heading) and block.label else (block,)


def _without_places(inline: Inline) -> Inlines:
    return () if isinstance(inline, Anchor | IndexTerm) else (inline,)
