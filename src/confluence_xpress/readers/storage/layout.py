"""Page layouts: sections of columns."""

from __future__ import annotations

from collections.abc import Iterable

from lxml.etree import _Element as Element

from confluence_xpress.model import Blocks
from confluence_xpress.readers.html.columns import columns
from confluence_xpress.readers.html.convert import Converter
from confluence_xpress.readers.html.flow import Node
from confluence_xpress.readers.html.names import ac

_CELL, _TYPE = ac("layout-cell"), ac("type")


def section(converter: Converter, element: Element) -> Iterable[Node]:
    """`ac:layout-section`."""
    cells: list[Blocks] = []
    before: Blocks = ()
    for part in converter.parts(element, (_CELL,)):
        if not isinstance(part, tuple):
            cells.append(converter.blocks(part))
        elif cells:
            cells[-1] += part
        else:
            before += part
    return (*before, *columns(cells, element.get(_TYPE) or ""))
