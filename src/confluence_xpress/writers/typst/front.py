"""Cover, contents, lists of figures and tables, and the index as Typst markup: calls of the template's functions.

Lists are typeset when the pages have their numbers, in pieces if they are long: only the first piece of a list has its
title. Addresses are those of `private_address`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from confluence_xpress.writers.typst.breaks import breakable
from confluence_xpress.writers.typst.escape import clean, literal, string

# The deeper a line begins, the less room it has for a long word.
_WORD_LIMIT, _LESS_FOR_A_LEVEL, _LEAST = 34, 3, 12
_INDEX_WORD_LIMIT = 24


@dataclass(frozen=True, slots=True)
class ContentsLine:
    """A line of the table of contents; `level` counts from 1, `number` is empty without numbering."""

    level: int
    number: str
    title: str
    address: str
    page: str
    """The page's number as it is shown; while it is not known any text will do, the lines stay where they are."""


@dataclass(frozen=True, slots=True)
class ListingLine:
    """A line of a list of figures or tables; `number` may be empty."""

    number: str
    caption: str
    address: str
    page: str


@dataclass(frozen=True, slots=True)
class IndexLine:
    """A line of the index. Level 0 is the letter of a group, 1 to 3 are terms."""

    level: int
    term: str
    pages: tuple[tuple[str, str], ...] = ()
    """Page numbers as they are shown, each with the address of a place on the page."""


def write_cover() -> str:
    """A call of `cover-sheet`; what stands on it are the book's values."""
    return "#cover-sheet()\n"


def write_contents(lines: Sequence[ContentsLine], *, first: bool = True) -> str:
    """A call of `contents-sheets`. The entry n (from 0) gets the label `x<n>`."""
    rows = (
        f"({line.level}, {_number(line.number)}, [{breakable(line.title, _word_limit(line.level))}], "
        f"{string(line.address)}, {string(line.page)}),\n"
        for line in lines
    )
    return f"#contents-sheets({_piece(first=first)}(\n{''.join(rows)}))\n"


def write_listing(kind: Literal["figures", "tables"], lines: Sequence[ListingLine], *, first: bool = True) -> str:
    """A call of `listing-sheets`, with the template's word for `kind` as its title; labels as in `write_contents`."""
    rows = (
        f"({_number(line.number)}, [{breakable(line.caption, _WORD_LIMIT)}], "
        f"{string(line.address)}, {string(line.page)}),\n"
        for line in lines
    )
    return f"#listing-sheets(words.{kind}, {_piece(first=first)}(\n{''.join(rows)}))\n"


def write_index(lines: Sequence[IndexLine], *, first: bool = True) -> str:
    """A call of `index-sheets`; labels as in `write_contents`."""
    rows = (
        f"({line.level}, {_term(line)}, {literal([[clean(page), address] for page, address in line.pages])}),\n"
        for line in lines
    )
    return f"#index-sheets({_piece(first=first)}(\n{''.join(rows)}))\n"


def _piece(*, first: bool) -> str:
    return "" if first else "first: false, "


def _number(number: str) -> str:
    return string(number) if number else "none"


def _term(line: IndexLine) -> str:
    return f"[{breakable(line.term, _INDEX_WORD_LIMIT)}]" if line.level else string(line.term)


def _word_limit(level: int) -> int:
    return max(_LEAST, _WORD_LIMIT - _LESS_FOR_A_LEVEL * (level - 1))
