"""What a source is: it names its pages and answers needs. Offline and online sources look the same from here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from confluence_xpress.bundle import Answer, Page, Space
from confluence_xpress.diagnostics import Diagnostic
from confluence_xpress.needs import Need

Progress = Callable[[int, int], None]
"""Called, in any thread, with how much is done and how much there is."""


@dataclass(frozen=True, slots=True)
class SiteMap:
    """The metadata of every page of a source, in reading order.

    A parent is always the id of an earlier page or None, so one pass over `pages` sees every tree from the top.
    """

    spaces: tuple[Space, ...]
    pages: tuple[Page, ...]
    as_of: str = ""
    """The moment (ISO 8601) that the pages are of; empty: now."""


class Source(Protocol):
    """Content that can be exported. What has a default is inherited."""

    def pages(self) -> SiteMap:
        """All spaces and the metadata of all their current pages and blog posts."""

    def fulfil(self, needs: Collection[Need]) -> Mapping[Need, Answer]:
        """An answer to every need; `Unavailable` with its reason where there is none."""

    def expect(self, pages: Sequence[Page], progress: Progress) -> None:
        """Tells which pages will be asked for, in which order: a source that fetches begins with them.

        `progress` is then called with how many of them it has fetched, and how many there are. By default, nothing.
        """
        del pages, progress

    def close(self) -> None:
        """Ends what is on its way. Nothing is asked for any more. By default, nothing."""
        return

    @property
    def concurrent(self) -> bool:
        """Whether needs may be given to it, and are best given to it, in several threads at once. By default, no."""
        return False

    def digest(self, page: Page) -> str:
        """A checksum of a page's body and files; asked for where metadata can't tell whether they changed."""

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What could not be read in the source itself."""
