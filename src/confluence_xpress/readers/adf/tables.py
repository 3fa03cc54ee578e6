"""Tables."""

from __future__ import annotations

from typing import Literal

from confluence_xpress.model import Cell, Row, Size, Table
from confluence_xpress.model.color import CELL_COLORS
from confluence_xpress.readers.adf.reader import Nodes, Reader
from confluence_xpress.readers.adf.values import (
    Node,
    attributes,
    color,
    items,
    mapping,
    number,
    string,
    to_number,
    whole,
)

_CELLS = ("tableCell", "tableHeader")
_LAYOUTS: dict[str, Literal["default", "center", "wide", "full-width", "align-start", "align-end"]] = {
    "default": "default",
    "center": "center",
    "wide": "wide",
    "full-width": "full-width",
    "align-start": "align-start",
    "align-end": "align-end",
}
_VALIGNS: dict[str, Literal["top", "middle", "bottom"]] = {"top": "top", "middle": "middle", "bottom": "bottom"}
_MOST_COLUMNS = 1000
"""HTML's limit of a span; also the widest table whose column widths are kept."""


def table(reader: Reader, node: Node) -> Nodes:
    """A table. Its column widths are those of the cells in its first row."""
    attrs = attributes(node)
    rows: list[Row] = []
    columns: tuple[float, ...] = ()
    for item in items(node.get("content")):
        cells = _cells_of(item)
        if row := _row(reader, cells):
            rows.append(row)
            if len(rows) == 1:
                columns = _column_widths(cells)
    if not rows:
        return []
    width = number(attrs, "width")
    return [
        Table(
            tuple(rows),
            columns,
            width=Size(width) if width and width > 0 else None,
            layout=_LAYOUTS.get(string(attrs, "layout"), ""),
            numbered=attrs.get("isNumberColumnEnabled") is True,
        )
    ]


def _cells_of(item: object) -> list[object]:
    """The cells of a row; anything that is no row and holds no cells is a row's only cell."""
    row = mapping(item)
    cells = list(items(row.get("content")))
    if string(row, "type") == "tableRow" or any(string(mapping(cell), "type") in _CELLS for cell in cells):
        return cells
    return [item]


def _row(reader: Reader, cells: list[object]) -> Row | None:
    return Row(tuple(_cell(reader, cell) for cell in cells)) if cells else None


def _cell(reader: Reader, item: object) -> Cell:
    node = mapping(item)
    kind = string(node, "type")
    if kind not in _CELLS:
        return Cell(reader.blocks([item], 3))
    # A table, its rows and its cells are a level each.
    content = reader.blocks(node.get("content"), 3)
    attrs = attributes(node)
    return Cell(
        content,
        header=kind == "tableHeader",
        colspan=_span(attrs, "colspan"),
        rowspan=_span(attrs, "rowspan"),
        background=CELL_COLORS.get(string(attrs, "background").casefold()) or color(attrs, "background"),
        valign=_VALIGNS.get(string(attrs, "valign"), ""),
    )


def _span(attrs: Node, key: str) -> int:
    return whole(attrs, key, 1, 1, _MOST_COLUMNS)


def _column_widths(cells: list[object]) -> tuple[float, ...]:
    """A width for each column, 0 where it is unknown; nothing if all are."""
    widths: list[float] = []
    for item in cells:
        attrs = attributes(mapping(item))
        span = _span(attrs, "colspan")
        given = [max(to_number(value) or 0, 0) for value in items(attrs.get("colwidth"))]
        if len(given) == 1:
            given = [given[0] / span] * span
        widths += [*given, *[0.0] * span][:span]
        if len(widths) > _MOST_COLUMNS:
            return ()
    return tuple(widths) if any(widths) else ()
