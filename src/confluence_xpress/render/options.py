"""Options of a rendering."""

from __future__ import annotations

from dataclasses import dataclass

from confluence_xpress.templates import Settings, Template
from confluence_xpress.typeset.standards import DEFAULT


@dataclass(frozen=True, slots=True)
class Options:
    """How a bundle is rendered. `timestamp`: seconds since 1970, UTC; `settings`: the template's options."""

    template: Template
    settings: Settings
    standards: tuple[str, ...] = DEFAULT
    timestamp: int = 0
    images: str = "original"
    """The image profile: how finely images are kept."""
