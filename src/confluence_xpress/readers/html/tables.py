"""Tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import get_args

from lxml.etree import _Element as Element

from confluence_xpress.model import Block, Cell, Inlines, LineBreak, Paragraph, Row, Size, Table
from confluence_xpress.model.blocks import TableLayout
from confluence_xpress.model.color import CELL_COLORS, normal_color
from confluence_xpress.readers.html.convert import Converter, Handler
from confluence_xpress.readers.html.flow import Node
from confluence_xpress.readers.html.style import alignment, classes, declarations, length, vertical_alignment

_GROUPS = ("thead", "tbody", "tfoot")
_PARTS = (*_GROUPS, "tr", "caption", "colgroup", "col")
_CELLS = ("td", "th")
_MAX_SPAN = 1000
"""HTML's own limit."""
_LAYOUTS: dict[str, TableLayout] = {layout: layout for layout in get_args(TableLayout)}
_NUMBER = re.compile(r"\s*(\d{1,6})")


def table(converter: Converter, element: Element) -> Iterable[Node]:
    """`table`. Anything that has no place in a table stands before it, and so does what is no text in a caption."""
    before: list[Block] = []
    caption: Inlines = ()
    rows: list[Row] = []
    foot: list[Row] = []
    for part in converter.parts(element, _PARTS):
        if isinstance(part, tuple):
            before += part
        elif part.tag == "tr":
            rows += _row(converter, part)
        elif part.tag == "caption":
            for block in converter.blocks(part):
                if isinstance(block, Paragraph):
                    caption += (LineBreak(), *block.content) if caption else block.content
                else:
                    before.append(block)
        elif part.tag in _GROUPS:
            for item in converter.parts(part, ("tr",)):
                if isinstance(item, tuple):
                    before += item
                else:
                    (foot if part.tag == "tfoot" else rows).extend(_row(converter, item))
    if not rows and not foot:
        return [*before, Paragraph(caption)] if caption else before
    layout = element.get("data-layout") or ""
    width = length(declarations(element).get("width")) or length(
        element.get("data-table-width") or element.get("width")
    )
    return [
        *before,
        Table(
            (*rows, *foot),
            _column_widths(element),
            width,
            _LAYOUTS.get(layout, ""),
            caption=caption,
        ),
    ]


def _row(converter: Converter, element: Element) -> Iterator[Row]:
    cells = [
        Cell(part) if isinstance(part, tuple) else _cell(converter, part) for part in converter.parts(element, _CELLS)
    ]
    if cells:
        yield Row(tuple(cells))


def _cell(converter: Converter, element: Element) -> Cell:
    content = converter.blocks(element)
    header = element.tag == "th"
    if not element.attrib:
        return Cell(content, header)
    return Cell(
        content,
        header,
        _span(element.get("colspan")),
        _span(element.get("rowspan")),
        _background(element),
        alignment(element),
        vertical_alignment(element),
    )


def _span(text: str | None) -> int:
    found = _NUMBER.match(text) if text else None
    return min(max(int(found[1]), 1), _MAX_SPAN) if found else 1


def _background(element: Element) -> str:
    value = element.get("data-highlight-colour") or element.get("data-highlight-color") or ""
    if not value:
        style = declarations(element)
        value = style.get("background-color") or style.get("background") or element.get("bgcolor") or ""
    if not value:
        value = next((c.removeprefix("highlight-") for c in classes(element) if c.startswith("highlight-")), "")
    return CELL_COLORS.get(value.strip().casefold()) or normal_color(value)


def _column_widths(element: Element) -> tuple[float, ...]:
    widths: list[float] = []
    for column in element.iterfind("colgroup/col"):
        _add_width(widths, column)
    for column in element.iterfind("col"):
        _add_width(widths, column)
    return tuple(widths) if any(widths) else ()


def _add_width(widths: list[float], column: Element) -> None:
    size: Size | None = length(declarations(column).get("width")) or length(column.get("width"))
    count = min(_span(column.get("span")), _MAX_SPAN - len(widths))
    widths.extend([size.value if size else 0] * count)


def loose_row(converter: Converter, element: Element) -> Iterable[Node]:
    """`tr` outside a table."""
    rows = tuple(_row(converter, element))
    return (Table(rows),) if rows else ()


def loose_group(converter: Converter, element: Element) -> Iterable[Node]:
    """A row group outside a table."""
    return table(converter, element)


def loose_cell(converter: Converter, element: Element) -> Iterable[Node]:
    """A cell outside a row."""
    return converter.blocks(element)


TABLES: dict[str, Handler] = {
    "table": table,
    "tr": loose_row,
    "td": loose_cell,
    "th": loose_cell,
    "caption": loose_cell,
    **dict.fromkeys(_GROUPS, loose_group),
}
