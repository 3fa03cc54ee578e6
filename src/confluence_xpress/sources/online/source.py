"""A Confluence site as a source: what an export needs is fetched with the caller's rights, and no more than that."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import assert_never
from unicodedata import normalize

from confluence_xpress.bundle import Answer, Body, Page, Pages, Unavailable, User
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
from confluence_xpress.sources import limits
from confluence_xpress.sources.online.ahead import Ahead, Fetch
from confluence_xpress.sources.online.api import Api
from confluence_xpress.sources.online.attempts import GONE, Attempts
from confluence_xpress.sources.online.files import Files
from confluence_xpress.sources.online.http.connection import Connection
from confluence_xpress.sources.online.outline import Outline
from confluence_xpress.sources.source import Progress, SiteMap, Source

_NO_PAGE = Unavailable("there is no such page, or you may not view it")


class OnlineSource(Source):
    """A `Source` over a site. `outline`: the pages that were selected and what is known about them.

    Answers may be asked for in several threads at once.
    """

    def __init__(self, connection: Connection, api: Api, outline: Outline) -> None:
        self._connection = connection
        self._api = api
        self._outline = outline
        self._by_id = {page.id: page for page in outline.site.pages}
        self._by_title = {(page.space.casefold(), _fold(page.title)): page for page in reversed(outline.site.pages)}
        self._below: dict[str, list[Page]] = {}
        for page in outline.site.pages:
            if page.parent is not None:
                self._below.setdefault(page.parent, []).append(page)
        self._ahead: Ahead | None = None
        self._people: dict[UserNeed, User | Unavailable] = {}
        self._attempts = Attempts(outline.diagnostics)
        self._files = Files(connection, api, outline, self._attempts)
        self._lock = threading.RLock()

    def close(self) -> None:
        """End all that is on its way."""
        if self._ahead:
            self._ahead.close()
        self._connection.close()

    # Source.

    @property
    def concurrent(self) -> bool:
        """It waits for the network most of the time."""
        return True

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What could not be had of the site itself."""
        return self._attempts.problems

    def pages(self) -> SiteMap:
        """The spaces and pages among which was selected."""
        return self._outline.site

    def expect(self, pages: Sequence[Page], progress: Progress) -> None:
        """Begin to fetch what these pages need, in this order."""
        if self._ahead:
            self._ahead.close()
        self._ahead = Ahead(pages, Fetch(self._bodies, self._own_file, self._meet), progress)

    def digest(self, page: Page) -> str:
        """A checksum of a page's body; asked for only where a page has neither version nor date."""
        body = self._body(BodyNeed(page.id))
        text = body.value if isinstance(body, Body) else body.reason
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

    def fulfil(self, needs: Collection[Need]) -> Mapping[Need, Answer]:
        """An answer to every need. Raises what ends an export: SignInError, and XPressError if the site is gone."""
        kinds: dict[type, list[Need]] = {}
        for need in needs:
            kinds.setdefault(type(need), []).append(need)
        answers: dict[Need, Answer] = {}
        bodies = [need for need in kinds.pop(BodyNeed, []) if isinstance(need, BodyNeed)]
        people = [need for need in kinds.pop(UserNeed, []) if isinstance(need, UserNeed)]
        pages = [need for need in needs if isinstance(need, PageNeed) and need.id]
        answers |= self._several_bodies(bodies)
        answers |= self._names(people)
        answers |= self._several_pages(pages)
        rest = [need for group in kinds.values() for need in group if need not in answers]
        answers |= dict(zip(rest, self._connection.map(self._answer, rest), strict=True))
        return {need: answers[need] for need in needs}

    def _answer(self, need: Need) -> Answer:
        match need:
            case BodyNeed():
                return self._body(need)
            case PageNeed():
                return self._titled(need)
            case ChildrenNeed():
                return self._children(need)
            case AttachmentNeed():
                return self._file(need)
            case UserNeed():
                return self._names([need])[need]
            case MacroNeed():
                return self._macro(need)
            case ImageNeed():
                return self._attempts.loaded(lambda: self._api.image(need.url, most=limits.FILE_BYTES))
            case JiraNeed():
                return self._attempts.tried(lambda: self._api.issues(need))
            case _:
                assert_never(need)

    # Bodies.

    def _several_bodies(self, needs: Sequence[BodyNeed]) -> dict[Need, Answer]:
        found: dict[Need, Answer] = {}
        for need in needs:
            body = self._ahead.body(need.page_id) if self._ahead else None
            if body is not None:
                found[need] = body
        pages = [self._by_id.get(need.page_id) for need in needs if need not in found]
        if known := [page for page in pages if page]:
            found |= {BodyNeed(page_id): body for page_id, body in self._bodies(known).items()}
        if strangers := [need.page_id for need in needs if need not in found]:
            pages_by_id = self._attempts.tried(lambda: self._api.pages(strangers))
            if isinstance(pages_by_id, Unavailable):
                found |= {BodyNeed(page_id): pages_by_id for page_id in strangers}
            else:
                self._learn(pages_by_id.values())
                found |= {BodyNeed(i): body for i, body in self._bodies(list(pages_by_id.values())).items()}
        return {need: found.get(need, GONE) for need in needs}

    def _body(self, need: BodyNeed) -> Body | Unavailable:
        answer = self._several_bodies([need])[need]
        return answer if isinstance(answer, Body | Unavailable) else GONE

    def _bodies(self, pages: Sequence[Page]) -> dict[str, Body | Unavailable]:
        """The bodies of just the versions that the outline has, so that an export is of one moment."""
        pages = [page for page in pages if page.has_body]
        exact = [page for page in pages if page.id in self._outline.pinned]
        rest = [page for page in pages if page.id not in self._outline.pinned]
        current = self._attempts.tried(lambda: self._api.bodies(rest)) if rest else {}
        if isinstance(current, Unavailable):
            current = {}  # one bad page must not take others with it
        found: dict[str, Body | Unavailable] = {}
        for page in rest:
            body, version = current.get(page.id, (None, None))
            if body is not None and version in (page.version, None):
                found[page.id] = body
                continue
            if body is not None:
                message = f"“{page.title}” was changed meanwhile; it is shown as it was, in version {page.version}"
                self._attempts.report(Diagnostic("page-changed", message, page.id))
            exact.append(page)
        bodies = self._connection.map(lambda page: self._attempts.tried(lambda: self._api.body_at(page)), exact)
        return found | {page.id: body for page, body in zip(exact, bodies, strict=True)}

    # Pages.

    def _learn(self, pages: Iterable[Page]) -> None:
        with self._lock:
            for page in pages:
                self._by_id.setdefault(page.id, page)

    def _several_pages(self, needs: Sequence[PageNeed]) -> dict[Need, Answer]:
        unknown = [need.id for need in needs if need.id not in self._by_id]
        found = self._attempts.tried(lambda: self._api.pages(unknown)) if unknown else {}
        if isinstance(found, Unavailable):
            return {need: self._by_id.get(need.id, found) for need in needs}
        self._learn(found.values())
        return {need: self._by_id.get(need.id, _NO_PAGE) for need in needs}

    def _titled(self, need: PageNeed) -> Answer:
        if not need.space:
            return _NO_PAGE
        known = self._by_title.get((need.space.casefold(), _fold(need.title)))
        if known and (not need.day or known.created[:10] == need.day):
            return known
        if need.space.casefold() in self._outline.whole and not need.day:
            return _NO_PAGE
        page = self._attempts.tried(lambda: self._api.find(need.space, need.title, need.day))
        if isinstance(page, Page):
            self._learn([page])
        return page or _NO_PAGE

    def _page(self, page_id: str) -> Page | Unavailable:
        need = PageNeed(id=page_id)
        found = self._by_id.get(page_id) or self._several_pages([need])[need]
        return found if isinstance(found, Page | Unavailable) else _NO_PAGE

    def _children(self, need: ChildrenNeed) -> Answer:
        page = self._page(need.page_id)
        if isinstance(page, Unavailable):
            return page
        if page.id in self._outline.complete:
            return Pages(tuple(self._below.get(page.id, ())))
        children = self._attempts.tried(lambda: self._api.children(page))
        if isinstance(children, Unavailable):
            return children
        self._learn(children)
        return Pages(tuple(self._by_id.get(child.id, child) for child in children))

    # Files and people.

    def _file(self, need: AttachmentNeed) -> Answer:
        ahead = self._ahead.file(need) if self._ahead else None
        return self._own_file(need) if ahead is None else ahead

    def _own_file(self, need: AttachmentNeed) -> Answer:
        page = self._page(need.page_id)
        return page if isinstance(page, Unavailable) else self._files.file(page, need)

    def _meet(self, needs: Sequence[UserNeed]) -> None:
        """Learn people's names. What goes wrong comes to light when they are asked for."""
        with self._lock:
            unknown = [need for need in dict.fromkeys(needs) if need not in self._people]
        if not unknown:
            return
        found = self._attempts.tried(lambda: self._api.users(unknown))
        answers = dict.fromkeys(unknown, found) if isinstance(found, Unavailable) else found
        with self._lock:
            self._people |= answers

    def _names(self, needs: Sequence[UserNeed]) -> dict[Need, Answer]:
        self._meet(needs)
        with self._lock:
            return {need: self._people[need] for need in needs}

    # Macros.

    def _macro(self, need: MacroNeed) -> Answer:
        page = self._page(need.page_id)
        return page if isinstance(page, Unavailable) else self._attempts.tried(lambda: self._api.macro(need, page))


def _fold(title: str) -> str:
    return normalize("NFC", title).casefold()
