"""The bundle: all that the core is given. Page metadata, and answers to needs; the core fetches nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from confluence_xpress.needs import Need

BodyFormat = Literal["storage", "adf", "view"]
PageKind = Literal["page", "blogpost", "folder", "whiteboard", "database", "embed"]
"""What stands in the page tree."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """Metadata of a file; its bytes are an answer to an `AttachmentNeed`."""

    title: str
    media_type: str = ""
    file_id: str = ""
    size: int = 0
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Metadata of a page, a blog post or what else has a place in the page tree.

    Times are ISO 8601, the author an account id or user key. The `url` of an embed is the address that it shows.
    """

    id: str
    title: str
    space: str = ""
    parent: str | None = None
    position: int = 0
    kind: PageKind = "page"
    labels: tuple[str, ...] = ()
    version: int | None = None
    created: str = ""
    updated: str = ""
    author: str = ""
    url: str = ""
    attachments: tuple[Attachment, ...] = ()
    status: Literal["current", "archived", "draft"] = "current"

    @property
    def has_body(self) -> bool:
        """Whether there is a body to ask for: folders, whiteboards, databases and embeds have none."""
        return self.kind in ("page", "blogpost")


@dataclass(frozen=True, slots=True)
class Space:
    """A space. `base_url` is the site's, such as `https://example.atlassian.net/wiki`."""

    key: str
    name: str = ""
    homepage: str = ""
    base_url: str = ""


@dataclass(frozen=True, slots=True)
class Body:
    """A page body as Confluence gives it."""

    format: BodyFormat
    value: str


@dataclass(frozen=True, slots=True)
class Pages:
    """Several pages, in page-tree order."""

    pages: tuple[Page, ...]


@dataclass(frozen=True, slots=True)
class Media:
    """The bytes of a file. `media_type` as the source says; nobody relies on it."""

    data: bytes
    media_type: str = ""


@dataclass(frozen=True, slots=True)
class User:
    """A person's display name."""

    name: str


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue of Jira. `url` is where a person sees it; `type` and `status` are names."""

    key: str
    url: str = ""
    type: str = ""
    status: str = ""
    color: str = ""
    """The colour of the status' category as Jira names it: `blue-gray`, `yellow`, `green` …"""
    fields: Mapping[str, str] = field(default_factory=dict)
    """What else was asked for, as plain text by field: names of people, days as ISO 8601, several values in a row
    separated by `, `. What is empty need not be there."""


@dataclass(frozen=True, slots=True)
class Issues:
    """Issues in the order of their query; `total` is how many the query finds, if the source knows that."""

    issues: tuple[Issue, ...]
    total: int | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    """What Jira calls the fields, such as those that an administrator made: names by field."""


@dataclass(frozen=True, slots=True)
class Unavailable:
    """A need that can't be met, and why, in words for the reader."""

    reason: str


Answer = Body | Page | Pages | Media | User | Issues | Unavailable


@dataclass(frozen=True, slots=True)
class Bundle:
    """The selected pages in reading order (parents before their children) and what is known about the site."""

    title: str
    pages: tuple[Page, ...]
    spaces: tuple[Space, ...] = ()
    answers: Mapping[Need, Answer] = field(default_factory=dict)
    as_of: str = ""
    """The moment (ISO 8601) that the pages are of; empty: that of the export."""

    def with_answers(self, answers: Mapping[Need, Answer]) -> Bundle:
        """This bundle and more answers."""
        return replace(self, answers={**self.answers, **answers})
