"""Pages as macro parameters name them, and what is shown of pages that can't be had."""

from __future__ import annotations

import re

from confluence_xpress.bundle import Page, Unavailable
from confluence_xpress.lookup import PENDING
from confluence_xpress.macros.call import Call, Expansion
from confluence_xpress.macros.context import CYCLE, Context
from confluence_xpress.model import (
    Block,
    Blocks,
    Excerpt,
    Link,
    Notice,
    PageProperties,
    PageRef,
    Paragraph,
    Placeholder,
    Text,
    Url,
)

_IN_SPACE = re.compile(r"(~?[\w.-]+):(\S.*)")
_POSTED = re.compile(r"/(\d{4})/(\d{2})/(\d{2})/(.+)")


def named_page(call: Call, context: Context, *names: str) -> Page | Unavailable | None:
    """The page in the first of these parameters that is there: a nested reference, `Title`, `SPACE:Title`,
    `SPACE:/2024/01/31/Title` or `@self`, `@parent`, `@home`. None if no page is named.
    """
    space, value = call.get("spaceKey", "space"), call.get(*names)
    reference = call.reference(PageRef, *names)
    if reference is not None:
        return context.site.page(reference, context.page)
    if not value:
        return None
    answer: Page | Unavailable = Unavailable("no such page")
    for candidate in _candidates(value, space, context):
        answer = context.site.page(candidate, context.page)
        if isinstance(answer, Page) or answer is PENDING:
            break
    return answer


def page_name(call: Call, *names: str) -> str:
    """What the parameter says, for messages."""
    reference = call.reference(PageRef, *names)
    return (reference.title or f"page {reference.id}") if reference else call.get(*names)


def page_link(page: Page, context: Context) -> Link:
    """A link that shows the page's title."""
    exported = context.site.selected(page.id) is not None
    return Link(PageRef(id=page.id) if exported or not page.url else Url(page.url), (Text(page.title or page.id),))


def not_included(call: Call, context: Context, name: str, reason: Unavailable, page: Page | None = None) -> Expansion:
    """The visible notice in place of included content, with a link to the page if there is one; reports it."""
    message = f"{name} is not included here: {reason.reason}" if name else f"Nothing is included here: {reason.reason}"
    code = "include-cycle" if reason is CYCLE else "include-missing"
    hint = "" if reason is CYCLE else "Check that the page exists and that you may view it."
    call.report(code, message, hint)
    if context.inline:
        return (page_link(page, context) if page else Placeholder(message),)
    content: Blocks = (Paragraph((page_link(page, context),)),) if page else ()
    return (Notice(message, content),)


def printed(block: Block) -> Blocks:
    """What is printed of a block on its own page: of excerpts and page properties the content or, hidden, nothing."""
    if isinstance(block, Excerpt | PageProperties):
        return () if block.hidden else block.content
    return (block,)


def _candidates(value: str, space: str, context: Context) -> list[PageRef]:
    page = context.page
    if value.casefold() == "@self":
        return [PageRef()]
    if value.casefold() == "@parent":
        return [PageRef(id=page.parent)] if page.parent else []
    if value.casefold() == "@home":
        known = context.site.space(space or page.space)
        return [PageRef(id=known.homepage)] if known and known.homepage else []
    whole = _titled(value, space)
    match = _IN_SPACE.fullmatch(value)
    if match is None or space:
        return [whole]
    inside = _titled(match[2], match[1])
    # A colon may just be part of the title.
    return [inside, whole] if context.site.space(match[1]) else [whole, inside]


def _titled(title: str, space: str) -> PageRef:
    posted = _POSTED.fullmatch(title)
    if posted:
        return PageRef(title=posted[4], space=space, day="-".join(posted.groups()[:3]))
    return PageRef(title=title, space=space)
