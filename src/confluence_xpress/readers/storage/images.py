"""The `ac:image` element."""

from __future__ import annotations

from collections.abc import Iterable

from lxml.etree import _Element as Element

from confluence_xpress.model import (
    AttachmentRef,
    Border,
    Figure,
    FigurePlace,
    Image,
    InlineImage,
    Inlines,
    MediaSource,
    Size,
    Text,
    Url,
)
from confluence_xpress.model.color import normal_color
from confluence_xpress.readers.html.convert import Converter
from confluence_xpress.readers.html.flow import Loose, Node
from confluence_xpress.readers.html.names import ac
from confluence_xpress.readers.html.style import length
from confluence_xpress.readers.storage.references import reference

_PLACES: dict[str, FigurePlace] = {
    "center": "center",
    "wide": "wide",
    "full-width": "full-width",
    "wrap-left": "wrap-left",
    "wrap-right": "wrap-right",
    "align-start": "left",
    "align-end": "right",
    "left": "left",
    "right": "right",
}
_THUMBNAIL = 300
"""Width of a thumbnail, in pixels, unless the author changed it."""
_CAPTION, _MARK = ac("caption"), ac("adf-mark")


def image(converter: Converter, element: Element) -> Iterable[Node]:
    """An image on lines of its own; the line around it may still take it in."""
    source: MediaSource | None = None
    caption: Inlines = ()
    border = _border(element)
    rest: list[Node] = []
    for child in element:
        if child.tag == _CAPTION:
            caption += converter.line(child)
        elif child.tag == _MARK:
            if child.get("key") == "border":
                size = length(child.get("size"))
                border = Border(size.value if size else 1, normal_color(child.get("color") or "") or Border().color)
        elif isinstance(found := reference(child), AttachmentRef | Url):
            source = found
        else:
            rest += converter.convert(child)
    alt = _get(element, "alt")
    if source is None:
        address = _get(element, "src")
        if not address:
            converter.report("node-invalid", f"image “{alt}” names no file" if alt else "image that names no file")
            return [Text(alt), *caption, *rest]
        source = Url(address)
    picture = Image(source, alt, _get(element, "title"), _width(element), length(_get(element, "height")), border)
    if _get(element, "inline") == "true" and not caption:
        return [InlineImage(picture), *rest]
    place = _PLACES.get(_get(element, "layout")) or _PLACES.get(_get(element, "align"), "")
    return [Loose(Figure(picture, caption, place)), *rest]


def _get(element: Element, name: str) -> str:
    return (element.get(ac(name)) or "").strip()


def _border(element: Element) -> Border | None:
    return Border() if _get(element, "border") == "true" or "border" in _get(element, "queryparams") else None


def _width(element: Element) -> Size | None:
    width = length(_get(element, "width"))
    if width or _get(element, "thumbnail") != "true" or _get(element, "height"):
        return width
    natural = length(_get(element, "original-width"))
    return Size(min(_THUMBNAIL, natural.value)) if natural else Size(_THUMBNAIL)
