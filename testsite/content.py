"""The content of a site. It may change at any time, from any thread: each change makes a new revision."""

from __future__ import annotations

import itertools
import mimetypes
import threading
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from testsite.model import DAY_ONE, File, FileVersion, Issue, Page, Space, User, Version
from testsite.times import now, stamp

_PAGE_IDS = 7_000_001
_FILE_IDS = 5_000_001
_SPACE_IDS = 32_769
_LABEL_IDS = 1_001
_NAMES = uuid.UUID("6f1c2d52-2d0c-4f3c-8a3e-6c8f5e0a7d11")
_TYPES = mimetypes.MimeTypes()
_Made = TypeVar("_Made")


@dataclass(frozen=True, slots=True)
class Index:
    """What is looked up in one revision of the content."""

    children: Mapping[str | None, tuple[Page, ...]]
    """By parent, in the order of the page tree."""
    files: Mapping[str, tuple[Page, File]]
    """By attachment id."""
    titles: Mapping[tuple[str, str], tuple[Page, ...]]
    """By space key and title."""
    ordered: tuple[Page, ...]
    """By id."""
    memo: dict[Any, Any] = field(default_factory=dict)
    """What others worked out for this revision."""


class Content:
    """Spaces, people, pages and issues. `issues` None: there is no Jira. Pages of no space are put into the first one.

    `unindexed` are ids that search doesn't know yet, `macros` what Confluence makes of a macro: HTML by page id and
    macro id (None: it fails).
    """

    def __init__(
        self,
        pages: Iterable[Page] = (),
        *,
        spaces: Iterable[Space] = (),
        users: Iterable[User] = (),
        issues: Iterable[Issue] | None = None,
    ) -> None:
        self._lock = threading.RLock()
        self._numbers = {
            name: itertools.count(first)
            for name, first in (("page", _PAGE_IDS), ("file", _FILE_IDS), ("space", _SPACE_IDS), ("label", _LABEL_IDS))
        }
        self._pages: dict[str, Page] = {}
        self._labels: dict[str, str] = {}
        self._index: Index | None = None
        self.ids: dict[str, str] = {}
        """New ids by those that were not numbers."""
        self.spaces: dict[str, Space] = {}
        self.users: dict[str, User] = {}
        self.issues: list[Issue] | None = None if issues is None else list(issues)
        self.unindexed: set[str] = set()
        self.macros: dict[tuple[str, str], str | None] = {}
        self.revision = 0
        for space in spaces:
            self.add_space(space)
        for user in users:
            self.add_user(user)
        self.add(*pages)

    @classmethod
    def from_path(cls, path: Path) -> Content:
        """The content of anything that XPress reads from disk."""
        from testsite.reading import read  # noqa: PLC0415 - it makes Content

        return read(path)

    # People and spaces

    def add_user(self, user: User) -> User:
        """Add a person, or change one."""
        number = len(self.users) + 1
        made = replace(user, username=user.username or f"user{number}", key=user.key or user.account_id)
        with self._lock:
            self.users[user.account_id] = made
            self._changed()
        return made

    def add_space(self, space: Space) -> Space:
        """Add a space, or change one."""
        with self._lock:
            known = self.spaces.get(space.key)
            made = replace(
                space,
                name=space.name or space.key,
                id=space.id or (known.id if known else str(next(self._numbers["space"]))),
                created=stamp(space.created),
                homepage=self.ids.get(space.homepage, space.homepage),
            )
            self.spaces[space.key] = made
            self._changed()
        return made

    def space(self, name: str) -> Space | None:
        """A space by its key or id."""
        found = self.spaces.get(name)
        return found or next((space for space in self.spaces.values() if space.id == name), None)

    # Pages

    def page(self, page_id: str) -> Page:
        """A page by its id, or by the one that it was given with. KeyError if there is none."""
        return self._pages[self.ids.get(page_id, page_id)]

    def find(self, page_id: str) -> Page | None:
        """A page by its id, if there is one."""
        return self._pages.get(page_id)

    def pages(self) -> tuple[Page, ...]:
        """All of them, by id."""
        return self.index().ordered

    def add(self, *pages: Page) -> None:
        """Add pages, or put them in place of those with the same ids."""
        with self._lock:
            for page in pages:
                self._number(page.id)
            for page in pages:
                made = self._complete(page)
                self._pages[made.id] = made
            self._changed()

    def change(self, page_id: str, **fields: Any) -> Page:
        """Change what a page is, without a new version: its labels, status, readers, files, position…"""
        with self._lock:
            page = self._complete(replace(self.page(page_id), **fields))
            self._pages[page.id] = page
            self._changed()
            return page

    def edit(self, page_id: str, *, title: str = "", body: str = "", when: str = "", by: str = "") -> Page:
        """Publish a new version of a page. What isn't given stays; `when` is ISO 8601, now if empty."""
        with self._lock:
            page = self.page(page_id)
            return self.change(
                page_id,
                older=page.versions(),
                version=page.version + 1,
                title=title or page.title,
                body=body or page.body,
                adf="" if body else page.adf,
                updated=when or now(),
                editor=by or page.editor,
            )

    def move(self, page_id: str, parent: str | None, position: int | None = None) -> Page:
        """Put a page, and all below it, somewhere else in the tree."""
        space = self.page(parent).space if parent else self.page(page_id).space
        return self.change(page_id, parent=parent, position=position, space=space)

    def remove(self, page_id: str) -> None:
        """A page vanishes for good; what was below it moves up."""
        with self._lock:
            gone = self._pages.pop(self.ids.get(page_id, page_id))
            for page in list(self._pages.values()):
                if page.parent == gone.id:
                    self._pages[page.id] = replace(page, parent=gone.parent)
            self._changed()

    # Lookups

    def index(self) -> Index:
        """The lookups of this revision."""
        with self._lock:
            if self._index is None:
                self._index = self._build()
            return self._index

    def children(self, page_id: str | None) -> tuple[Page, ...]:
        """What is right below, in the order of the page tree."""
        return self.index().children.get(page_id, ())

    def ancestors(self, page: Page) -> list[Page]:
        """What is above a page, the top first."""
        above: list[Page] = []
        seen = {page.id}
        while page.parent and page.parent not in seen and (parent := self.find(page.parent)):
            above.append(parent)
            seen.add(parent.id)
            page = parent
        return above[::-1]

    def label_id(self, name: str) -> str:
        """The id of a label."""
        with self._lock:
            if name not in self._labels:
                self._labels[name] = str(next(self._numbers["label"]))
            return self._labels[name]

    def label_of(self, label_id: str) -> str | None:
        """The label with an id."""
        return next((name for name, known in self._labels.items() if known == label_id), None)

    def remember(self, key: Any, make: Callable[[], _Made]) -> _Made:
        """Something worked out once for this revision."""
        memo = self.index().memo
        if key not in memo:
            memo[key] = make()
        made: _Made = memo[key]
        return made

    def _changed(self) -> None:
        self.revision += 1
        self._index = None

    def _number(self, page_id: str) -> str:
        if page_id.isascii() and page_id.isdecimal():
            return page_id
        if page_id not in self.ids:
            self.ids[page_id] = str(next(self._numbers["page"]))
        return self.ids[page_id]

    def _complete(self, page: Page) -> Page:
        """The page as it is kept: with numbers for ids, a known space, and times as Confluence writes them."""
        key = page.space or next(iter(self.spaces), "")
        if key not in self.spaces:
            key = key or "TEST"
            self.add_space(Space(key))
        made = stamp(page.created or DAY_ONE)
        return replace(
            page,
            id=self._number(page.id),
            parent=self.ids.get(page.parent, page.parent) if page.parent else None,
            space=key,
            created=made,
            updated=stamp(page.updated) if page.updated else made,
            labels=tuple(dict.fromkeys(page.labels)),
            older=tuple(_stamped(version) for version in page.older),
            draft=_stamped(page.draft) if page.draft else None,
            files=tuple(self._file(page, file) for file in page.files),
        )

    def _file(self, page: Page, file: File) -> File:
        return replace(
            file,
            id=file.id or f"att{next(self._numbers['file'])}",
            file_id=file.file_id or str(uuid.uuid5(_NAMES, f"{page.id}/{file.title}")),
            media_type=file.media_type or _TYPES.guess_type(file.title)[0] or "application/octet-stream",
            created=stamp(file.created or page.created or DAY_ONE),
            author=file.author or page.author,
            older=tuple(_stamped_file(version) for version in file.older),
        )

    def _build(self) -> Index:
        children: dict[str | None, list[Page]] = defaultdict(list)
        titles: dict[tuple[str, str], list[Page]] = defaultdict(list)
        files: dict[str, tuple[Page, File]] = {}
        ordered = tuple(sorted(self._pages.values(), key=lambda page: int(page.id)))
        for page in ordered:
            if page.kind != "blogpost":
                children[page.parent if page.parent in self._pages else None].append(page)
            titles[page.space, page.title].append(page)
            files.update((file.id, (page, file)) for file in page.files)
            for label in page.labels:
                self.label_id(label)
        for siblings in children.values():
            siblings.sort(key=_place)
        return Index(
            {parent: tuple(found) for parent, found in children.items()},
            files,
            {key: tuple(found) for key, found in titles.items()},
            ordered,
        )


def _place(page: Page) -> tuple[bool, int, str, int]:
    return page.position is None, page.position or 0, page.title.casefold(), int(page.id)


def _stamped(version: Version) -> Version:
    return replace(version, created=stamp(version.created))


def _stamped_file(version: FileVersion) -> FileVersion:
    return replace(version, created=stamp(version.created))
