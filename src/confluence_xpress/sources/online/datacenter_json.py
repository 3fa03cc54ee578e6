"""What Confluence Data Center answers, as far as it is read. Fields that are missing or null have their default."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct, field

from confluence_xpress.macros.markup import macro_markup
from confluence_xpress.model import Macro, Parameter
from confluence_xpress.sources.online.cloud_json import BodyJson, Links
from confluence_xpress.sources.online.search import MetadataJson

_END = "</ac:structured-macro>"


class PersonJson(Struct, rename="camel"):
    """A person."""

    user_key: str | None = None
    username: str | None = None
    display_name: str | None = None


class SpaceRefJson(Struct):
    """A space as a page names it."""

    key: str = ""


class IdJson(Struct):
    """Something by its id."""

    id: str | int = ""


class SpaceJson(Struct):
    """A space."""

    key: str | None = None
    name: str | None = None
    homepage: IdJson | None = None


class VersionJson(Struct):
    """A version."""

    number: int | None = None
    when: str | None = None


class HistoryJson(Struct, rename="camel"):
    """When and by whom a page was made."""

    created_date: str | None = None
    created_by: PersonJson | None = None


class ExtensionsJson(Struct):
    """`position` is a number, or the word none."""

    position: int | str | None = None


class ContentJson(Struct):
    """A page or blog post."""

    id: str | int
    type: str | None = None
    status: str | None = None
    title: str | None = None
    space: SpaceRefJson | None = None
    ancestors: Sequence[IdJson] | None = None
    history: HistoryJson | None = None
    version: VersionJson | None = None
    metadata: MetadataJson | None = None
    extensions: ExtensionsJson | None = None
    body: BodyJson | None = None
    links: Links | None = field(default=None, name="_links")


class BodyTextJson(Struct):
    """A converted body."""

    value: str | None = None


class MacroJson(Struct):
    """A macro as it is stored. `parameters`: values by name, which are plain or objects with a `value`."""

    name: str | None = None
    body: str | None = None
    parameters: Mapping[str, Any] | None = None

    def markup(self, name: str) -> str:
        """Its storage format."""
        parameters = tuple(
            Parameter(key, str(value.get("value", "")) if isinstance(value, Mapping) else str(value))
            for key, value in (self.parameters or {}).items()
        )
        text = self.body or ""
        if not text.lstrip().startswith("<"):
            return macro_markup(Macro(self.name or name, parameters, text=text or None))
        empty = macro_markup(Macro(self.name or name, parameters))
        return empty.replace(_END, f"<ac:rich-text-body>{text}</ac:rich-text-body>{_END}")
