"""What all answers are made from."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Literal

from testsite.content import Content
from testsite.cursors import Cursors
from testsite.exchange import Refusal, Request
from testsite.media import Media
from testsite.model import Page, Space
from testsite.tokens import Token
from testsite.visibility import sees_space, visible

CLOUD_ID = "3b6c0a52-4e1d-4f0a-9a57-0c1d2e3f4a5b"


@dataclass(slots=True)
class State:
    """A running site. `origin` has no path, `context` is what is between it and the site: `/wiki` on Cloud."""

    kind: Literal["cloud", "datacenter"]
    content: Content
    tokens: list[Token]
    context: str
    anonymous: bool
    media: Media
    origin: str = ""
    gateway: str = ""
    elsewhere: str = ""
    polls: int = 1
    """How often a conversion says that it is still working."""
    version: str = "9.2.4"
    """Of Data Center."""
    cursors: Cursors = field(default_factory=Cursors)
    tasks: dict[str, tuple[int, str | None]] = field(default_factory=dict)
    """Conversions: how often they were asked for, and their result; None: it failed."""
    task_numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def base(self) -> str:
        """The site's base, as it is in `_links.base`."""
        return self.origin + self.context

    def has(self, page: Page) -> bool:
        """Whether such a site has such things: Data Center has no folders, whiteboards and the like."""
        return self.kind == "cloud" or page.kind in {"page", "blogpost"}

    def sees(self, request: Request, page: Page) -> bool:
        """Whether the caller may see a page."""
        return self.has(page) and page.id in visible(self.content, request.account)

    def page(self, request: Request, page_id: str, kinds: tuple[str, ...] = ()) -> Page:
        """A page that the caller may see; else 404."""
        page = self.content.find(page_id)
        if page is None or not self.sees(request, page) or (kinds and page.kind not in kinds):
            raise Refusal(404, "" if self.kind == "cloud" else f"No content found with id: ContentId{{id={page_id}}}")
        return page

    def space(self, request: Request, name: str) -> Space:
        """A space that the caller may see, by id or key; else 404."""
        space = self.content.space(name)
        if space is None or not sees_space(space, request.account):
            raise Refusal(404, "" if self.kind == "cloud" else f"No space with key : {name}")
        return space
