"""The site as transforms and macros see it: questions to the bundle, and a note of those it can't answer yet.

Needs are never listed twice: asking is what states a need. `needs()` runs the same code as `render()` and returns
what was asked in vain.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from confluence_xpress.bundle import Answer, Body, Bundle, Issues, Media, Page, Pages, Space, Unavailable, User
from confluence_xpress.diagnostics import Diagnostic
from confluence_xpress.model import AttachmentRef, Document, PageRef, UserRef
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

PENDING = Unavailable("not fetched yet")
"""The answer to a question that was noted as a need."""

Read = Callable[[Body], tuple[Document, tuple[Diagnostic, ...]]]


class Directory:
    """The exported pages and the spaces by what others call them: made once, and used for every part of a document."""

    def __init__(self, pages: Sequence[Page], spaces: Sequence[Space]) -> None:
        self.pages = pages
        self.by_id = {page.id: page for page in reversed(pages)}
        self.by_title = {(page.space, page.title.casefold()): page for page in reversed(pages)}
        self.spaces = {space.key: space for space in spaces}
        self.base = next((space.base_url.rstrip("/") for space in spaces if space.base_url), "")
        """The base URL of the first space that says one."""
        self.below: dict[str, list[Page]] = {}
        """The children of each page, in reading order."""
        for page in pages:
            if page.parent is not None:
                self.below.setdefault(page.parent, []).append(page)


class Site:
    """Answers from one bundle. `missing` collects the needs; `read` turns a body into a document."""

    def __init__(self, bundle: Bundle, read: Read, directory: Directory | None = None) -> None:
        self.bundle = bundle
        self.directory = directory or Directory(bundle.pages, bundle.spaces)
        self.missing: dict[Need, None] = {}
        self._read = read
        self._documents: dict[str, tuple[Document, tuple[Diagnostic, ...]]] = {}

    def ask(self, need: Need) -> Answer:
        """The answer, or PENDING and a note of the need."""
        answer = self.bundle.answers.get(need)
        if answer is None:
            self.missing[need] = None
            return PENDING
        return answer

    def space(self, key: str) -> Space | None:
        """What is known about a space."""
        return self.directory.spaces.get(key)

    def selected(self, page_id: str) -> Page | None:
        """The page, if it is part of the export."""
        return self.directory.by_id.get(page_id)

    def page(self, ref: PageRef, current: Page) -> Page | Unavailable:
        """The page that a reference on `current` means, exported or not."""
        if ref == PageRef():
            return current
        if ref.id:
            found = self.directory.by_id.get(ref.id)
            need = PageNeed(id=ref.id)
        else:
            space = ref.space or current.space
            found = self.directory.by_title.get((space, ref.title.casefold()))
            if found and ref.day and found.created[:10] != ref.day:
                found = None
            need = PageNeed(title=ref.title, space=space, day=ref.day)
        if found:
            return found
        answer = self.ask(need)
        if isinstance(answer, Page):
            return self.directory.by_id.get(answer.id, answer)
        return answer if isinstance(answer, Unavailable) else Unavailable("not a page")

    def children(self, page: Page) -> tuple[Page, ...] | Unavailable:
        """A page's children in page-tree order, exported or not."""
        answer = self.ask(ChildrenNeed(page.id))
        if isinstance(answer, Pages):
            return answer.pages
        return answer if isinstance(answer, Unavailable) else Unavailable("no list of pages")

    def document(self, page: Page) -> tuple[Document, tuple[Diagnostic, ...]] | Unavailable:
        """A page's content as its reader gave it, and the reader's findings."""
        if not page.has_body:
            return Unavailable(f"{'an' if page.kind == 'embed' else 'a'} {page.kind} has no text of its own")
        if page.id not in self._documents:
            answer = self.ask(BodyNeed(page.id))
            if not isinstance(answer, Body):
                return answer if isinstance(answer, Unavailable) else Unavailable("no body")
            self._documents[page.id] = self._read(answer)
        return self._documents[page.id]

    def rendered(self, need: MacroNeed) -> tuple[Document, tuple[Diagnostic, ...]] | Unavailable:
        """What Confluence itself shows for one macro of a page."""
        answer = self.ask(need)
        if isinstance(answer, Body):
            return self._read(answer)
        return answer if isinstance(answer, Unavailable) else Unavailable("not rendered")

    def media(self, ref: AttachmentRef, current: Page) -> Media | Unavailable:
        """The bytes of a file."""
        page = self.page(ref.page, current)
        if isinstance(page, Unavailable):
            return page
        answer = self.ask(AttachmentNeed(page.id, ref.filename, ref.file_id))
        if isinstance(answer, Media):
            return answer
        return answer if isinstance(answer, Unavailable) else Unavailable("no file")

    def image(self, url: str) -> Media | Unavailable:
        """The bytes of an image of the site that is no attachment."""
        answer = self.ask(ImageNeed(url))
        if isinstance(answer, Media):
            return answer
        return answer if isinstance(answer, Unavailable) else Unavailable("no image")

    def issues(self, need: JiraNeed) -> Issues | Unavailable:
        """Issues of Jira."""
        answer = self.ask(need)
        if isinstance(answer, Issues):
            return answer
        return answer if isinstance(answer, Unavailable) else Unavailable("no issues")

    def base(self, space: str) -> str:
        """The base URL of the site that a space is on, without a slash at its end; empty if no space says one."""
        known = self.directory.spaces.get(space)
        return known.base_url.rstrip("/") if known and known.base_url else self.directory.base

    def user(self, ref: UserRef) -> User | Unavailable:
        """A person's display name."""
        answer = self.ask(UserNeed(ref.account_id, ref.key, ref.username))
        if isinstance(answer, User):
            return answer
        return answer if isinstance(answer, Unavailable) else Unavailable("no name")
