"""Readers: a body becomes a document and diagnostics. They never raise on content."""

from __future__ import annotations

from confluence_xpress.bundle import Body
from confluence_xpress.diagnostics import Diagnostic
from confluence_xpress.model import Document
from confluence_xpress.readers.adf import read_adf
from confluence_xpress.readers.storage import read_storage
from confluence_xpress.readers.view import read_view

_READERS = {"storage": read_storage, "adf": read_adf, "view": read_view}


def read(body: Body) -> tuple[Document, tuple[Diagnostic, ...]]:
    """The document in a page body of any format, and what was found on the way."""
    return _READERS[body.format](body.value)
