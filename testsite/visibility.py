"""Who may see what."""

from __future__ import annotations

from testsite.content import Content
from testsite.model import Page, Space


def sees_space(space: Space, account: str | None) -> bool:
    """Whether somebody (None: anonymous) may see a space."""
    return space.readers is None or account in space.readers


def operations(content: Content, account: str | None, space: Space | None = None) -> list[dict[str, str]]:
    """What somebody (None: anonymous) may do with a space or, without one, with the site."""
    known = content.users.get(account or "")
    site_admin = known is not None and known.admin
    target, usual = ("space", "read") if space else ("application", "use")
    may = [usual]
    if site_admin or (space and account in space.admins):
        may.append("administer")
    return [{"operation": name, "targetType": target} for name in may]


def visible(content: Content, account: str | None) -> frozenset[str]:
    """The ids of all that somebody (None: anonymous) may see: restrictions count for all that is below, too."""
    return content.remember(("visible", account), lambda: _visible(content, account))


def _visible(content: Content, account: str | None) -> frozenset[str]:
    known: dict[str, bool] = {}
    for start in content.pages():
        chain: dict[str, Page] = {}
        page: Page | None = start
        while page is not None and page.id not in known and page.id not in chain:
            chain[page.id] = page
            page = content.find(page.parent) if page.parent else None
        may = known.get(page.id, True) if page else True
        for link in reversed(chain.values()):
            may = may and _sees(content, link, account)
            known[link.id] = may
    return frozenset(page_id for page_id, may in known.items() if may)


def _sees(content: Content, page: Page, account: str | None) -> bool:
    """Whether nothing about the page itself stands against it."""
    space = content.spaces.get(page.space)
    return (
        (space is None or sees_space(space, account))
        and (page.readers is None or account in page.readers)
        and (page.status != "draft" or account == page.author)
    )
