"""What is kept of a space export while it is read, the same for XML and CSV."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from confluence_xpress.errors import InputError
from confluence_xpress.sources import limits
from confluence_xpress.sources.bodies import BodyStore


@dataclass(slots=True)
class SpaceRecord:
    """A space; `homepage` is a page id."""

    key: str
    name: str
    homepage: str


@dataclass(slots=True)
class PageRecord:
    """A current page or blog post. `bodies` and `files` are the ids that it lists itself."""

    kind: Literal["page", "blogpost"]
    title: str
    space: str = ""
    parent: str = ""
    position: str = ""
    version: str = ""
    created: str = ""
    updated: str = ""
    author: str = ""
    bodies: tuple[str, ...] = ()


@dataclass(slots=True)
class FileRecord:
    """A current attachment. `properties` are the ids of its content properties."""

    title: str
    page: str
    version: str = ""
    media_type: str = ""
    size: str = ""
    properties: tuple[str, ...] = ()


@dataclass(slots=True)
class PropertyRecord:
    """A content property; `content` is the id of what it belongs to, if it says so."""

    name: str
    value: str
    content: str


@dataclass(slots=True)
class UserRecord:
    """A user by key. `username` may be an e-mail address."""

    account_id: str = ""
    username: str = ""


@dataclass(slots=True)
class Export:
    """The records of an export by their ids, in the order read."""

    bodies: BodyStore = field(default_factory=BodyStore)
    spaces: dict[str, SpaceRecord] = field(default_factory=dict)
    pages: dict[str, PageRecord] = field(default_factory=dict)
    files: dict[str, FileRecord] = field(default_factory=dict)
    properties: dict[str, PropertyRecord] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    labellings: list[tuple[str, str]] = field(default_factory=list)
    """Pairs of label id and page id."""
    users: dict[str, UserRecord] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    """Display names by user name."""
    base_url: str = ""
    problems: list[str] = field(default_factory=list)

    def check_size(self) -> None:
        """InputError if the export holds more than anybody can mean."""
        count = len(self.bodies) + len(self.spaces) + len(self.pages) + len(self.files) + len(self.properties)
        count += len(self.labels) + len(self.labellings) + len(self.users) + len(self.names)
        if count > limits.RECORDS:
            raise InputError(f"The export holds more than {limits.RECORDS} objects.", "Export the spaces one by one.")


PROPERTY_NAMES = frozenset({"MEDIA_TYPE", "FILESIZE", "FILESTORE_ID"})
"""The content properties of attachments that matter: type, size in bytes, and the file id that ADF bodies use."""

_TIME = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[ T]([0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?)")


def iso_time(text: str, *, utc: bool) -> str:
    """`2025-02-10 10:23:10.519` as ISO 8601, without a zone unless it is known to be UTC; empty if it is no time."""
    found = _TIME.match(text)
    return f"{found[1]}T{found[2]}{'Z' if utc else ''}" if found else ""
