"""One PDF of a document: its parts put in their places, with front matter, furniture, links and an outline."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from confluence_xpress.errors import InputError
from confluence_xpress.render.book import wanted
from confluence_xpress.render.options import Options
from confluence_xpress.render.part import Begin, CutTask, FinishTask, FrontTask, Line, Piece, Result, Sheets, Task
from confluence_xpress.render.spool import Slot, Spool
from confluence_xpress.transforms.book_index import index_lines
from confluence_xpress.typeset.assemble import Assembly, Bookmark, Destination, Properties
from confluence_xpress.typeset.finish import Finished, Placement, Scan, Target
from confluence_xpress.typeset.numbers import FIELD, FIRST
from confluence_xpress.writers.typst import Book
from confluence_xpress.writers.typst.front import ContentsLine, IndexLine, ListingLine
from confluence_xpress.writers.typst.furniture import FurnitureRow
from confluence_xpress.writers.typst.state import PRIVATE

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

    from confluence_xpress.typeset.attachments import Attachment
    from confluence_xpress.typeset.encrypt import Encryption
    from confluence_xpress.typeset.sign import Signing

_TRIES = 3
"""How often lists are made: a line that runs on to another sheet may make more of them than foreseen."""

Run = Callable[[Iterable[Task]], Iterator[tuple[Task, Result]]]
"""Has tasks done, in any order."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a part while others are made; the PDF itself waits in the spool."""

    pdf: Slot
    scan: Scan
    labels: tuple[str, ...] = ()
    begins: tuple[Begin, ...] = ()
    lines: tuple[Line, ...] = ()
    figures: tuple[Line, ...] = ()
    tables: tuple[Line, ...] = ()
    terms: tuple[tuple[tuple[str, ...], str], ...] = ()
    section: str = ""
    """The running title of sheets that are no content."""
    bare: bool = False
    """No running head and foot: the cover."""

    @property
    def pages(self) -> int:
        """How many PDF pages it has."""
        return len(self.scan.sizes)


@dataclass(frozen=True, slots=True)
class Where:
    """A labelled place in a volume: PDF page (from 0), and points from the left and from the top."""

    page: int
    x: float
    y: float


class Volume:
    """One PDF. `name` says which volume it is, if there are several; `file` is what links in other volumes call it."""

    def __init__(self, book: Book, options: Options, parts: Sequence[Kept], spool: Spool, file: str = "") -> None:
        self.book = book
        self.options = options
        self.file = file
        self._parts = parts
        self._front: list[Kept] = []
        self._back: list[Kept] = []
        self._spool = spool

    # What is in it.

    @property
    def sequence(self) -> list[Kept]:
        """All parts in the order of their pages."""
        return [*self._front, *self._parts, *self._back]

    @property
    def pages(self) -> int:
        """PDF pages."""
        return sum(part.pages for part in self.sequence)

    def places(self) -> dict[str, Where]:
        """Where each label of the content is."""
        found: dict[str, Where] = {}
        start = sum(part.pages for part in self._front)
        for part in self._parts:
            for label, position in zip(part.labels, part.scan.positions, strict=True):
                if position is not None:
                    found.setdefault(label, Where(start + position.page, position.x, position.y))
            start += part.pages
        return found

    def labels(self) -> Iterator[str]:
        """All labels of the content that have a place."""
        for part in self._parts:
            for label, position in zip(part.labels, part.scan.positions, strict=True):
                if position is not None:
                    yield label

    def titles(self) -> dict[str, str]:
        """The text of each title and heading by its label."""
        return {line.label: line.title for part in self._parts for line in part.lines}

    # Front matter.

    def make_front(self, run: Run, *, several: bool) -> None:
        """Cover, table of contents and other lists: made once the pages of the content are counted."""
        if wanted(self.options, "cover", several=several):
            self._front = self._made(run, [FrontTask("cover", self.book.volume)])
        # The page numbers depend on the sheets of the lists, those don't depend on the numbers.
        pieces = self._cut(run, self._lists(self._numbers(), several=several))
        sheets = sum(piece.sheets for some in pieces for piece in some)
        for _ in range(_TRIES):
            made = self._pieces(run, self._lists(self._numbers(sheets), several=several), pieces)
            count = sum(kept.pages for kept in made)
            if count == sheets:
                break
            sheets = count
        else:
            raise InputError(
                f"the table of contents of the template “{self.options.template.name}” takes more or fewer sheets with "
                "other page numbers",
                "Give the numbers a column of fixed width; docs/templates.md says how.",
            )
        self._front += made
        if self.options.settings.get("index") is True:
            index = FrontTask("index", self.book.volume, index=self._index_lines(self._numbers()))
            self._back = self._pieces(run, [index], self._cut(run, [index]))

    def _lists(self, numbers: Mapping[str, int], *, several: bool) -> list[FrontTask]:
        """The lists that stand before the content."""
        contents = self._contents_lines(single=not several) if wanted(self.options, "contents", several=several) else []
        figures = self._listed("list_of_figures", [line for part in self._parts for line in part.figures])
        tables = self._listed("list_of_tables", [line for part in self._parts for line in part.tables])
        return [
            FrontTask("contents", self.book.volume, contents=self._contents(contents, numbers)),
            FrontTask("figures", self.book.volume, listing=self._listing(figures, numbers)),
            FrontTask("tables", self.book.volume, listing=self._listing(tables, numbers)),
        ]

    def _cut(self, run: Run, lists: Sequence[FrontTask]) -> list[tuple[Piece, ...]]:
        """The pieces of each list; none if it has no lines."""
        cut: dict[str, tuple[Piece, ...]] = {}
        for task, pieces in run([CutTask(some) for some in lists if some.count]):
            if isinstance(task, CutTask) and isinstance(pieces, tuple):
                cut[task.front.kind] = pieces
        return [cut.get(some.kind, ()) for some in lists]

    def _pieces(self, run: Run, lists: Sequence[FrontTask], pieces: Sequence[tuple[Piece, ...]]) -> list[Kept]:
        tasks = []
        for some, cut in zip(lists, pieces, strict=True):
            stops = [0, *accumulate(piece.lines for piece in cut)]
            tasks += [some.piece(start, stop) for start, stop in pairwise(stops)]
        return self._made(run, tasks)

    def _made(self, run: Run, tasks: Sequence[FrontTask]) -> list[Kept]:
        made: dict[int, Kept] = {}
        for task, sheets in run(tasks):
            if isinstance(task, FrontTask) and isinstance(sheets, Sheets):
                made[tasks.index(task)] = Kept(
                    self._spool.put(sheets.pdf),
                    sheets.scan,
                    section=self.book.words.get(task.kind, ""),
                    bare=task.kind == "cover",
                )
        return [made[index] for index in range(len(tasks))]

    def _contents_lines(self, *, single: bool) -> list[Line]:
        depth = int(self.options.settings.get("contents_depth", 3))
        return [
            line for part in self._parts for line in part.lines if line.level <= depth and (line.level or not single)
        ]

    def _listed(self, option: str, lines: list[Line]) -> list[Line]:
        return lines if self.options.settings.get(option) is True else []

    def _numbers(self, more: int = 0) -> Mapping[str, int]:
        """The number of the PDF page (from 1) of each label, with so many more sheets of front matter."""
        return {label: where.page + 1 + more for label, where in self.places().items()}

    def _contents(self, lines: Iterable[Line], places: Mapping[str, int]) -> tuple[ContentsLine, ...]:
        return tuple(
            ContentsLine(line.level, line.number, line.title, PRIVATE + line.label, str(places[line.label]))
            for line in lines
            if line.label in places
        )

    def _listing(self, lines: Iterable[Line], places: Mapping[str, int]) -> tuple[ListingLine, ...]:
        return tuple(
            ListingLine(line.number, line.title, PRIVATE + line.label, str(places[line.label]))
            for line in lines
            if line.label in places
        )

    def _index_lines(self, places: Mapping[str, int]) -> tuple[IndexLine, ...]:
        found = [
            (terms, PRIVATE + label, places[label])
            for part in self._parts
            for terms, label in part.terms
            if label in places
        ]
        return tuple(
            IndexLine(entry.level, entry.term, tuple((str(page), address) for page, address in entry.pages))
            for entry in index_lines(found)
        )

    # The PDF.

    def write(
        self,
        out: SupportsWrite[bytes],
        run: Run,
        links: Mapping[str, Target],
        properties: Properties,
        *,
        attached: Iterable[Attachment] = (),
        encryption: Encryption | None = None,
        signing: Signing | None = None,
    ) -> int:
        """The whole PDF, part by part. `links`: where the parts' links to other parts lead.

        Gives the place of the signature, which is made of the finished file (0: there is none).
        """
        assembly = Assembly(out, properties, encryption=encryption, signing=signing)
        placements = list(self._placements(links, FIELD if signing else 0))
        rooms = [placement.first + placement.room for placement in placements]
        waiting: dict[int, Slot] = {}
        following = 0
        for task, result in run(self._finish_tasks(placements)):
            if not isinstance(task, FinishTask) or not isinstance(result, Finished):
                continue
            if task.placement.index != following:
                waiting[task.placement.index] = self._spool.put(result)
                continue
            assembly.add(result, rooms[following])
            following += 1
            while following in waiting:
                assembly.add(self._spool.value(waiting.pop(following)), rooms[following])
                following += 1
        assembly.close(self._bookmarks(), self._destinations(), attached)
        return assembly.signature

    def _finish_tasks(self, placements: Iterable[Placement]) -> Iterator[FinishTask]:
        for part, placement, rows in zip(self.sequence, placements, self._furniture(), strict=True):
            yield FinishTask(self._spool.bytes(part.pdf), placement, rows)

    def _placements(self, links: Mapping[str, Target], annotation: int) -> Iterator[Placement]:
        first = FIRST
        known: dict[bytes, int] = {}
        for index, part in enumerate(self.sequence):
            shared = {}
            for stream in part.scan.shared:
                number = known.setdefault(stream.digest, first + stream.rank)
                if number != first + stream.rank:
                    shared[stream.local] = number
            own = {address: links[address] for address in part.scan.links}
            yield Placement(index, first, part.scan.room, shared, own, 0 if index else annotation)
            first += part.scan.room

    def _furniture(self) -> Iterator[tuple[FurnitureRow, ...]]:
        settings = self.options.settings
        watermark = bool(settings.get("watermark"))
        head_or_foot = settings.get("header") is not False or settings.get("footer") is not False
        total = self.pages
        number, title = 0, ""
        for part in self.sequence:
            starts = self._title_starts(part)
            rows = []
            for index, (width, height) in enumerate(part.scan.sizes):
                number += 1
                title = next((name for page, sheet, name in starts if page == index and sheet), title)
                section = part.section or title
                rows.append(FurnitureRow(width, height, str(number), str(total), self.book.title, section, part.bare))
                title = next((name for page, _, name in reversed(starts) if page == index), title)
            furnished = watermark or (head_or_foot and not part.bare)
            yield tuple(rows) if furnished else ()

    def _title_starts(self, part: Kept) -> list[tuple[int, bool, str]]:
        titles = {line.label: line.title for line in part.lines}
        place = dict(zip(part.labels, part.scan.positions, strict=True)) if part.labels else {}
        return [
            # A part begins on a new sheet whatever the pages do.
            (position.page, begin.sheet or begin.label == part.labels[0], titles.get(begin.label, ""))
            for begin in part.begins
            if (position := place.get(begin.label)) is not None
        ]

    def _bookmarks(self) -> list[Bookmark]:
        if self.options.settings.get("bookmarks") is False:
            return []
        known = set(self.labels())
        return [
            Bookmark(line.level + 1, line.title, line.label)
            for part in self._parts
            for line in part.lines
            if line.label in known
        ]

    def _destinations(self) -> Iterator[Destination]:
        sizes = [size for part in self.sequence for size in part.scan.sizes]
        for label, where in self.places().items():
            # A little above the line, as viewers put the place at the top of the window.
            yield Destination(
                label, where.page, where.x, min(sizes[where.page][1], sizes[where.page][1] - where.y + 10)
            )
