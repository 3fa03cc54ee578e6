"""What the rendering service tells about itself, as JSON. The description of the API is made of these classes, too."""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET, Struct, UnsetType

from confluence_xpress.templates.options import Kind


class Limits(Struct, frozen=True):
    """How much one request may have. Sizes in bytes.

    `request_bytes`: the whole body, and what a zip unpacks to; `json_bytes`: the JSON document, which is the whole body
    if files are in it; `file_bytes` of each file; `files`: how many; `pages` that are rendered; `named_pages` of a
    document that is made in parts; `preview_pages`: pictures.
    """

    request_bytes: int
    json_bytes: int
    file_bytes: int
    files: int
    pages: int
    named_pages: int
    preview_pages: int


class Cut(Struct, frozen=True):
    """Where a document is cut into parts: before a page with which a part would have more pages, or bytes of bodies."""

    pages: int
    body_bytes: int


class Standards(Struct, frozen=True):
    """The PDF standards that may be asked for, and those that a document has unless others are."""

    known: tuple[str, ...]
    default: tuple[str, ...]


class Version(Struct, frozen=True):
    """The version of the service and of its API."""

    version: str
    api: Literal["v1"]
    limits: Limits
    part: Cut
    standards: Standards


class OptionFacts(Struct, frozen=True, omit_defaults=True):
    """An option of a template. `choices` of a choice; `minimum` and `maximum` of an integer."""

    name: str
    type: Kind
    default: bool | int | str
    help: str
    choices: tuple[str, ...] | UnsetType = UNSET
    minimum: int | UnsetType = UNSET
    maximum: int | UnsetType = UNSET


class TemplateFacts(Struct, frozen=True):
    """A template. `digest`: a checksum of its files."""

    name: str
    description: str
    digest: str
    options: tuple[OptionFacts, ...]


class Templates(Struct, frozen=True):
    """The templates by name."""

    templates: tuple[TemplateFacts, ...]


class Health(Struct, frozen=True):
    """Whether the service lives, and takes requests."""

    status: Literal["live", "ready", "unready"]
