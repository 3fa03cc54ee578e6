"""What a computed macro may use beyond its own parameters and body."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from confluence_xpress.bundle import Page, Unavailable
from confluence_xpress.lookup import Site
from confluence_xpress.macros.call import Call, Expansion, Otherwise
from confluence_xpress.model import Blocks

CYCLE = Unavailable("it includes itself")
"""The content of a page or excerpt that is being expanded already."""


class Context(Protocol):
    """The place where a computed macro stands."""

    @property
    def site(self) -> Site:
        """Questions to the bundle. An `Unavailable` answer may just mean: not fetched yet."""

    @property
    def page(self) -> Page:
        """The page the macro was written on (for included content: the included page)."""

    @property
    def inline(self) -> bool:
        """Whether the macro stands in a line with other text."""

    def content(self, page: Page) -> Blocks | Unavailable:
        """Another page's content, its macros expanded, its relative references made absolute; `CYCLE` in cycles."""

    def excerpt(self, page: Page, name: str) -> Blocks | Unavailable | None:
        """A page's excerpt of this name, or its first one if the name is empty, prepared like `content`.

        None: the page has no such excerpt.
        """


Computed = Callable[[Call, Context], Expansion | Otherwise]
"""A handler that needs more than the macro itself, such as other pages; the macro transform applies it."""
