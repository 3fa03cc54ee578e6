"""CSS declarations and lengths, as far as page bodies use them."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal, get_args

from lxml.etree import _Element as Element

from confluence_xpress.model import Align, Paragraph, Size

_LENGTH = re.compile(r"(\d+(?:\.\d*)?|\.\d+)\s*(px|pt|em|rem|%)?", re.IGNORECASE)
_PIXELS = {"px": 1.0, "pt": 4 / 3, "em": 16.0, "rem": 16.0}
_INDENT = 30
"""A step of the editor's indentation, in pixels."""

_ALIGNS: dict[str, Align] = {value: value for value in get_args(Align) if value} | {"start": "left", "end": "right"}


@lru_cache(maxsize=1024)
def _declarations(style: str) -> dict[str, str]:
    pairs = (part.partition(":") for part in style.split(";"))
    return {name.strip().casefold(): value.removesuffix("!important").strip() for name, _, value in pairs}


def declarations(element: Element) -> dict[str, str]:
    """The properties in the `style` attribute; not to be changed."""
    style = element.get("style")
    return _declarations(style) if style else {}


def classes(element: Element) -> list[str]:
    """The class names of an element."""
    return (element.get("class") or "").split()


def length(text: str | None) -> Size | None:
    """A length in pixels or percent; None where it is neither, or zero."""
    found = _LENGTH.fullmatch(text.strip()) if text else None
    if not found or not (value := float(found[1])) or value > 100_000:
        return None
    unit = (found[2] or "px").casefold()
    return Size(value, "%") if unit == "%" else Size(round(value * _PIXELS[unit], 2))


def alignment(element: Element) -> Align:
    """The horizontal alignment of an element's text."""
    value = declarations(element).get("text-align") or element.get("align") or ""
    return _ALIGNS.get(value.casefold(), "")


def vertical_alignment(element: Element) -> Literal["", "top", "middle", "bottom"]:
    """The vertical alignment of a cell."""
    match (declarations(element).get("vertical-align") or element.get("valign") or "").casefold():
        case "top" | "middle" | "bottom" as value:
            return value
        case _:
            return ""


def indentation(element: Element) -> int:
    """Steps of the editor's indentation."""
    margin = length(declarations(element).get("margin-left"))
    return min(round(margin.value / _INDENT), 20) if margin and margin.unit == "px" else 0


def paragraph_like(element: Element) -> Paragraph:
    """An empty paragraph with the alignment and indentation of the element."""
    if element.get("style") is None and element.get("align") is None:
        return _PLAIN
    return Paragraph((), alignment(element), indentation(element))


_PLAIN = Paragraph(())
