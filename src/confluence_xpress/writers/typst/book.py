"""What the writer is given: pages that are ready to be written, in reading order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from confluence_xpress.model import Blocks


@dataclass(frozen=True, slots=True)
class Chapter:
    """One Confluence page. `depth` is its level in the book, 1 for a chapter."""

    page_id: str
    title: str
    label: str
    content: Blocks
    depth: int = 1
    number: str = ""
    details: str = ""
    """The line under the title: version, date, labels."""


@dataclass(frozen=True, slots=True)
class Book:
    """The whole document, and what the template may say about it."""

    title: str
    chapters: tuple[Chapter, ...]
    language: str = "en"
    region: str = ""
    subtitle: str = ""
    eyebrow: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    footer: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    cover: bool = False
    contents: bool = False
    contents_depth: int = 3
    new_sheet: str = "page"
    options: Mapping[str, object] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    fonts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
