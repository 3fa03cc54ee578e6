"""What an inspection finds."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "text-outside", "image-outside", "glyph-missing", "link-dangling", "content-untagged", "font-not-embedded"
]

TOLERANCE = 1.0
"""Points by which something may reach over the page's edge: no printer is more exact."""
_LONGEST = 80
_SUBSET = re.compile(r"^[A-Z]{6}\+")


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault of a PDF. `page` counts from 0, -1 is the document. `detail`: the text, the font, the target."""

    kind: Kind
    page: int
    detail: str


def shorten(text: str) -> str:
    """The text on one line, as long as a finding's detail may be."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1].rstrip() + "…"


def join(texts: Iterable[str]) -> str:
    """Several details of a page as one, each once."""
    return shorten(" · ".join(dict.fromkeys(text for text in texts if text)))


def font_name(name: str) -> str:
    """The name of a font without what PDF puts before the names of subsets."""
    return _SUBSET.sub("", name.lstrip("/"))
