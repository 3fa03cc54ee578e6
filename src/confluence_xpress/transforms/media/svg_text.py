"""HTML inside an SVG (`foreignObject`), which only browsers draw, as SVG text."""

from __future__ import annotations

import re
import textwrap

from lxml import etree

_SVG = "{http://www.w3.org/2000/svg}"
_BREAKS = frozenset(("address", "blockquote", "br", "dd", "div", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li"))
_BREAKS |= {"ol", "p", "pre", "section", "table", "tr", "ul"}
_STYLE = {
    name: re.compile(rf"(?:^|[;\s]){name}\s*:\s*([^;]+)", re.IGNORECASE) for name in ("font-size", "color", "width")
}
_NUMBER = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(?:px)?\s*$")
_COLOR = re.compile(r"#[0-9a-fA-F]{3,8}|rgba?\([\d\s.,%]+\)|[a-zA-Z]+")
_SIZE = 14.0
_CHARACTER = 0.52
"""Mean width of a character in em."""
_LINE = 1.25
"""Line height in em."""


def replace_foreign_object(element: etree._Element) -> bool:
    """Puts its text in its place, or into the alternative that stands beside it in a `switch`.

    Returns whether the drawing itself has an alternative, so that nothing but HTML's looks is gone.
    """
    parent = element.getparent()
    if parent is None:
        return True
    text = _text(element)
    alternative = next((child for child in parent if child is not element), None) if _is(parent, "switch") else None
    if alternative is None:
        replacement = _centred(element, text)
        replacement.tail = element.tail
        parent.replace(element, replacement)
        return not text
    parent.remove(element)
    label = alternative if _is(alternative, "text") else alternative.find(f"{_SVG}text")
    # draw.io cuts the alternative's text short
    if label is not None and text and "".join(map(str, label.itertext())).rstrip(".… ") != " ".join(text):
        width = _number(_style(element, "width"))
        size = _number(label.get("font-size", "")) or _SIZE
        _fill(label, _wrap(text, width or 0.0, size), label.get("x", "0"), _number(label.get("y", "")) or 0.0, size)
    return True


def _is(element: etree._Element, name: str) -> bool:
    return bool(element.tag == _SVG + name)


def _text(element: etree._Element) -> list[str]:
    """The lines of the HTML, white space collapsed."""
    parts: list[str] = []
    for event, node in etree.iterwalk(element, events=("start", "end")):
        if not isinstance(node.tag, str):
            continue
        if etree.QName(node).localname in _BREAKS:
            parts.append("\n")
        if event == "start" and etree.QName(node).localname not in ("script", "style"):
            parts.append(" ".join((node.text or "").split("\n")))
        if event == "end" and node is not element:
            parts.append(" ".join((node.tail or "").split("\n")))
    return [" ".join(line.split()) for line in "".join(parts).split("\n") if line.strip()]


def _style(element: etree._Element, name: str) -> str:
    """The innermost value of a CSS property in the HTML's `style` attributes."""
    value = ""
    for node in element.iter(etree.Element):
        found = _STYLE[name].search(node.get("style", ""))
        if found:
            value = found[1].strip()
    return value


def _number(text: str) -> float | None:
    found = _NUMBER.match(text)
    return float(found[1]) if found else None


def _wrap(lines: list[str], width: float, size: float) -> list[str]:
    if width <= 0:
        return lines
    columns = max(4, round(width / (size * _CHARACTER)))
    return [part for line in lines for part in textwrap.wrap(line, columns, break_long_words=False) or [line]]


def _centred(element: etree._Element, text: list[str]) -> etree._Element:
    x, y = _number(element.get("x", "")) or 0.0, _number(element.get("y", "")) or 0.0
    width, height = _number(element.get("width", "")) or 0.0, _number(element.get("height", "")) or 0.0
    size = _number(_style(element, "font-size")) or _SIZE
    lines = _wrap(text, width * 1.1, size)
    color = _style(element, "color")
    label = etree.Element(
        f"{_SVG}text",
        {
            "font-size": f"{size:g}",
            "text-anchor": "middle" if width else "start",
            "fill": color if _COLOR.fullmatch(color) else "#172b4d",
            "stroke": "none",
        },
    )
    if "transform" in element.attrib:
        label.set("transform", element.get("transform", ""))
    middle = y + height / 2 if height else y + size * len(lines) * _LINE / 2
    _fill(label, lines, f"{x + width / 2:g}", middle + size * 0.35, size)
    return label


def _fill(label: etree._Element, lines: list[str], x: str, baseline: float, size: float) -> None:
    """Sets the lines around a base line that is the middle one's."""
    for child in list(label):
        label.remove(child)
    label.text = None
    first = baseline - (len(lines) - 1) * size * _LINE / 2
    for index, line in enumerate(lines):
        span = etree.SubElement(label, f"{_SVG}tspan", {"x": x, "y": f"{first + index * size * _LINE:g}"})
        span.text = line
