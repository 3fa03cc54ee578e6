"""A Confluence site as a source: what an export needs is fetched with the caller's rights, and no more than that."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import TypeVar, assert_never
from unicodedata import normalize

from confluence_xpress.bundle import Answer, Body, Media, Page, Pages, Unavailable, User
from confluence_xpress.diagnostics import Diagnostic
from confluence_xpress.errors import XPressError
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
from confluence_xpress.sources.online.api import Api, FileRecord
from confluence_xpress.sources.online.http.connection import Connection
from confluence_xpress.sources.online.http.failures import (
    BudgetError,
    BusyError,
    ClosedError,
    GoneError,
    SignInError,
    UnreachableError,
)
from confluence_xpress.sources.online.outline import Outline
from confluence_xpress.sources.source import Progress, SiteMap, Source

T = TypeVar("T")

_GONE = Unavailable("you may not view it, or it does not exist any more")
_NO_PAGE = Unavailable("there is no such page, or you may not view it")
_NO_HOST = Unavailable("the host of the site's files can't be reached")
_MOST_ABSENT = 8
_NO_FILE = Unavailable("the page has no attachment of this name")


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
        self._files: dict[str, list[FileRecord]] = {}
        self._problems: dict[Diagnostic, None] = dict.fromkeys(outline.diagnostics)
        self._absent = 0
        """Files in a row whose host was not there."""
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
        with self._lock:
            return tuple(self._problems)

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
                return self._loaded(lambda: self._api.image(need.url, most=limits.FILE_BYTES))
            case JiraNeed():
                return self._tried(lambda: self._api.issues(need))
            case _:
                assert_never(need)

    def _tried(self, ask: Callable[[], T]) -> T | Unavailable:
        """What the site answers, or why it does not. Without a valid sign-in, or without the site, nothing goes on."""
        try:
            return ask()
        except (SignInError, UnreachableError, BusyError, ClosedError):
            raise
        except BudgetError as error:
            self._report(Diagnostic("budget-used-up", error.message, hint=error.hint))
            return Unavailable(error.reason)
        except GoneError:
            return _GONE
        except XPressError as error:
            return Unavailable(getattr(error, "reason", "") or error.message)

    def _loaded(self, ask: Callable[[], Media]) -> Answer:
        """A file. Its host may be another than the site, and is not waited for again and again."""
        if self._absent >= _MOST_ABSENT:
            return _NO_HOST
        try:
            found = self._tried(ask)
        except UnreachableError as error:
            self._absent += 1
            return Unavailable(error.reason)
        self._absent = 0
        return found

    def _report(self, problem: Diagnostic) -> None:
        with self._lock:
            self._problems[problem] = None

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
            pages_by_id = self._tried(lambda: self._api.pages(strangers))
            if isinstance(pages_by_id, Unavailable):
                found |= {BodyNeed(page_id): pages_by_id for page_id in strangers}
            else:
                self._learn(pages_by_id.values())
                found |= {BodyNeed(i): body for i, body in self._bodies(list(pages_by_id.values())).items()}
        return {need: found.get(need, _GONE) for need in needs}

    def _body(self, need: BodyNeed) -> Body | Unavailable:
        answer = self._several_bodies([need])[need]
        return answer if isinstance(answer, Body | Unavailable) else _GONE

    def _bodies(self, pages: Sequence[Page]) -> dict[str, Body | Unavailable]:
        """The bodies of just the versions that the outline has, so that an export is of one moment."""
        pages = [page for page in pages if page.has_body]
        exact = [page for page in pages if page.id in self._outline.pinned]
        rest = [page for page in pages if page.id not in self._outline.pinned]
        current = self._tried(lambda: self._api.bodies(rest)) if rest else {}
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
                self._report(Diagnostic("page-changed", message, page.id))
            exact.append(page)
        bodies = self._connection.map(lambda page: self._tried(lambda: self._api.body_at(page)), exact)
        return found | {page.id: body for page, body in zip(exact, bodies, strict=True)}

    # Pages.

    def _learn(self, pages: Iterable[Page]) -> None:
        with self._lock:
            for page in pages:
                self._by_id.setdefault(page.id, page)

    def _several_pages(self, needs: Sequence[PageNeed]) -> dict[Need, Answer]:
        unknown = [need.id for need in needs if need.id not in self._by_id]
        found = self._tried(lambda: self._api.pages(unknown)) if unknown else {}
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
        page = self._tried(lambda: self._api.find(need.space, need.title, need.day))
        if isinstance(page, Page):
            self._learn([page])
        return page or _NO_PAGE

    def _children(self, need: ChildrenNeed) -> Answer:
        page = self._by_id.get(need.page_id)
        if page is None:
            found = self._several_pages([PageNeed(id=need.page_id)])[PageNeed(id=need.page_id)]
            if not isinstance(found, Page):
                return found
            page = found
        if page.id in self._outline.complete:
            return Pages(tuple(self._below.get(page.id, ())))
        wanted = page
        children = self._tried(lambda: self._api.children(wanted))
        if isinstance(children, Unavailable):
            return children
        self._learn(children)
        return Pages(tuple(self._by_id.get(child.id, child) for child in children))

    # Files and people.

    def _file(self, need: AttachmentNeed) -> Answer:
        ahead = self._ahead.file(need) if self._ahead else None
        return self._own_file(need) if ahead is None else ahead

    def _own_file(self, need: AttachmentNeed) -> Answer:
        """A file of a page, by its id or its name."""
        page = self._by_id.get(need.page_id)
        if page is None:
            found = self._several_pages([PageNeed(id=need.page_id)])[PageNeed(id=need.page_id)]
            if not isinstance(found, Page):
                return found
            page = found
        owner, known = page, self._outline.files.get(page.id, ())
        record = _named(known, need)
        if record is None and need.file_id in self._outline.by_file_id:
            # Pages show each other's files by their ids.
            owner, record = self._outline.by_file_id[need.file_id]
        if record is None:
            # The search that told of the files may be a little behind, and knows nothing of other pages.
            listed = self._listed(page)
            if isinstance(listed, Unavailable):
                return listed
            record = _named(listed, need)
        if record is None:
            return _NO_FILE
        wanted = record
        return self._loaded(lambda: self._api.file(owner, wanted, most=limits.FILE_BYTES))

    def _listed(self, page: Page) -> Sequence[FileRecord] | Unavailable:
        with self._lock:
            if page.id in self._files:
                return self._files[page.id]
        found = self._tried(lambda: self._outline.dated(self._api, self._connection, self._api.files(page)))
        if not isinstance(found, Unavailable):
            with self._lock:
                self._files[page.id] = found
        return found

    def _meet(self, needs: Sequence[UserNeed]) -> None:
        """Learn people's names. What goes wrong comes to light when they are asked for."""
        with self._lock:
            unknown = [need for need in dict.fromkeys(needs) if need not in self._people]
        if not unknown:
            return
        found = self._tried(lambda: self._api.users(unknown))
        answers = dict.fromkeys(unknown, found) if isinstance(found, Unavailable) else found
        with self._lock:
            self._people |= answers

    def _names(self, needs: Sequence[UserNeed]) -> dict[Need, Answer]:
        self._meet(needs)
        with self._lock:
            return {need: self._people[need] for need in needs}

    # Macros.

    def _macro(self, need: MacroNeed) -> Answer:
        page = self._by_id.get(need.page_id)
        if page is None:
            return _NO_PAGE
        return self._tried(lambda: self._api.macro(need, page))


def _fold(title: str) -> str:
    return normalize("NFC", title).casefold()


def _named(records: Iterable[FileRecord], need: AttachmentNeed) -> FileRecord | None:
    records = tuple(records)
    if need.file_id and (found := next((r for r in records if r.attachment.file_id == need.file_id), None)):
        return found
    if not need.filename:
        return None
    name = normalize("NFC", need.filename)
    exact = (r for r in records if normalize("NFC", r.attachment.title) == name)
    return next(exact, None) or next((r for r in records if _fold(r.attachment.title) == name.casefold()), None)
