"""The quick inspection of a part, as Typst wrote it."""

from __future__ import annotations

import io

import pikepdf

from confluence_xpress.typeset.inspect.exact import document_findings, page_findings
from confluence_xpress.typeset.inspect.finding import Finding
from confluence_xpress.typeset.inspect.screen import Screen
from confluence_xpress.typeset.raw import RawPdf


def inspect_part(
    pdf: bytes, raw: RawPdf | None = None, *, tagged: bool = True, private_links: bool = True
) -> tuple[Finding, ...]:
    """What `inspect_pdf` finds, in a PDF that Typst wrote: a quick look at all pages, an exact one at the suspects.

    `raw`: the same PDF, if it has been read already. `tagged` and `private_links`: see `inspect_pdf`. Bookmarks aren't
    looked at: Typst makes none that lead nowhere.
    """
    screen = Screen(raw or RawPdf(pdf), tagged=tagged, private_links=private_links)
    suspects = screen.suspects()
    embedded = screen.fonts_embedded()
    if not suspects and embedded:
        return ()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return (
            *(() if embedded else document_findings(document, private_links=private_links)),
            *page_findings(pdf, document, suspects, tagged=tagged, private_links=private_links),
        )
