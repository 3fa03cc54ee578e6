"""The natural size of an SVG."""

from __future__ import annotations

import math
import re

from lxml import etree

from confluence_xpress.transforms.media.picture import number

DEFAULT = (300.0, 150.0)
"""CSS 2.1 section 10.3.2: what browsers take for an image that states no size."""
_LENGTH = re.compile(r"\s*\+?(\d*\.?\d+(?:[eE][+-]?\d+)?)\s*([a-zA-Z%]*)\s*$")
_PIXELS = {"": 1.0, "px": 1.0, "pt": 4 / 3, "pc": 16.0, "in": 96.0, "cm": 96 / 2.54, "mm": 9.6 / 2.54, "q": 2.4 / 2.54}
_PIXELS |= {"em": 16.0, "rem": 16.0, "ex": 8.0, "ch": 8.0}
_SMALLEST, _LARGEST = 1.0, 20_000.0


def natural_size(root: etree._Element) -> tuple[float, float]:
    """Width and height in CSS pixels; they are also written to the root, so that the typesetter sees the same."""
    box = _view_box(root.get("viewBox", ""))
    width, height = _length(root.get("width", "")), _length(root.get("height", ""))
    if width and height:
        size = (width, height)
    elif box:
        ratio = box[1] / box[0]
        size = (width, width * ratio) if width else (height / ratio, height) if height else box
    else:
        size = (width or DEFAULT[0], height or DEFAULT[1])
    if box is None:
        root.set("viewBox", f"0 0 {number(size[0])} {number(size[1])}")
    factor = min(1.0, _LARGEST / max(size))
    final = (max(_SMALLEST, size[0] * factor), max(_SMALLEST, size[1] * factor))
    root.set("width", number(final[0]))
    root.set("height", number(final[1]))
    return final


def _length(text: str) -> float | None:
    """A length in CSS pixels; None for percentages (of what, an image can't know) and for what is no length."""
    found = _LENGTH.match(text)
    if not found or found[2].lower() not in _PIXELS:
        return None
    value = float(found[1]) * _PIXELS[found[2].lower()]
    return value if 0 < value < math.inf else None


def _view_box(text: str) -> tuple[float, float] | None:
    try:
        numbers = [float(part) for part in text.replace(",", " ").split()]
    except ValueError:
        return None
    if len(numbers) != 4 or not all(map(math.isfinite, numbers)) or numbers[2] <= 0 or numbers[3] <= 0:
        return None
    return numbers[2], numbers[3]
