"""What is printed of things in the page tree that have no body: folders, whiteboards, databases and embeds."""

from __future__ import annotations

from confluence_xpress.bundle import Page
from confluence_xpress.diagnostics import Diagnostic
from confluence_xpress.lookup import Site
from confluence_xpress.model import Card, Document, Notice, Text, Url
from confluence_xpress.transforms.urls import is_safe, tidy

_MESSAGES = {
    "whiteboard": "This whiteboard can only be seen in Confluence.",
    "database": "This database can only be seen in Confluence.",
    "embed": "This entry of the page tree shows a page of another site.",
}


def without_body(page: Page, site: Site) -> tuple[Document, tuple[Diagnostic, ...]]:
    """The content of a page without a body: of a folder none, of all others what they are, and a link to it."""
    message = _MESSAGES.get(page.kind, "")
    if not message:
        return Document(), ()
    lost = Diagnostic(
        "content-link-only",
        f"of the {page.kind} “{page.title}” only the title and a link are shown",
        place=page.kind,
        hint="Pass on what it shows beside the PDF, or put it into a page.",
    )
    base = site.base(page.space)
    href = tidy(page.url)
    if not href and base and page.space and page.kind != "embed":
        href = f"{base}/spaces/{page.space}/{page.kind}/{page.id}"
    if not href or not is_safe(href):
        return Document((Notice(message),)), (lost,)
    return Document((Card(Url(href), "block", (Text(message),)),)), (lost,)
