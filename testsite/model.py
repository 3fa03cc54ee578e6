"""What a site holds: spaces, people, pages with their versions and files, Jira issues. A change is a copy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["page", "blogpost", "folder", "whiteboard", "database", "embed"]
Status = Literal["current", "archived", "draft", "trashed"]

DAY_ONE = "2026-01-05T09:00:00.000Z"
"""When things were made of which nobody says when."""


@dataclass(frozen=True, slots=True)
class User:
    """A person. Cloud knows people by `account_id`, Data Center by `key` and `username`; empty ones are made up.

    `admin`: administers the site and all of its spaces.
    """

    account_id: str
    name: str
    email: str = ""
    username: str = ""
    key: str = ""
    active: bool = True
    admin: bool = False


@dataclass(frozen=True, slots=True)
class Space:
    """A space. `id` is numeric and made up if empty.

    `readers`: account ids that may see it; None: everybody. `admins`: those that administer it.
    """

    key: str
    name: str = ""
    id: str = ""
    homepage: str = ""
    description: str = ""
    type: str = "global"
    status: Literal["current", "archived"] = "current"
    created: str = DAY_ONE
    author: str = ""
    readers: frozenset[str] | None = None
    admins: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a page, or its draft. `body` is storage format, `adf` the same as ADF, if there is any."""

    number: int
    title: str
    body: str = ""
    adf: str = ""
    created: str = DAY_ONE
    author: str = ""
    message: str = ""
    minor: bool = False


@dataclass(frozen=True, slots=True)
class FileVersion:
    """One version of an attachment. `data` may be read when asked for."""

    number: int
    data: bytes | Callable[[], bytes] = field(repr=False)
    created: str = DAY_ONE
    author: str = ""
    comment: str = ""

    def read(self) -> bytes:
        """The bytes."""
        return self.data if isinstance(self.data, bytes) else self.data()


@dataclass(frozen=True, slots=True)
class File:
    """An attachment: its current version, and older ones. `id` (att…) and `file_id` are made up if
    empty, and it was made when its page was unless it says otherwise."""

    title: str
    data: bytes | Callable[[], bytes] = field(default=b"", repr=False)
    media_type: str = ""
    id: str = ""
    file_id: str = ""
    version: int = 1
    created: str = ""
    author: str = ""
    comment: str = ""
    older: tuple[FileVersion, ...] = ()

    def versions(self) -> tuple[FileVersion, ...]:
        """All versions, the current one last."""
        now = FileVersion(self.version, self.data, self.created, self.author, self.comment)
        return (*self.older, now)


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment on a page. `marker` is the reference of an inline comment; without one it's a footer comment."""

    id: str
    body: str
    author: str = ""
    created: str = DAY_ONE
    marker: str = ""
    selection: str = ""
    resolution: Literal["open", "reopened", "resolved", "dangling"] = "open"


@dataclass(frozen=True, slots=True)
class Page:
    """A page, or whatever else `kind` says. Ids that are not numbers are replaced when it is added to `Content`.

    `readers`: account ids that may see it and all below; None: whoever sees its parent. `position` None: by title.
    `older` are former versions, `draft` is an unpublished edit that only its author sees. `state` is a status lozenge:
    its name and colour.
    """

    id: str
    title: str
    body: str = field(default="", repr=False)
    parent: str | None = None
    space: str = ""
    kind: Kind = "page"
    status: Status = "current"
    labels: tuple[str, ...] = ()
    position: int | None = None
    version: int = 1
    created: str = DAY_ONE
    updated: str = ""
    author: str = ""
    editor: str = ""
    message: str = ""
    adf: str = field(default="", repr=False)
    files: tuple[File, ...] = ()
    comments: tuple[Comment, ...] = ()
    older: tuple[Version, ...] = field(default=(), repr=False)
    draft: Version | None = None
    readers: frozenset[str] | None = None
    embed_url: str = ""
    live: bool = False
    properties: Mapping[str, Any] = field(default_factory=dict)
    state: tuple[str, str] | None = None

    def current(self) -> Version:
        """What is published."""
        return Version(
            self.version, self.title, self.body, self.adf, self.updated, self.editor or self.author, self.message
        )

    def versions(self) -> tuple[Version, ...]:
        """All versions that were published and are kept, the current one last."""
        return (*self.older, self.current())


@dataclass(frozen=True, slots=True)
class Issue:
    """A Jira issue."""

    key: str
    summary: str
    status: str = "To Do"
    category: Literal["new", "indeterminate", "done"] = "new"
    type: str = "Task"
    priority: str = "Medium"
    assignee: str = ""
    created: str = DAY_ONE
    updated: str = DAY_ONE
    due: str = ""
    resolution: str = ""
    labels: tuple[str, ...] = ()
    fix_versions: tuple[str, ...] = ()
    components: tuple[str, ...] = ()
    readers: frozenset[str] | None = None
