"""What the writer knows while it writes a page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from urllib.parse import quote

from confluence_xpress.model import Destination, Fit
from confluence_xpress.writers.typst.escape import string

WORD_LIMIT = 34
"""Longest word, in characters, that fits everywhere outside tables and columns."""
PRIVATE = "xpress:"
"""Scheme of addresses that stand for places in other parts of the document, until all parts are there."""
TITLE_WORD_LIMIT = 16
"""The same for page titles, which are large."""
CODE_COLUMNS = 86
"""Characters of code that fit on the text width of the default template."""


def private_address(target: Destination) -> str:
    """The address that stands for a place in another part of the document."""
    return f"{PRIVATE}{target.label}" + (f"#{quote(target.anchor, safe='')}" if target.anchor else "")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node stands: what the writer must know to keep it inside its box."""

    level: int
    """Level of the page's title; headings in the page come below it."""
    targets: frozenset[str]
    """Labels in this part of the document; links to others are resolved when all parts are there."""
    format_day: Callable[[str], str]
    labels: set[str] = field(default_factory=set)
    """Labels already written: Typst refuses a second one."""
    word_limit: int = WORD_LIMIT
    code_columns: int = CODE_COLUMNS
    in_table: bool = False
    in_box: bool = False
    line: str = ""
    """The line decoration around: underline or strike."""

    def boxed(self) -> Place:
        """Inside a panel, list item or the like."""
        return replace(self, in_box=True, code_columns=max(20, self.code_columns - 7))

    def narrow(self) -> Place:
        """Inside a column."""
        return replace(self, in_box=True, code_columns=20, word_limit=min(self.word_limit, 16))

    def cell(self, fit: Fit | None) -> Place:
        """Inside a table cell. The fit knows which words have room; without one every cell may be narrow."""
        limit = fit.break_after if fit and fit.breaks else self.word_limit if fit else 12
        return replace(self, in_table=True, in_box=True, code_columns=12, word_limit=min(self.word_limit, limit))

    def address(self, target: Destination) -> str:
        """Where a link to a place in the document leads: a label of this part, or an address of our own."""
        if target.label in self.targets and not target.anchor:
            return f"label({string(target.label)})"
        return string(private_address(target))

    def claim(self, label: str) -> bool:
        """Whether the label is still free; it is taken from now on."""
        if not label or label in self.labels:
            return False
        self.labels.add(label)
        return True
