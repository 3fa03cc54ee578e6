"""Running heads, feet and watermarks as Typst markup: one sheet with nothing else for each page of a document."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from confluence_xpress.writers.typst.escape import string


@dataclass(frozen=True, slots=True)
class FurnitureRow:
    """What stands on one page beside its content."""

    width: float
    """Points, as the page is seen: a landscape page is wider than high."""
    height: float
    page: str
    pages: str
    """The number of the last page."""
    title: str
    """The document's title."""
    section: str = ""
    """The title of the page or chapter that is read there; left out where it says what `title` says."""
    plain: bool = False
    """Without head and foot, like a cover; a watermark stands there all the same."""


def write_furniture(rows: Iterable[FurnitureRow]) -> str:
    """The main file: a sheet for each row, in order."""
    calls = "".join(
        f"({row.width:.3f}pt, {row.height:.3f}pt, {string(row.page)}, {string(row.pages)}, {string(row.title)}, "
        f"{string(row.section) if row.section and row.section != row.title else 'none'}, "
        f"{'true' if row.plain else 'false'}),\n"
        for row in rows
    )
    return f'#import "/template/template.typ": *\n#furniture-sheets((\n{calls}))\n'
