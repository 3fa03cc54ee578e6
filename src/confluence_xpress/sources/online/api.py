"""What Confluence is asked, whichever kind it is. Cloud and Data Center each have their own way to answer."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from confluence_xpress.bundle import Answer, Attachment, Body, Media, Page, Space, Unavailable, User
from confluence_xpress.diagnostics import Diagnostic
from confluence_xpress.needs import JiraNeed, MacroNeed, UserNeed


@dataclass(frozen=True, slots=True)
class Extent:
    """What is wanted beyond the current pages of a tree or space. `drafts`: what the caller has not published yet."""

    archived: bool = False
    drafts: bool = False
    blogposts: bool = False


@dataclass(frozen=True, slots=True)
class SpaceRecord:
    """A space and the id that the site knows it by, if that is not its key."""

    space: Space
    id: str = ""


@dataclass(frozen=True, slots=True)
class FileRecord:
    """A file of a page. `modified` is when its current version was made (ISO 8601)."""

    id: str
    attachment: Attachment
    modified: str = ""
    path: str = ""
    """Where its bytes are, below the base URL; empty where its id tells."""


@dataclass(frozen=True, slots=True)
class Details:
    """Labels and files of pages, by the pages' ids. A page that is missing was not found by the search."""

    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    files: Mapping[str, tuple[FileRecord, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a page: its number and when it was made (ISO 8601)."""

    number: int
    created: str


@dataclass(frozen=True, slots=True)
class Found:
    """What a search finds. `kind` is Confluence's word: page, blogpost, attachment, comment …"""

    id: str
    kind: str


Tell = Callable[[str, int, int], None]
"""Told, in any thread, of the stages “reading” and “details”: how many pages so far, of how many if that is known."""


class Api(Protocol):
    """The reads of one deployment. All raise what `Connection` raises, unless they say otherwise.

    Pages come with their space's key, without labels and files: those are `details`.
    """

    problems: list[Diagnostic]
    """What was not told on the way."""

    def space(self, key: str) -> SpaceRecord:
        """A space by its key. GoneError if there is none that the caller may see."""

    def space_pages(self, space: SpaceRecord, extent: Extent) -> list[Page]:
        """All that is in the tree of a space, in any order, and its blog posts if they are wanted."""

    def tree(self, root: Page, depth: int | None, extent: Extent) -> list[Page]:
        """A page and what is below it, `depth` levels down."""

    def pages(self, ids: Collection[str]) -> dict[str, Page]:
        """Pages, posts, folders and so on by their ids; those that the caller can't see are missing."""

    def unpublished(self, page_id: str) -> Page | None:
        """A page that the caller has never published, by its id."""

    def find(self, space: str, title: str, day: str) -> Page | None:
        """The page of a title; with a day (ISO), the blog post of that day."""

    def children(self, page: Page) -> list[Page]:
        """What is directly below a page, in page-tree order."""

    def details(self, pages: Sequence[Page]) -> Details:
        """Labels and files of pages."""

    def files(self, page: Page) -> list[FileRecord]:
        """The files of one page, exactly as they are now."""

    def bodies(self, pages: Sequence[Page]) -> dict[str, tuple[Body | Unavailable, int | None]]:
        """Current bodies by page id, each with its version; pages that the caller can't see are missing."""

    def body_at(self, page: Page) -> Body | Unavailable:
        """The body of just the page's version, or of its draft."""

    def file(self, page: Page, record: FileRecord, *, most: int) -> Media:
        """The bytes of a file's version, at most so many."""

    def image(self, url: str, *, most: int) -> Media:
        """An image that Confluence itself has put into a rendering."""

    def users(self, needs: Iterable[UserNeed]) -> dict[UserNeed, User | Unavailable]:
        """People's names."""

    def macro(self, need: MacroNeed, page: Page) -> Body:
        """A macro as Confluence renders it."""

    def search(self, cql: str, most: int) -> list[Found]:
        """What a query finds, in its order."""

    def versions(self, page: Page) -> list[Version]:
        """All versions of a page, in any order."""

    def at_version(self, page: Page, number: int) -> Page:
        """The page as it was in a version."""

    def draft(self, page: Page) -> Page | None:
        """The caller's unpublished changes of a page; None if there are none."""

    def file_at(self, record: FileRecord, moment: str) -> FileRecord | None:
        """The version of a file that was current at a moment (ISO 8601); None if there was none."""

    def issues(self, need: JiraNeed) -> Answer:
        """Jira issues, if Jira answers to the same credentials."""
