"""`children`: the pages below a page, as a list of links."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from confluence_xpress.bundle import Page, Unavailable
from confluence_xpress.lookup import PENDING
from confluence_xpress.macros.call import Call, Expansion
from confluence_xpress.macros.context import Context
from confluence_xpress.macros.pages import named_page, not_included, page_link, page_name
from confluence_xpress.model import Blocks, BulletList, Heading, ListItem, PageRef, Paragraph, Text
from confluence_xpress.model.build import collapse
from confluence_xpress.model.text import block_text

_UNLIMITED = 1_000
_STYLES = {f"h{level}": level for level in range(1, 7)}


@dataclass(frozen=True, slots=True)
class _Listing:
    """How the list is made."""

    sort: Callable[[list[Page]], list[Page]]
    excerpt: Literal["", "simple", "rich"]
    style: int
    """Level of the headings that the first level of pages is shown as; 0: a list."""


def children(call: Call, context: Context) -> Expansion:
    """A nested list of links to the child pages, in page-tree order unless sorted; nothing if there are none."""
    root = named_page(call, context, "page")
    if root is None and call.flag("parent") and context.page.parent:
        root = context.site.page(PageRef(id=context.page.parent), context.page)
    if isinstance(root, Unavailable):
        return not_included(call, context, f"The list of pages below “{page_name(call, 'page')}”", root)
    root = root or context.page
    unlimited = call.flag("all", "allChildren")
    # The depth that is folded open at first is all that a list in print can show more.
    depth = max(call.number("depth", default=1), call.number("startDepth", default=1), 1)
    listing = _Listing(_order(call), _excerpt(call), _STYLES.get(call.get("style").casefold(), 0))
    first = call.number("first", default=0)

    pages = _children(call, context, root)
    pages = listing.sort(pages)[: first or None] if first >= 0 else listing.sort(pages)
    return _blocks(call, context, pages, listing, _UNLIMITED if unlimited else depth, {root.id})


def _blocks(call: Call, context: Context, pages: list[Page], listing: _Listing, depth: int, seen: set[str]) -> Blocks:
    items: list[Blocks] = []
    for page in pages:
        if page.id in seen:
            continue
        seen.add(page.id)
        below: Blocks = ()
        if depth > 1:
            nested = _Listing(listing.sort, listing.excerpt, 0)
            below = _blocks(call, context, listing.sort(_children(call, context, page)), nested, depth - 1, seen)
        link = (page_link(page, context),)
        title = Heading(listing.style, link) if listing.style else Paragraph(link)
        items.append((title, *_excerpt_of(context, page, listing), *below))
    if listing.style:
        return tuple(block for item in items for block in item)
    return (BulletList(tuple(ListItem(item) for item in items)),) if items else ()


def _children(call: Call, context: Context, page: Page) -> list[Page]:
    answer = context.site.children(page)
    if not isinstance(answer, Unavailable):
        return list(answer)
    if answer is not PENDING:
        call.report(
            "include-missing",
            f"the pages below “{page.title}” are not known, only exported ones are listed: {answer.reason}",
        )
    return list(context.site.directory.below.get(page.id, ()))


def _order(call: Call) -> Callable[[list[Page]], list[Page]]:
    # `sortAndReverse` is how old versions spelled it.
    by = call.get("sort", "sortAndReverse").casefold()
    reverse = call.flag("reverse")
    keys: dict[str, Callable[[Page], str]] = {
        "title": lambda page: page.title.casefold(),
        "creation": lambda page: page.created,
        "modified": lambda page: page.updated,
    }
    key = keys.get(by)

    def ordered(pages: list[Page]) -> list[Page]:
        result = sorted(pages, key=key) if key else list(pages)
        return result[::-1] if reverse else result

    return ordered


def _excerpt(call: Call) -> Literal["", "simple", "rich"]:
    wanted = call.get("excerptType", "excerpt").casefold()
    if wanted.startswith("rich"):
        return "rich"
    return "simple" if wanted in ("simple", "true", "yes") else ""


def _excerpt_of(context: Context, page: Page, listing: _Listing) -> Blocks:
    if not listing.excerpt:
        return ()
    content = context.excerpt(page, "")
    if content is None or isinstance(content, Unavailable):
        return ()
    if listing.excerpt == "rich":
        return content
    text = collapse(block_text(content)).strip()
    return (Paragraph((Text(text),)),) if text else ()
