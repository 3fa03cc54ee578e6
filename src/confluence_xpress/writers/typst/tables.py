"""Tables as Typst markup. The table transform has made the grid complete, so placement is automatic."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from math import inf
from typing import TypeVar

from confluence_xpress.model import (
    Align,
    Anchor,
    Block,
    Blocks,
    Card,
    Cell,
    Files,
    Heading,
    IndexTerm,
    InlineFile,
    InlineImage,
    Link,
    Paragraph,
    Row,
    Table,
    Text,
)
from confluence_xpress.model.walk import iter_blocks, iter_inlines, own_inlines
from confluence_xpress.writers.typst.color import is_dark
from confluence_xpress.writers.typst.escape import literal, string
from confluence_xpress.writers.typst.inlines import write_inlines
from confluence_xpress.writers.typst.state import Place

_HORIZONTAL = {"left": "left", "center": "center", "right": "right", "justify": "left"}
_VERTICAL = {"top": "top", "middle": "horizon", "bottom": "bottom"}

T = TypeVar("T")
SHORT_TABLE = 22
"""Lines of a table that stays on one page."""
SHORT_ROW = 14
"""Lines of a row that stays on one page."""
_CHARACTER = 4.6
"""Width of a character of table text in points, generously."""
_LINE = ",\n"

WriteBlocks = Callable[[Blocks, Place], str]


def write_table(table: Table, place: Place, write_blocks: WriteBlocks) -> str:
    """Markup of a table, its caption before it."""
    inner = place.cell(table.fit)
    fit = table.fit
    columns = list(fit.columns) if fit and fit.columns else max((_width(row) for row in table.rows), default=0)
    if not columns:
        return ""
    arguments = [f"columns: {literal([float(c) for c in columns] if isinstance(columns, list) else columns)}"]
    if fit and fit.scale != 1:
        arguments.append(f"scale: {literal(float(fit.scale))}")
    if place.in_table:
        arguments.append("nested: true")
    if table.caption:
        arguments.append("captioned: true")
    heights = _heights(table, 150 if place.in_box else 440)
    if sum(heights) < SHORT_TABLE:
        arguments.append("together: true")
    short = _short(table, place)

    def row(cells: Row, height: float = inf) -> str:
        return ", ".join([_cell(cell, inner, write_blocks, short if height < inf else None) for cell in cells.cells])

    head, body = table.rows[: table.header_rows], table.rows[table.header_rows :]
    # A repeated header would repeat its labels: they stand before the table.
    names = [*(node.name for node in _inlines(head, Anchor)), *(node.label for node in _inlines(head, IndexTerm))]
    before = "".join(f"#anchor({string(name)});" for name in names if place.claim(name))
    if table.caption:
        nested = "nested: true" if place.in_table else ""
        before = f"#table-caption({nested})[{before}{write_inlines(table.caption, place)}]"
    if head:
        # PDF/UA allows no link in a repeated header, and a repeated heading would be another bookmark.
        once = any(_inlines(head, Link)) or any(_inlines(head, InlineFile)) or any(_headings(head))
        arguments.append(f"table.header({'repeat: false, ' if once else ''}{', '.join(filter(None, map(row, head)))})")
    # A row all of whose places are taken by spans from above has no cells of its own.
    lines = [", ".join(arguments), *filter(None, map(row, body, heights[table.header_rows :]))]
    return f"{before}\n#data-table({_LINE.join(lines)})" if before else f"#data-table({_LINE.join(lines)})"


def _heights(table: Table, width: float) -> list[float]:
    """About how many lines of text each row has, if it surely takes less than a third of a page; else infinity.

    Width in points. Where cells span rows, these go together, so none of the table is short.
    """
    head, body = table.rows[: table.header_rows], table.rows[table.header_rows :]
    if any(cell.rowspan > 1 for row in body for cell in row.cells):
        return [inf] * len(table.rows)
    shares = table.fit.columns if table.fit else ()
    room = [max(1.0, (width * share / sum(shares) - 12) / _CHARACTER) for share in shares]

    def height(row: Row) -> float:
        lines = max((_lines(cell, room[i] if i < len(room) else 60) for i, cell in enumerate(row.cells)), default=0.0)
        return lines if lines <= SHORT_ROW else inf

    # Rows of the header stay together anyway, whatever they span.
    plain = [Row(tuple(replace(cell, colspan=1, rowspan=1) for cell in row.cells)) for row in head]
    return [height(row) for row in (*plain, *body)]


def _lines(cell: Cell, room: float) -> float:
    """About how many lines of `room` characters a cell has; infinity if it spans or holds more than lines of text."""
    if cell.colspan > 1 or len(_sides(cell)) > 1:
        return inf
    lines = 0.0
    for block in cell.content:
        if not isinstance(block, Paragraph):
            return inf
        length = 0
        for node in iter_inlines(block.content):
            if isinstance(node, Text):
                length += len(node.text)
            elif isinstance(node, InlineImage):
                return inf
        lines += 1 + length / room
    return lines


def _sides(cell: Cell) -> set[Align]:
    """How what it holds is aligned: a paragraph as it says itself, all else as the cell says."""
    return {block.align if isinstance(block, Paragraph) and block.align else cell.align for block in cell.content}


def _blocks(rows: tuple[Row, ...]) -> Iterator[Block]:
    return (block for row in rows for cell in row.cells for block in iter_blocks(cell.content))


def _headings(rows: tuple[Row, ...]) -> Iterator[Block]:
    return (block for block in _blocks(rows) if isinstance(block, (Heading, Card, Files)))


def _inlines(rows: tuple[Row, ...], kind: type[T]) -> Iterator[T]:
    for block in _blocks(rows):
        for line in own_inlines(block):
            yield from (node for node in iter_inlines(line) if isinstance(node, kind))


def _width(row: Row) -> int:
    return sum(cell.colspan for cell in row.cells)


def _short(table: Table, place: Place) -> list[str]:
    """What a cell that stays on one page is told of its table."""
    arguments = ["nested: true"] if place.in_table else []
    if table.fit and table.fit.scale != 1:
        arguments.append(f"scale: {literal(float(table.fit.scale))}")
    return arguments


def _cell(cell: Cell, place: Place, write_blocks: WriteBlocks, short: list[str] | None) -> str:
    """Markup of a cell. `short`: the arguments of a cell that stays on one page; None if it need not."""
    body = write_blocks(cell.content, place)
    if not body:
        short = None
    arguments = list(short or ())
    if cell.colspan > 1:
        arguments.append(f"colspan: {cell.colspan}")
    if cell.rowspan > 1:
        arguments.append(f"rowspan: {cell.rowspan}")
    if cell.background:
        arguments.append(f"fill: {string(cell.background)}")
        if is_dark(cell.background):
            body = f"#on-dark[{body}]"
    found = _sides(cell)
    side = found.pop() if len(found) == 1 else cell.align
    sides = [_HORIZONTAL[side]] if side else []
    sides += [_VERTICAL[cell.valign]] if cell.valign and cell.valign != "top" else []
    if sides:
        arguments.append(f"side: {' + '.join(sides)}")
    kind = ("" if short is None else "short-") + ("th" if cell.header else "td")
    return f"{kind}({', '.join(arguments)})[{body}]" if arguments or kind != "td" else f"[{body}]"
