"""Content that Confluence wraps because ADF's schema has no place for it, and storage format inside ADF."""

from __future__ import annotations

import re
from html import unescape

from confluence_xpress.model import Text
from confluence_xpress.readers.adf.parse import parse
from confluence_xpress.readers.adf.reader import Nodes, Reader
from confluence_xpress.readers.adf.values import Node, mapping, string

_DEPTH = 20
"""Levels around storage format, which counts its own from there: the whole tree stays shallow enough to walk."""
_TAG = re.compile(r"<!\[CDATA\[|\]\]>|<[^>]*>")


def unwrap(reader: Reader, attrs: Node) -> Nodes | None:
    """The content of the wrappers `nested-table` and `legacy-content`; None if it is none of them, or has none."""
    settings = mapping(attrs.get("parameters"))
    for key in ("nestedContent", "adf"):
        value = settings.get(key)
        if isinstance(value, str):
            value = parse(value).value
        if isinstance(value, dict) and value.get("content"):
            return reader.nodes([value])
    if source := string(settings, "cxhtml"):
        return from_storage(reader, source)
    return None


def from_storage(reader: Reader, source: str) -> Nodes:
    """What a piece of storage format holds."""
    if reader.depth > _DEPTH:
        reader.report("markup-too-deep", "storage format deep inside other content is shown as plain text")
        return [Text(unescape(_TAG.sub(" ", source)))]
    # Late, since only pages that came from the old editor need the other reader.
    from confluence_xpress.readers.storage import read_storage  # noqa: PLC0415

    document, diagnostics = read_storage(source)
    reader.add(diagnostics)
    return list(document.content)
