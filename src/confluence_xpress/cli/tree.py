"""A document as an indented outline for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from confluence_xpress.model import Document
from confluence_xpress.model.json import to_json


def tree_lines(document: Document) -> Iterator[str]:
    """One line for each node: its class, its plain values, its children below it."""
    return _node(to_json(document), "")


def _node(node: dict[str, Any], indent: str) -> Iterator[str]:
    plain = {k: v for k, v in node.items() if k != "t" and not _holds_nodes(v)}
    shown = " ".join(f"{key}={_short(value)}" for key, value in plain.items() if value != [])
    yield f"{indent}{node['t']} {shown}".rstrip()
    for key, value in node.items():
        if key == "t" or not _holds_nodes(value):
            continue
        children = value if isinstance(value, list) else [value]
        inner = indent + "  "
        if key not in ("content", "items", "rows", "cells", "columns"):
            yield f"{inner}.{key}"
            inner += "  "
        for child in children:
            if isinstance(child, dict):
                yield from _node(child, inner)


def _holds_nodes(value: object) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and any(isinstance(item, dict) for item in value))


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 100 else text[:97] + "…" + text[0]
