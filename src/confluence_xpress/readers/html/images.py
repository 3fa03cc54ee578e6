"""The `img` element."""

from __future__ import annotations

from collections.abc import Iterable

from lxml.etree import _Element as Element

from confluence_xpress.model import Border, Figure, FigurePlace, Image, Text, Url
from confluence_xpress.readers.html.convert import Converter
from confluence_xpress.readers.html.flow import Loose, Node
from confluence_xpress.readers.html.style import declarations, length

_FLOATS: dict[str, FigurePlace] = {"left": "wrap-left", "right": "wrap-right"}
_PLACES: dict[str, FigurePlace] = {"left": "left", "center": "center", "middle": "center", "right": "right"}


def image(converter: Converter, element: Element) -> Iterable[Node]:
    """An image at an address; without one, its alternative text."""
    source = (element.get("src") or "").strip()
    alt = (element.get("alt") or "").strip()
    nodes = converter.nodes(element)
    if not source:
        return [Text(alt), *nodes]
    style = declarations(element)
    place = _FLOATS.get(style.get("float", "").casefold(), "") or _PLACES.get(element.get("align", "").casefold(), "")
    picture = Image(
        Url(source),
        alt,
        element.get("title") or "",
        length(style.get("width")) or length(element.get("width")),
        length(style.get("height")) or length(element.get("height")),
        Border() if element.get("border", "0") not in ("", "0") else None,
    )
    return [Loose(Figure(picture, (), place)), *nodes]
