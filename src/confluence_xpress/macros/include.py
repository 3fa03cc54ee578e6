"""`include`: another page's whole content."""

from __future__ import annotations

from confluence_xpress.bundle import Unavailable
from confluence_xpress.macros.call import Call, Expansion
from confluence_xpress.macros.context import Context
from confluence_xpress.macros.pages import named_page, not_included, page_name, printed
from confluence_xpress.model.walk import rewrite_blocks

_PAGE = ("", "default-parameter", "page", "pageTitle", "title")


def include(call: Call, context: Context) -> Expansion:
    """The page's content as that page shows it, or a notice."""
    page = named_page(call, context, *_PAGE)
    if page is None:
        return not_included(call, context, "", Unavailable("the include macro names no page"))
    if isinstance(page, Unavailable):
        return not_included(call, context, f"“{page_name(call, *_PAGE)}”", page)
    content = context.content(page)
    if isinstance(content, Unavailable):
        return not_included(call, context, f"“{page.title}”", content, page)
    # An included page's excerpts and properties are its own, not those of the page that includes it.
    return rewrite_blocks(content, printed)
