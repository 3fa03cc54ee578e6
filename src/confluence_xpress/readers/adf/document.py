"""The whole of an ADF document."""

from __future__ import annotations

from confluence_xpress.diagnostics import Diagnostic
from confluence_xpress.model import Blocks, Document, Text
from confluence_xpress.model.build import to_blocks
from confluence_xpress.readers.adf.handlers import HANDLERS
from confluence_xpress.readers.adf.marks import KNOWN_MARKS
from confluence_xpress.readers.adf.parse import parse
from confluence_xpress.readers.adf.reader import Reader
from confluence_xpress.readers.adf.values import clean, mapping, string, to_text


def read_adf(value: str) -> tuple[Document, tuple[Diagnostic, ...]]:
    """The document in a JSON text (also JSON in a JSON string, as REST answers have it), and the findings.

    Never raises on content. What is no ADF is reported as `page-body-unreadable`, and shown as far as possible.
    """
    if not value.strip():
        return Document(), ()
    reader = Reader(HANDLERS, KNOWN_MARKS)
    parsed = parse(value)
    if parsed.error:
        message = f"the page body is not valid JSON ({parsed.error}); what can be made out is shown"
        reader.report("page-body-unreadable", message)
    elif string(mapping(parsed.value), "type") != "doc":
        reader.report("page-body-unreadable", "the page body is no ADF document; what can be made out is shown")
    blocks: Blocks
    match parsed.value:
        case dict() as root if string(root, "type") in ("doc", ""):
            blocks = reader.blocks(root.get("content"))
        case dict() | list() as root:
            blocks = reader.blocks(root)
        case scalar:
            blocks = to_blocks([Text(clean(value) if parsed.error else to_text(scalar))])
    return Document(blocks), reader.diagnostics
