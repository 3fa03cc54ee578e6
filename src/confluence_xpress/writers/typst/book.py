"""What the writer is given: pages that are ready to be written, in reading order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from confluence_xpress.model import Blocks


@dataclass(frozen=True, slots=True)
class Chapter:
    """One Confluence page, or a piece of one. `depth` is its level in the book, 1 for a chapter."""

    page_id: str
    title: str
    label: str
    content: Blocks
    depth: int = 1
    number: str = ""
    details: str = ""
    """The line under the title: version, date, labels."""
    continued: bool = False
    """The page began in an earlier part: no title, and the content goes on."""


@dataclass(frozen=True, slots=True)
class Book:
    """What the template may say about the whole document."""

    title: str
    language: str = "en"
    region: str = ""
    subtitle: str = ""
    eyebrow: str = ""
    volume: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    footer: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    new_sheet: str = "page"
    options: Mapping[str, object] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    fonts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def starts_sheet(self, chapter: Chapter) -> bool:
        """Whether a page begins on a new sheet."""
        return self.new_sheet == "page" or (self.new_sheet == "chapter" and chapter.depth == 1)
