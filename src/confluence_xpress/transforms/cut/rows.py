"""Tables that are cut between their rows; a row that is too heavy by itself, inside its cells."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import ceil

from confluence_xpress.model import (
    Anchor,
    Block,
    Blocks,
    Cell,
    Fit,
    Heading,
    IndexTerm,
    Inline,
    Inlines,
    Mark,
    Paragraph,
    Row,
    Table,
)
from confluence_xpress.model.walk import rewrite_blocks
from confluence_xpress.transforms.cut.marks import mark_row
from confluence_xpress.transforms.cut.parallel import Parallel
from confluence_xpress.transforms.cut.pieces import Marks, Run
from confluence_xpress.transforms.cut.weights import Scale
from confluence_xpress.transforms.tables.measure import Extent, Ruler, empty_extent

_HEADERS = 8
"""Header rows that take more than this part of the limit are not repeated."""
_TEXT_SIZE = 8.8
_PADDING = 12.0
"""Points: size of the text in tables and room around it in a cell, for shares of the width only."""


@dataclass(frozen=True, slots=True)
class _Span:
    """A cell that reaches into other rows: its column and the row before which it ends."""

    column: int
    cell: Cell
    end: int


@dataclass(frozen=True, slots=True)
class _Piece:
    """Rows that stay together, or a part of one row."""

    start: int
    stop: int
    row: Parallel | None = None
    part: int = 0


class TablePieces:
    """A table's rows in groups that no cell reaches out of; a group that is too heavy is cut between any rows.

    What does not begin the table has its header rows again, without labels, and no caption. A cell that is cut goes on
    empty.
    """

    def __init__(
        self, node: Table, scale: Scale, limit: float, least: float, cut: Callable[[Blocks, float], Run[Block]]
    ) -> None:
        """`scale` is that of the cells; `cut` gives a cell's content in pieces below a limit, at least `least`."""
        weights = [scale.row(row) for row in node.rows]
        headers = min(node.header_rows, len(node.rows))
        if sum(weights[:headers]) * _HEADERS > limit:
            headers = 0
        self._node = replace(node, header_rows=headers, fit=_steady(node))
        self._headers = headers
        self._spans = _spans(node.rows)
        self._head = self._ended([_again(row) for row in node.rows[:headers]], 0, headers)
        self._pieces: list[_Piece] = []
        self.weights: list[int] = []
        for start, stop in self._groups(headers, across=False):
            if sum(weights[start:stop]) <= limit:
                self._add(_Piece(start, stop), sum(weights[start:stop]))
                continue
            for first, end in self._groups(start, stop, across=True):
                if weights[first] <= limit:
                    self._add(_Piece(first, end), sum(weights[first:end]))
                    continue
                contents = [cell.content for cell in node.rows[first].cells]
                row = Parallel(contents, [scale.blocks(content) for content in contents], limit, least, cut)
                for part, weight in enumerate(row.weights):
                    self._add(_Piece(first, end, row, part), weight)
        if self.weights:
            self.weights[0] += ceil(sum(weights[:headers]) + scale.inlines(node.caption))

    def take(self, start: int, stop: int, marks: Marks) -> tuple[Block, ...]:
        """The rows of the pieces from `start` up to `stop` as one table."""
        first, last = self._pieces[start].start, self._pieces[stop - 1].stop
        rows: list[Row] = []
        index = start
        while index < stop:
            piece = self._pieces[index]
            end = index + 1
            if piece.row:
                end = min(stop, index + len(piece.row.weights) - piece.part)
                rows.append(
                    self._part(piece, end - index, {n - index: marks[n] for n in range(index, end) if n in marks})
                )
                rows += self._node.rows[piece.start + 1 : piece.stop]
            else:
                rows += self._node.rows[piece.start : piece.stop]
            if index in marks and not piece.part:
                at = piece.start - first
                rows[at] = mark_row(rows[at], marks[index])
            index = end
        if start == 0:
            rows = [*self._node.rows[: self._headers], *rows]
            return (replace(self._node, rows=self._ended(rows, 0, last)),)
        body = self._ended([self._filled(rows[0], first), *rows[1:]], first, last)
        return (replace(self._node, rows=(*self._head, *body), caption=()),)

    def _add(self, piece: _Piece, weight: float) -> None:
        self._pieces.append(piece)
        self.weights.append(ceil(weight))

    def _groups(self, start: int, stop: int | None = None, *, across: bool) -> Iterator[tuple[int, int]]:
        """Rows that belong together; with `across`, each row that has cells by itself."""
        stop = len(self._node.rows) if stop is None else stop
        for index in range(start + 1, stop):
            if self._node.rows[index].cells and (across or not self._spans[index]):
                yield start, index
                start = index
        if start < stop:
            yield start, stop

    def _part(self, piece: _Piece, count: int, marks: Marks) -> Row:
        """So many parts of a heavy row; `marks` are counted from its first part here."""
        row = self._node.rows[piece.start]
        if not piece.row:
            return row
        inner = {piece.part + n: name for n, name in marks.items() if piece.part + n}
        contents = piece.row.take(piece.part, piece.part + count, inner)
        return Row(tuple(replace(cell, content=new) for cell, new in zip(row.cells, contents, strict=True)))

    def _filled(self, row: Row, index: int) -> Row:
        """The row with an empty cell for each that reaches into it from above, the spans as long as they were."""
        cells: list[Cell] = []
        own = iter(row.cells)
        column = 0
        for span in self._spans[index]:
            while column < span.column and (cell := next(own, None)):
                cells.append(cell)
                column += max(1, cell.colspan)
            cells.append(replace(span.cell, content=(), rowspan=span.end - index))
            column = max(column, span.column + max(1, span.cell.colspan))
        return Row((*cells, *own))

    def _ended(self, rows: Sequence[Row], first: int, last: int) -> tuple[Row, ...]:
        """The rows from `first` on, with no cell that reaches to `last` or below."""
        if last >= len(self._spans) or not self._spans[last]:
            return tuple(rows)
        return tuple(
            Row(tuple(replace(c, rowspan=last - n) if c.rowspan > last - n else c for c in row.cells))
            for n, row in enumerate(rows, first)
        )


def _spans(rows: Sequence[Row]) -> list[tuple[_Span, ...]]:
    """For each row the cells that reach into it from above, from left to right."""
    result: list[tuple[_Span, ...]] = []
    active: tuple[_Span, ...] = ()
    for index, row in enumerate(rows):
        result.append(active)
        following = [span for span in active if span.end > index + 1]
        if any(cell.rowspan > 1 for cell in row.cells):
            placed = _placed(row, active)
            following += [_Span(column, cell, index + cell.rowspan) for column, cell in placed if cell.rowspan > 1]
            following.sort(key=lambda span: span.column)
        if len(following) != len(active) or any(cell.rowspan > 1 for cell in row.cells):
            active = tuple(following)
    return result


def _placed(row: Row, above: Sequence[_Span]) -> Iterator[tuple[int, Cell]]:
    """The cells of a row with their columns: each stands in the first that is free."""
    column, index = 0, 0
    for cell in row.cells:
        while index < len(above) and above[index].column <= column:
            column = max(column, above[index].column + max(1, above[index].cell.colspan))
            index += 1
        yield column, cell
        column += max(1, cell.colspan)


def _again(row: Row) -> Row:
    """A header row as it is repeated: nothing in it is a place, or a heading, for the second time."""
    return Row(
        tuple(replace(cell, content=rewrite_blocks(cell.content, _no_heading, _no_anchor)) for cell in row.cells)
    )


def _no_heading(node: Block) -> Blocks:
    return (Paragraph((Mark("strong", node.content),), node.align),) if isinstance(node, Heading) else (node,)


def _no_anchor(node: Inline) -> Inlines:
    return () if isinstance(node, (Anchor, IndexTerm)) else (node,)


def _steady(node: Table) -> Fit | None:
    """The fit with column widths that do not depend on the rows, so that all pieces have the same."""
    if not node.fit or node.fit.columns:
        return node.fit
    return replace(node.fit, columns=tuple(width + _PADDING for width in _widths(node)))


def _widths(node: Table) -> list[float]:
    """How wide the columns are without wrapped lines, in points, told by the cells that stand in one column only."""
    ruler = Ruler(_TEXT_SIZE, lambda table: (0.0, sum(_widths(table))))
    extents: list[Extent] = []
    for row, above in zip(node.rows, _spans(node.rows), strict=True):
        for column, cell in _placed(row, above):
            extents += [empty_extent() for _ in range(column + max(1, cell.colspan) - len(extents))]
            if cell.colspan <= 1:
                ruler.measure_into(extents[column], cell.content, bold=cell.header)
    return [extent.line for extent in extents]
