"""The storage-format reader: Confluence's own XHTML becomes a document."""

from __future__ import annotations

from confluence_xpress.diagnostics import Diagnostic
from confluence_xpress.model import Document
from confluence_xpress.readers.html.convert import Converter
from confluence_xpress.readers.storage.elements import ELEMENTS, HIDDEN
from confluence_xpress.readers.storage.parse import parse_storage

__all__ = ["read_storage"]


def read_storage(value: str) -> tuple[Document, tuple[Diagnostic, ...]]:
    """The document in a storage-format body, and what was found on the way. Never raises on content."""
    root, repaired = parse_storage(value)
    converter = Converter(ELEMENTS, HIDDEN)
    if repaired:
        converter.report("markup-repaired", "the page's mark-up was not well formed and was repaired")
    content = converter.blocks(root)
    return Document(content), tuple(converter.diagnostics)
