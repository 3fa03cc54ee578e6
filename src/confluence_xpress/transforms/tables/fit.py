"""Every table of a document made to fit the place where it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from confluence_xpress import model as m
from confluence_xpress.diagnostics import Diagnostic
from confluence_xpress.model.text import block_text
from confluence_xpress.model.walk import child_blocks, iter_blocks
from confluence_xpress.transforms.tables.columns import Measured, Spanning, fit_columns
from confluence_xpress.transforms.tables.grid import Grid, lay_out
from confluence_xpress.transforms.tables.headers import header_rows
from confluence_xpress.transforms.tables.measure import (
    EXPAND_INDENT,
    GUTTER,
    LENGTHS,
    LIST_INDENT,
    PANEL_INDENT,
    QUOTE_INDENT,
    Ruler,
    empty_extent,
)
from confluence_xpress.transforms.tables.numbers import align_numbers, count_rows
from confluence_xpress.transforms.tables.split import split

CELL_PADDING = 6.0
"""Points on the left and on the right of a cell's content."""
MAX_COLUMNS = 40
"""More never share a page, however little is in them."""
_HEADER_HEIGHT = 190.0
"""Points: a third of the text on an A4 page. A taller header would leave too little room for what it heads."""
_NARROWEST = 24.0
"""Points: what is left where containers are nested too deeply."""
_LINE = 1.45
"""Line height in em."""

L = TypeVar("L", m.ListItem, m.TaskItem, m.DecisionItem)


def fit_tables(
    document: m.Document,
    text_width: float,
    font_size: float,
    landscape_width: float,
    padding: float = CELL_PADDING,
) -> tuple[m.Document, tuple[Diagnostic, ...]]:
    """The document with tables whose cells fill their grid, with header rows, aligned numbers and a `Fit`.

    `text_width` and `landscape_width` are the widths of the text on an upright and on a turned page, `font_size` is the
    size of text in tables, `padding` the space on either side of a cell's content; all in points.
    """
    if not any(isinstance(block, m.Table) for block in iter_blocks(document.content)):
        return document, ()
    fitter = _Fitter(font_size, landscape_width, 2 * padding)
    return m.Document(fitter.blocks(document.content, text_width, top=True)), tuple(fitter.diagnostics)


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A table with its grid laid out. It keeps the source, so that ids of tables stay unique."""

    source: m.Table
    grid: Grid
    headers: int
    measured: Measured


class _Fitter:
    def __init__(self, size: float, landscape: float, padding: float) -> None:
        self.diagnostics: list[Diagnostic] = []
        self._size = size
        self._landscape = landscape
        self._padding = padding
        self._prepared: dict[int, _Prepared] = {}
        self._count = 0

    # --- the walk

    def blocks(self, nodes: m.Blocks, width: float, *, top: bool = False) -> m.Blocks:
        """The blocks, in `width` points; `top`: directly on the page, where a table may turn it."""
        result: list[m.Block] = []
        for node in nodes:
            if isinstance(node, m.Table):
                result += self._table(node, width, top=top)
            elif any(child_blocks(node)):
                result.append(self._container(node, width, top=top))
            else:
                result.append(node)
        return tuple(result)

    def _container(self, node: m.Block, width: float, *, top: bool) -> m.Block:
        match node:
            case m.Excerpt() | m.PageProperties() | m.SyncedBlock():
                return replace(node, content=self.blocks(node.content, width, top=top))
            case m.Panel() | m.Notice():
                return replace(node, content=self.blocks(node.content, _less(width, PANEL_INDENT)))
            case m.Expand():
                return replace(node, content=self.blocks(node.content, _less(width, EXPAND_INDENT)))
            case m.Quote():
                return replace(node, content=self.blocks(node.content, _less(width, QUOTE_INDENT)))
            case m.BulletList() | m.OrderedList():
                return replace(node, items=self._items(node.items, width))
            case m.TaskList():
                return replace(node, items=self._items(node.items, width))
            case m.DecisionList():
                return replace(node, items=self._items(node.items, width))
            case m.Columns():
                return self._columns(node, width)
            case m.Macro():
                return replace(node, body=self.blocks(node.body, _less(width, PANEL_INDENT)))
            case _:
                return node

    def _items(self, items: tuple[L, ...], width: float) -> tuple[L, ...]:
        return tuple(replace(item, content=self.blocks(item.content, _less(width, LIST_INDENT))) for item in items)

    def _columns(self, node: m.Columns, width: float) -> m.Columns:
        known = [column.width for column in node.columns if column.width > 0]
        mean = sum(known) / len(known) if known else 1.0
        shares = [column.width if column.width > 0 else mean for column in node.columns]
        room = width - GUTTER * (len(shares) - 1)
        columns = tuple(
            replace(column, content=self.blocks(column.content, max(_NARROWEST, room * share / sum(shares))))
            for column, share in zip(node.columns, shares, strict=True)
        )
        return replace(node, columns=columns)

    # --- one table

    def _table(self, table: m.Table, width: float, *, top: bool) -> list[m.Block]:
        prepared = self._prepare(table)
        self._count += 1
        grid, measured = prepared.grid, prepared.measured
        if not grid.width:
            return [m.Paragraph(table.caption)] if table.caption else []
        if grid.repaired:
            self._report("table-normalised", "missing cells were added, or cells that overlap were made smaller", grid)
        landscape = self._landscape if top else 0.0
        fit, fits = fit_columns(measured, width, landscape)
        if (fits and grid.width <= MAX_COLUMNS) or grid.width < 3:
            if not fits:
                self._report("table-too-wide", "there is very little room for its columns", grid)
            return [self._finish(table, grid, prepared.headers, fit, width)]
        return self._in_parts(prepared, width, landscape)

    def _in_parts(self, prepared: _Prepared, width: float, landscape: float) -> list[m.Block]:
        """The table as several, each with as many columns as fit."""
        grid, author = prepared.grid, list(prepared.measured.author)
        parts: list[tuple[Grid, int, Measured, m.Fit]] = []
        for first, last in self._cuts(prepared.measured, max(width, landscape)):
            part, widths, headers = split(grid, author, prepared.headers, first, last)
            measured = self._measure(part, widths)
            fit, fits = fit_columns(measured, width, landscape)
            if not fits:
                self._report("table-too-wide", "there is very little room for its columns", grid)
            parts.append((part, headers, measured, fit))
        turned = any(fit.landscape for _, _, _, fit in parts)
        if len(parts) > 1:
            self._report("table-split", f"{grid.width} columns are shown in {len(parts)} parts", grid)
        return [
            self._finish(
                replace(prepared.source, caption=()) if index else prepared.source,
                part,
                headers,
                replace(fit_columns(measured, landscape, 0.0)[0], landscape=True) if turned else fit,
                width,
            )
            for index, (part, headers, measured, fit) in enumerate(parts)
        ]

    def _cuts(self, measured: Measured, room: float) -> list[tuple[int, int]]:
        """First and last column (excluded) of parts that fit with a few broken words, about equally wide."""
        limit = LENGTHS.index(12)
        minima = [extent.narrowest(limit, self._size) + self._padding for extent in measured.columns]
        cuts = _greedy(minima, room)
        even = _greedy(minima, minima[0] + sum(minima[1:]) / len(cuts) + max(minima[1:]))
        return even if len(even) == len(cuts) else cuts

    def _finish(self, table: m.Table, grid: Grid, headers: int, fit: m.Fit, width: float) -> m.Table:
        widths = self._column_widths(fit, grid.width, width)
        rows = tuple(
            m.Row(
                tuple(
                    replace(
                        placed.cell,
                        content=self.blocks(
                            placed.cell.content,
                            _less(sum(widths[placed.column : placed.column + placed.cell.colspan]), self._padding)
                            / fit.scale,  # a table within is measured against the size of the text around it
                        ),
                    )
                    if any(isinstance(block, m.Table) or any(child_blocks(block)) for block in placed.cell.content)
                    else placed.cell
                    for placed in row
                )
            )
            for row in grid.rows
        )
        if headers and self._height(grid, headers, widths) > _HEADER_HEIGHT:
            headers = 0
        return replace(table, rows=rows, columns=(), numbered=False, header_rows=headers, fit=fit)

    def _column_widths(self, fit: m.Fit, count: int, width: float) -> list[float]:
        room = self._landscape if fit.landscape else width
        shares: Sequence[float] = fit.columns or (1.0,) * count
        return [room * share / sum(shares) for share in shares]

    def _height(self, grid: Grid, headers: int, widths: list[float]) -> float:
        """About how high the header rows are, in points."""
        height = 0.0
        for row in grid.rows[:headers]:
            lines = 1.0
            for placed in row:
                room = _less(sum(widths[placed.column : placed.column + placed.cell.colspan]), self._padding)
                text = block_text(placed.cell.content).split("\n")
                lines = max(lines, sum(1 + len(line) * 0.6 * self._size // room for line in text))
            height += lines * _LINE * self._size + self._padding
        return height

    def _prepare(self, table: m.Table) -> _Prepared:
        found = self._prepared.get(id(table))
        if found is None:
            grid, author = lay_out(table)
            headers = header_rows(grid)
            grid = align_numbers(grid, headers)
            if table.numbered and grid.width:
                grid, author = count_rows(grid, headers, author)
            found = _Prepared(table, grid, headers, self._measure(grid, author))
            self._prepared[id(table)] = found
        return found

    def _measure(self, grid: Grid, author: list[float]) -> Measured:
        columns = [empty_extent() for _ in range(grid.width)]
        spanning: list[Spanning] = []
        ruler = Ruler(self._size, self._nested)
        for row in grid.rows:
            for placed in row:
                cell = placed.cell
                if not cell.content:
                    continue
                if cell.colspan == 1:
                    ruler.measure_into(columns[placed.column], cell.content, bold=cell.header)
                else:
                    extent = empty_extent()
                    ruler.measure_into(extent, cell.content, bold=cell.header)
                    spanning.append(Spanning(placed.column, cell.colspan, extent))
        return Measured(tuple(columns), tuple(spanning), tuple(author), self._size, self._padding)

    def _nested(self, table: m.Table) -> tuple[float, float]:
        """How narrow and how wide a table within a cell may be."""
        measured = self._prepare(table).measured
        return sum(measured.minima(LENGTHS.index(12))), sum(measured.preferred())

    def _report(self, code: str, message: str, grid: Grid) -> None:
        first = " ".join(block_text(grid.rows[0][0].cell.content).split())[:40] if grid.rows else ""
        place = f"table {self._count}" + (f" (“{first}”)" if first else "")
        self.diagnostics.append(Diagnostic(code, message, place=place))


def _less(width: float, indent: float) -> float:
    return max(_NARROWEST, width - indent)


def _greedy(minima: list[float], room: float) -> list[tuple[int, int]]:
    """As many columns as there is room for beside the first one, in each part; at least one."""
    cuts: list[tuple[int, int]] = []
    first, total = 1, minima[0]
    for column in range(1, len(minima)):
        if column > first and (total + minima[column] > room or column - first >= MAX_COLUMNS // 2):
            cuts.append((first, column))
            first, total = column, minima[0]
        total += minima[column]
    cuts.append((first, len(minima)))
    return cuts
