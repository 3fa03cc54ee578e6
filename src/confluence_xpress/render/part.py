"""What a part of a document is: its typeset pages, and all that the rest of the document has to know of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from confluence_xpress.bundle import Answer, Bundle
from confluence_xpress.diagnostics import Diagnostic
from confluence_xpress.model import Anchor, Figure, IndexTerm, Table
from confluence_xpress.model.text import inline_text
from confluence_xpress.model.walk import iter_blocks, iter_inlines, own_inlines
from confluence_xpress.needs import Need
from confluence_xpress.render.manifest import Manifest
from confluence_xpress.render.options import Options
from confluence_xpress.transforms.anchors import Names
from confluence_xpress.transforms.media import Cost
from confluence_xpress.typeset.finish import Finished, Placement, Scan
from confluence_xpress.writers.typst import Chapter
from confluence_xpress.writers.typst.document import headings
from confluence_xpress.writers.typst.front import ContentsLine, IndexLine, ListingLine
from confluence_xpress.writers.typst.furniture import FurnitureRow


@dataclass(frozen=True, slots=True)
class Job:
    """What all parts of a document share: the outline (a bundle without answers), and how it is rendered."""

    outline: Bundle
    options: Options


@dataclass(frozen=True, slots=True)
class PartTask:
    """Pages `start` to `stop` of the outline, with the answers that are known already.

    `reduced`: 0 as they are; 1 without what may be the culprit, as plain text; 2 a notice alone. `reason` says why.
    """

    start: int
    stop: int
    answers: Mapping[Need, Answer] = field(default_factory=dict)
    reduced: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A title or heading: level in the book, number or nothing, text and label."""

    level: int
    number: str
    title: str
    label: str


@dataclass(frozen=True, slots=True)
class Begin:
    """A page that begins in a part: its label, whether it has a new sheet, and whether it is at the top level."""

    label: str
    sheet: bool
    chapter: bool


@dataclass(frozen=True, slots=True)
class Part:
    """A typeset part. `labels` are in the order of `scan.positions`."""

    pdf: bytes
    scan: Scan
    labels: tuple[str, ...]
    begins: tuple[Begin, ...] = ()
    lines: tuple[Line, ...] = ()
    figures: tuple[Line, ...] = ()
    tables: tuple[Line, ...] = ()
    terms: tuple[tuple[tuple[str, ...], str], ...] = ()
    """Index terms and their labels."""
    names: Mapping[str, Names] = field(default_factory=dict)
    """The places of the pages that begin in it, for links that other parts have to them."""
    records: tuple[Manifest, ...] = ()
    """The manifest's entries for the pages that begin in it."""
    diagnostics: tuple[Diagnostic, ...] = ()
    included: frozenset[str] = frozenset()
    """Ids of the pages whose content is shown on pages of its task, selected or not."""
    images: Mapping[str, Cost] = field(default_factory=dict)
    """What the images that its task was the first to need cost, by path."""


def outline_lines(chapters: Sequence[Chapter], written: frozenset[str], *, single: bool) -> tuple[Line, ...]:
    """Titles and headings in reading order. A single page's headings are the chapters; its title is at the top."""
    lines = []
    for chapter in chapters:
        if not chapter.continued:
            lines.append(Line(0 if single else chapter.depth, chapter.number, chapter.title, chapter.label))
        shift = 0 if single else chapter.depth
        lines += [
            Line(heading.level + shift, heading.number, inline_text(heading.content), heading.label)
            for heading in headings(chapter.content)
            if heading.label in written
        ]
    return tuple(lines)


def figure_lines(chapters: Sequence[Chapter]) -> tuple[Line, ...]:
    """Figures that have a caption with a label, in reading order."""
    return _captions(chapters, Figure)


def table_lines(chapters: Sequence[Chapter]) -> tuple[Line, ...]:
    """The same for tables."""
    return _captions(chapters, Table)


def _captions(chapters: Sequence[Chapter], kind: type[Figure | Table]) -> tuple[Line, ...]:
    return tuple(
        Line(1, "", inline_text(block.caption), block.caption[0].name)
        for chapter in chapters
        for block in iter_blocks(chapter.content)
        if isinstance(block, kind) and block.caption and isinstance(block.caption[0], Anchor)
    )


def index_terms(chapters: Sequence[Chapter]) -> tuple[tuple[tuple[str, ...], str], ...]:
    """Terms for the index with the labels of their places, in reading order."""
    return tuple(
        (node.terms, node.label)
        for chapter in chapters
        for block in iter_blocks(chapter.content)
        for line in own_inlines(block)
        for node in iter_inlines(line)
        if isinstance(node, IndexTerm)
    )


@dataclass(frozen=True, slots=True)
class FrontTask:
    """Sheets that are no content: the cover, or a piece of a list with a line for each place."""

    kind: Literal["cover", "contents", "figures", "tables", "index"]
    volume: str = ""
    contents: tuple[ContentsLine, ...] = ()
    listing: tuple[ListingLine, ...] = ()
    index: tuple[IndexLine, ...] = ()
    first: bool = True
    """It is the list's first piece, which has its title."""

    @property
    def count(self) -> int:
        """Lines."""
        return len(self.contents) + len(self.listing) + len(self.index)

    def piece(self, start: int, stop: int) -> FrontTask:
        """Some of the lines."""
        return replace(
            self,
            contents=self.contents[start:stop],
            listing=self.listing[start:stop],
            index=self.index[start:stop],
            first=start == 0,
        )


@dataclass(frozen=True, slots=True)
class Sheets:
    """Typeset sheets that are no part of the content."""

    pdf: bytes
    scan: Scan


@dataclass(frozen=True, slots=True)
class CutTask:
    """Find the pieces of a list. Its lines need no right page numbers yet, if those don't move them."""

    front: FrontTask


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a list that fills its sheets, so that it can be typeset without the others."""

    lines: int
    sheets: int


@dataclass(frozen=True, slots=True)
class FinishTask:
    """A typeset part to be finished. `rows`: the furniture of each of its pages, or none at all."""

    pdf: bytes
    placement: Placement
    rows: tuple[FurnitureRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Made:
    """A part that a task has made: the task's first page, the part's place among those of the task, and the part.

    It is handed over when it is made, so that nobody holds two of them.
    """

    start: int
    place: int
    part: Part


Task = PartTask | CutTask | FrontTask | FinishTask
Result = int | tuple[Piece, ...] | Sheets | Finished
"""Of a part task, how many parts it has made."""
Question = tuple[Need, ...] | Made
"""What a task asks for, or hands over."""
Answers = Mapping[Need, Answer]
