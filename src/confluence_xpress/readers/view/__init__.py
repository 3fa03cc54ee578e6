"""The view reader: HTML that Confluence rendered, or any other HTML, becomes a document."""

from __future__ import annotations

from lxml import etree
from lxml.etree import _Element as Element

from confluence_xpress.diagnostics import Diagnostic
from confluence_xpress.model import Document
from confluence_xpress.readers.html.clean import clean, without_forbidden_references
from confluence_xpress.readers.html.convert import Converter
from confluence_xpress.readers.html.repair import repair
from confluence_xpress.readers.view.elements import ELEMENTS, HIDDEN

__all__ = ["read_view"]


def read_view(value: str) -> tuple[Document, tuple[Diagnostic, ...]]:
    """The document in a body of rendered HTML, and what was found on the way. Never raises on content.

    Of a whole HTML page only the body counts; of a page from an HTML export only its main content.
    """
    root = _parse(without_forbidden_references(clean(value)))
    converter = Converter(ELEMENTS, HIDDEN)
    main = next((e for e in root.iter(etree.Element) if e.get("id") == "main-content"), root)
    content = converter.blocks(main)
    return Document(content), tuple(converter.diagnostics)


def _parse(text: str) -> Element:
    # The fast parser stops at deep nesting, and takes CDATA sections for comments.
    if "<![CDATA[" not in text:
        parser = etree.HTMLParser(no_network=True, remove_comments=True, remove_pis=True, huge_tree=False)
        root = etree.fromstring(f"<html><body>{text}</body></html>", parser)
        if root is not None and not any(error.level == etree.ErrorLevels.FATAL for error in parser.error_log):
            return root
    return repair(text)
