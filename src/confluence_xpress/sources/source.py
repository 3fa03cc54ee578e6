"""What a source is: it names its pages and answers needs. Offline and online sources look the same from here."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Protocol

from confluence_xpress.bundle import Answer, Page, Space
from confluence_xpress.diagnostics import Diagnostic
from confluence_xpress.needs import Need


@dataclass(frozen=True, slots=True)
class SiteMap:
    """The metadata of every page of a source, in reading order.

    A parent is always the id of an earlier page or None, so one pass over `pages` sees every tree from the top.
    """

    spaces: tuple[Space, ...]
    pages: tuple[Page, ...]


class Source(Protocol):
    """Content that can be exported."""

    def pages(self) -> SiteMap:
        """All spaces and the metadata of all their current pages and blog posts."""

    def fulfil(self, needs: Collection[Need]) -> Mapping[Need, Answer]:
        """An answer to every need; `Unavailable` with its reason where there is none."""

    def digest(self, page: Page) -> str:
        """A checksum of a page's body and files; asked for where metadata can't tell whether they changed."""

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What could not be read in the source itself."""
