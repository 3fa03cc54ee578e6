"""`excerpt-include`: an excerpt of another page."""

from __future__ import annotations

from confluence_xpress.bundle import Unavailable
from confluence_xpress.macros.call import Call, Expansion
from confluence_xpress.macros.context import Context
from confluence_xpress.macros.pages import named_page, not_included, page_link, page_name
from confluence_xpress.model import Panel

_PAGE = ("", "default-parameter", "page", "pageTitle")


def excerpt_include(call: Call, context: Context) -> Expansion:
    """The named or first excerpt: in a panel with the page's title, or plain in a line of text and with `nopanel`."""
    page = named_page(call, context, *_PAGE)
    name = call.get("name", "excerptName")
    plain = call.flag("nopanel") or context.inline
    what = f"The excerpt “{name}”" if name else "The excerpt"
    if page is None:
        return not_included(call, context, what, Unavailable("the macro names no page"))
    if isinstance(page, Unavailable):
        return not_included(call, context, f"{what} of “{page_name(call, *_PAGE)}”", page)
    content = context.excerpt(page, name)
    what = f"{what} of “{page.title}”"
    if content is None:
        return not_included(call, context, what, Unavailable("the page has no such excerpt"), page)
    if isinstance(content, Unavailable):
        return not_included(call, context, what, content, page)
    if plain:
        return content
    return (Panel("custom", content, title=(page_link(page, context),), show_icon=False),)
