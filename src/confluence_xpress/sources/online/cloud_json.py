"""What Confluence Cloud answers (REST v2), as far as it is read. Fields that are missing or null have their default."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import msgspec
from msgspec import Struct, field

from confluence_xpress.sources.online.http.failures import SiteError

T = TypeVar("T")


class Links(Struct):
    """`_links`: paths below the site's base URL."""

    webui: str | None = None
    download: str | None = None


class VersionJson(Struct, rename="camel"):
    """A version."""

    number: int | None = None
    created_at: str | None = None
    author_id: str | None = None


class BodyText(Struct):
    """A body in one format."""

    value: str | None = None


class BodyJson(Struct):
    """The formats of a body that were asked for."""

    storage: BodyText | None = None


class NodeJson(Struct, rename="camel"):
    """A page, blog post, folder, whiteboard, database or embed."""

    id: str | int
    title: str | None = None
    type: str | None = None
    status: str | None = None
    space_id: str | int | None = None
    parent_id: str | int | None = None
    parent_type: str | None = None
    position: int | None = None
    child_position: int | None = None
    depth: int | None = None
    author_id: str | None = None
    created_at: str | None = None
    embed_url: str | None = None
    version: VersionJson | None = None
    body: BodyJson | None = None
    links: Links | None = field(default=None, name="_links")


class SpaceJson(Struct, rename="camel"):
    """A space."""

    id: str | int
    key: str
    name: str | None = None
    homepage_id: str | int | None = None


class AttachmentJson(Struct, rename="camel"):
    """A file."""

    id: str | int
    title: str | None = None
    media_type: str | None = None
    file_id: str | None = None
    file_size: int | None = None
    version: VersionJson | None = None


class UserJson(Struct, rename="camel"):
    """A person."""

    account_id: str | None = None
    display_name: str | None = None
    public_name: str | None = None


class Listed(Struct):
    """A list as both API versions give it."""

    results: Sequence[Any] = ()


def convert(value: Any, kind: type[T], what: str) -> T:
    """A JSON value as one of these shapes. SiteError if it is something else."""
    try:
        return msgspec.convert(value, kind, strict=False)
    except (msgspec.ValidationError, RecursionError) as error:
        raise SiteError(
            f"Confluence's answer about {what} is not what it ought to be: {error}.",
            "Try again; if it stays so, report it with the version of Confluence.",
        ) from error


def results(value: Any, kind: type[T], what: str) -> list[T]:
    """The entries of a list's answer."""
    return [convert(each, kind, what) for each in convert(value, Listed, what).results]


def name_of(user: UserJson) -> str:
    """The name that a person shows."""
    return (user.display_name or user.public_name or "").strip()


def text(value: str | int | None) -> str:
    """An id as text."""
    return "" if value is None else str(value)


def by_id(nodes: Sequence[NodeJson]) -> Mapping[str, NodeJson]:
    """The nodes by their ids."""
    return {str(node.id): node for node in nodes}
