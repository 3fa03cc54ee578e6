"""References: what a link, an image or a macro parameter points to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PageRef:
    """A page or blog post, by id or by title; all fields empty means the page itself."""

    title: str = ""
    space: str = ""
    """Space key; empty means the space of the page that holds the reference."""
    id: str = ""
    day: str = ""
    """Posting day of a blog post, `YYYY-MM-DD`."""


@dataclass(frozen=True, slots=True)
class AttachmentRef:
    """A file attached to a page, by name (storage format) or by media file id (ADF)."""

    filename: str = ""
    file_id: str = ""
    page: PageRef = PageRef()


@dataclass(frozen=True, slots=True)
class UserRef:
    """A person: account id on Cloud, user key or user name on Data Center."""

    account_id: str = ""
    key: str = ""
    username: str = ""


@dataclass(frozen=True, slots=True)
class SpaceRef:
    """A space by its key."""

    key: str


@dataclass(frozen=True, slots=True)
class Shortcut:
    """A shortcut link, `key@parameter`, that only the site's administrator could resolve."""

    key: str
    parameter: str = ""


@dataclass(frozen=True, slots=True)
class Url:
    """An address as it stands in the source; may be relative or unsafe until the link transform has seen it."""

    href: str


@dataclass(frozen=True, slots=True)
class Destination:
    """A place inside this document: the label of a heading, an anchor or a page. Only transforms make it."""

    label: str
    anchor: str = ""
    """A name on that page that is looked up when all parts of the document are known; empty if `label` says it all."""


@dataclass(frozen=True, slots=True)
class Asset:
    """An image that was checked and is ready for the typesetter. Only transforms make it."""

    path: str
    """Virtual file name, such as `/media/0f3c….svg`."""
    width: float
    """Natural width in CSS pixels (1/96 inch)."""
    height: float
    name: str = ""
    """What the file is called in Confluence."""


@dataclass(frozen=True, slots=True)
class Missing:
    """A file that could not be had. Only transforms make it."""

    name: str
    reason: str


Reference = PageRef | AttachmentRef | UserRef | SpaceRef | Shortcut | Url
LinkTarget = Reference | Destination
MediaSource = AttachmentRef | Url | Asset | Missing
