"""Answers from content at hand: what all sources on disk have in common."""

from __future__ import annotations

import hashlib
import mimetypes
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol, assert_never
from unicodedata import normalize

from confluence_xpress.bundle import Answer, Attachment, Body, Media, Page, Pages, Unavailable, User
from confluence_xpress.diagnostics import Diagnostic
from confluence_xpress.needs import (
    AttachmentNeed,
    BodyNeed,
    ChildrenNeed,
    ImageNeed,
    JiraNeed,
    MacroNeed,
    Need,
    PageNeed,
    UserNeed,
)
from confluence_xpress.sources.source import SiteMap, Source

_NO_PAGE = Unavailable("the page is not in the export")
# Not the module's functions: they read the machine's own tables, and the same export must give the same PDF anywhere.
_TYPES = mimetypes.MimeTypes()


@dataclass(frozen=True, slots=True)
class Person:
    """A user by all the names that content may use for them."""

    name: str
    account_id: str = ""
    key: str = ""
    username: str = ""


class Content(Protocol):
    """Where the bodies and files are."""

    def body(self, page: Page) -> Body | Unavailable:
        """The page's body."""

    def file(self, page: Page, attachment: Attachment) -> Media | Unavailable:
        """The file's bytes. An attachment that the metadata does not list has only a title."""


class OfflineSource(Source):
    """A `Source` over a site map that is already in memory, and content that is read when asked for."""

    def __init__(
        self,
        site: SiteMap,
        content: Content,
        people: Iterable[Person] = (),
        diagnostics: tuple[Diagnostic, ...] = (),
    ) -> None:
        self._site = site
        self._content = content
        self._diagnostics = diagnostics
        self._by_id = {page.id: page for page in site.pages}
        self._by_title: dict[str, list[Page]] = defaultdict(list)
        self._children: dict[str, list[Page]] = defaultdict(list)
        self._by_file: dict[str, Page] = {}
        for page in site.pages:
            self._by_title[_fold(page.title)].append(page)
            if page.parent is not None:
                self._children[page.parent].append(page)
            for attachment in page.attachments:
                if attachment.file_id:
                    self._by_file.setdefault(attachment.file_id, page)
        self._last_named: tuple[str, Mapping[str, Attachment]] = ("", {})
        self._people: dict[str, Person] = {}
        for person in people:
            for name in (person.account_id, person.key, person.username.casefold()):
                if name:
                    self._people.setdefault(name, person)

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What could not be read in the source itself."""
        return self._diagnostics

    def pages(self) -> SiteMap:
        """All spaces and pages."""
        return self._site

    def fulfil(self, needs: Collection[Need]) -> Mapping[Need, Answer]:
        """An answer to every need."""
        return {need: self._answer(need) for need in needs}

    def digest(self, page: Page) -> str:
        """A checksum of the page's body and of the files that it lists."""
        body = self._content.body(page)
        total = hashlib.sha256(_bytes(f"{body.format}\n{body.value}" if isinstance(body, Body) else body.reason))
        for attachment in page.attachments:
            file = self._content.file(page, attachment)
            data = file.data if isinstance(file, Media) else _bytes(file.reason)
            # Checksums are of one length, so that no two lists of files look the same when put together.
            total.update(hashlib.sha256(data).digest())
        return total.hexdigest()

    def _answer(self, need: Need) -> Answer:
        match need:
            case BodyNeed():
                page = self._by_id.get(need.page_id)
                return self._content.body(page) if page else _NO_PAGE
            case PageNeed():
                return self._page(need) or _NO_PAGE
            case ChildrenNeed():
                if need.page_id not in self._by_id:
                    return _NO_PAGE
                return Pages(tuple(self._children.get(need.page_id, ())))
            case AttachmentNeed():
                return self._file(need)
            case UserNeed():
                return self._user(need)
            case MacroNeed():
                return Unavailable("only a running Confluence can show this macro, and the export was read offline")
            case ImageNeed():
                return Unavailable("it is only on the site, and the export was read offline")
            case JiraNeed():
                return Unavailable("issues are only in Jira, and the export was read offline")
            case _:
                assert_never(need)

    def _page(self, need: PageNeed) -> Page | None:
        if need.id:
            return self._by_id.get(need.id)
        space = need.space.casefold()
        titled = [
            page for page in self._by_title.get(_fold(need.title), ()) if not space or page.space.casefold() == space
        ]
        if need.day:
            day = need.day.replace("/", "-")
            return next((page for page in titled if page.created[:10] == day), None)
        # Pages have unique titles in their space; blog posts only within their day.
        return next((page for page in titled if page.kind != "blogpost"), titled[0] if titled else None)

    def _file(self, need: AttachmentNeed) -> Media | Unavailable:
        page = self._by_id.get(need.page_id)
        if need.file_id and (owner := self._by_file.get(need.file_id)):
            holder = page if page and any(a.file_id == need.file_id for a in page.attachments) else owner
            return self._content.file(holder, next(a for a in holder.attachments if a.file_id == need.file_id))
        if page is None:
            return _NO_PAGE
        if not need.filename:
            return Unavailable("no attachment with this id is in the export")
        name = normalize("NFC", need.filename)
        named = self._named(page)
        found = named.get(name) or named.get(name.casefold()) or Attachment(need.filename)
        return self._content.file(page, found)

    def _named(self, page: Page) -> Mapping[str, Attachment]:
        """The page's attachments by title and, where no title is just so, by title without regard to case."""
        if self._last_named[0] != page.id:
            # Files are asked for page by page, and a page may have thousands.
            titles = [(normalize("NFC", a.title), a) for a in reversed(page.attachments)]
            self._last_named = page.id, {title.casefold(): a for title, a in titles} | dict(titles)
        return self._last_named[1]

    def _user(self, need: UserNeed) -> User | Unavailable:
        # Authors of pages are asked for by whatever the source had, so each name is looked up as any kind.
        for name in (need.account_id, need.key, need.username):
            if name and (person := self._people.get(name) or self._people.get(name.casefold())):
                return User(person.name)
        return Unavailable("the export does not hold this person's name")


def guess_media_type(filename: str) -> str:
    """The media type that a file name suggests, or an empty string."""
    return _TYPES.guess_type(filename, strict=True)[0] or ""


def _fold(title: str) -> str:
    return normalize("NFC", title).casefold()


def _bytes(text: str) -> bytes:
    # JSON may hold halves of surrogate pairs.
    return text.encode("utf-8", "surrogatepass")
