"""Needs: what the core still lacks, as data. A host meets them through official APIs and adds the answers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BodyNeed:
    """The body of a page. Answer: `Body`."""

    page_id: str


@dataclass(frozen=True, slots=True)
class PageNeed:
    """A page outside the selection, by id or by title. Answer: `Page`."""

    id: str = ""
    title: str = ""
    space: str = ""
    day: str = ""


@dataclass(frozen=True, slots=True)
class ChildrenNeed:
    """The children of a page, in page-tree order. Answer: `Pages`."""

    page_id: str


@dataclass(frozen=True, slots=True)
class AttachmentNeed:
    """The bytes of the current version of an attachment. Answer: `Media`."""

    page_id: str
    filename: str = ""
    file_id: str = ""


@dataclass(frozen=True, slots=True)
class UserNeed:
    """A person's display name. Answer: `User`."""

    account_id: str = ""
    key: str = ""
    username: str = ""


@dataclass(frozen=True, slots=True)
class MacroNeed:
    """A macro rendered by Confluence. Answer: `Body` in the view format."""

    page_id: str
    macro_id: str
    name: str


Need = BodyNeed | PageNeed | ChildrenNeed | AttachmentNeed | UserNeed | MacroNeed
