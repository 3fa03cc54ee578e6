"""Typed access to JSON values of unknown shape: each function takes anything and gives the type it promises."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence

from confluence_xpress.model.color import normal_color

Node = Mapping[str, object]

_UNPRINTABLE = re.compile("[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_NOTHING: Node = {}
_OBJECT = {dict}
_COLOR_LENGTH = 200
"""Longest colour that is looked at: a token with its fallback has some 60 characters."""


def clean(text: str) -> str:
    """The text without control characters; halves of surrogate pairs, which are no characters, show as U+FFFD."""
    if text.isprintable():
        return text
    return _UNPRINTABLE.sub(lambda found: "\ufffd" if "\ud800" <= found[0] <= "\udfff" else "", text)


def mapping(value: object) -> Node:
    """The value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else _NOTHING


def attributes(node: Node) -> Node:
    """A node's or mark's attributes."""
    return mapping(node.get("attrs"))


def to_text(value: object) -> str:
    """Any value as text: null is '', and what is no scalar is JSON."""
    if isinstance(value, str):
        return clean(value)
    if value is None:
        return ""
    if isinstance(value, (bool, dict, list)):
        return to_json_text(value)
    return str(value)


def to_json_text(value: object) -> str:
    """JSON; '' where it is nested too deeply to be anybody's settings."""
    try:
        return clean(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
    except RecursionError:
        return ""


def string(attrs: Node, key: str) -> str:
    """An attribute that should be a text; numbers count, anything else is ''."""
    value = attrs.get(key)
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    return ""


def number(attrs: Node, key: str) -> float | None:
    """An attribute that should be a number; numeric texts count, anything else is None."""
    return to_number(attrs.get(key))


def to_number(value: object) -> float | None:
    """A finite number, or None."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        result = float(value)
    except (ValueError, OverflowError):
        return None
    return result if math.isfinite(result) else None


def whole(attrs: Node, key: str, default: int, low: int, high: int) -> int:
    """A whole number within bounds; the default where it is none."""
    value = number(attrs, key)
    return default if value is None else int(min(max(value, low), high))


def color(attrs: Node, key: str) -> str:
    """A colour as `#rrggbb`, or ''."""
    value = attrs.get(key)
    return normal_color(value) if isinstance(value, str) and len(value) <= _COLOR_LENGTH else ""


def items(value: object) -> Sequence[object]:
    """What should be a list: its items, those of lists in it too; anything else as the only item, null as none."""
    if isinstance(value, list) and set(map(type, value)) <= _OBJECT:
        return value
    found: list[object] = []
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, list):
            stack.extend(reversed(item))
        elif item is not None:
            found.append(item)
    return found


def marks(node: Node) -> Iterator[tuple[str, Node]]:
    """A node's marks: kind and attributes of each."""
    for mark in items(node.get("marks")):
        if isinstance(mark, dict):
            yield string(mark, "type"), attributes(mark)
        elif isinstance(mark, str):
            yield clean(mark), _NOTHING


def flat_text(value: object) -> str:
    """All text below a node, however deep, in reading order and with spaces between the pieces."""
    pieces: list[str] = []
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, list):
            stack.extend(reversed(item))
        elif isinstance(item, dict):
            attrs = attributes(item)
            texts = (string(attrs, key) for key in ("title", "text", "alt", "url"))
            pieces += [text for text in (string(item, "text"), *texts) if text.strip()]
            stack.append(item.get("content"))
        elif isinstance(item, str) and item.strip():
            pieces.append(clean(item))
    return " ".join(pieces)
