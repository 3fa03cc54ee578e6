"""One task, a range of pages, becomes parts of the document: bodies in, typeset pages and facts out.

A task is a generator that yields the needs it finds and is sent their answers, so that it does no I/O, and runs in this
process as well as in another one. Whoever drives it holds the content of one part at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, partial
from itertools import islice
from typing import TypeVar

from confluence_xpress.bundle import Body, Page
from confluence_xpress.diagnostics import Diagnostic
from confluence_xpress.errors import InternalError
from confluence_xpress.lookup import Read, Site
from confluence_xpress.model import Anchor, AttachmentRef, Block, Blocks, Document, Figure, Table
from confluence_xpress.model.walk import rewrite_blocks, same_inline
from confluence_xpress.needs import AttachmentNeed, BodyNeed, ImageNeed, Need
from confluence_xpress.readers import read
from confluence_xpress.render.book import make_chapter
from confluence_xpress.render.fallback import plain_text
from confluence_xpress.render.inspection import inspected
from confluence_xpress.render.part import (
    Answers,
    Begin,
    Made,
    Part,
    PartTask,
    Question,
    figure_lines,
    index_terms,
    outline_lines,
    table_lines,
)
from confluence_xpress.render.typesetting import Typesetting
from confluence_xpress.render.workshop import Workshop, unchecked
from confluence_xpress.transforms.cut import Atom, atoms, join, weigh
from confluence_xpress.transforms.images import images_in, resolve_images
from confluence_xpress.transforms.index import find_attachment
from confluence_xpress.transforms.media import typeset_memory
from confluence_xpress.transforms.pipeline import Draft, PreparedPage, lay_out
from confluence_xpress.typeset.finish import Scan, scan
from confluence_xpress.writers.typst import Chapter, labels

MAX_ROUNDS = 50
"""Every round answers what the last one brought up: pages included by included pages, mostly two or three deep."""

UNIT = 150_000
"""Kilobytes that one compile may take by estimate, besides what the process takes anyway."""
_MARK = "x"
"""What the labels between pieces of an enormous page begin with; those of places begin with p."""
_SHEETS_BACK = 4
"""Sheets at the end of a unit among which the best place to end it is looked for."""
_A_LINE = 30.0
"""Points that a mark in the first line of a sheet may be below its margin."""
_USUAL_IMAGE = 300_000
"""Bytes of an image file whose size is not known."""
_TIMES_IN_MEMORY = 8
"""What an image file takes while it is typeset, in its own size."""

T = TypeVar("T")
Asking = Generator[Question, Answers, T]
"""Work that yields needs, is sent their answers, and returns a value. The parts that it makes are yielded too."""


class PartRun:
    """A task at work: a basket of chapters that is typeset when it is full."""

    def __init__(self, shop: Workshop, task: PartTask) -> None:
        self.shop = shop
        self.task = task
        self.answers = dict(task.answers)
        self.reader: Read = cache(read)
        self.drafts: dict[str, Draft] = {}
        self.made = 0
        self.counted = len(shop.album.costs)
        self.basket: list[tuple[PreparedPage, Chapter]] = []
        self.media: dict[str, bytes] = {}
        self.weight = 0

    def run(self) -> Asking[int]:
        """The pages of the task as one or more parts: as many as their weight demands. Returns how many."""
        pages = self.shop.job.outline.pages[self.task.start : self.task.stop]
        yield from self._draft(pages)
        for page in pages:
            prepared = yield from self._asking(partial(self._finish, page))
            prepared = self._reduced(prepared)
            prepared = replace(prepared, document=_labelled_captions(prepared.document, prepared.label))
            content = prepared.document.content
            if weigh(content) + self._pictures(content, page) > UNIT:
                yield from self._typeset()
                yield from self._enormous(prepared)
            else:
                yield from self._ordinary(prepared)
        yield from self._typeset()
        return self.made

    def _hand_over(self, part: Part) -> Asking[None]:
        """The part goes to the host, with the images that nobody needed before, and the pages shown on others."""
        costs = self.shop.album.costs
        images = dict(islice(costs.items(), self.counted, None))
        self.counted = len(costs)
        included = frozenset[str]()
        if not self.made:
            included = included.union(*(draft.included for draft in self.drafts.values()))
        yield Made(self.task.start, self.made, replace(part, included=included, images=images))
        self.made += 1

    def _asking(self, work: Callable[[Site], T]) -> Asking[T]:
        for _ in range(MAX_ROUNDS):
            site = self.shop.site(self.answers, self.reader)
            result = work(site)
            if not site.missing:
                return result
            self.answers.update((yield tuple(site.missing)))
        raise InternalError(f"After {MAX_ROUNDS} rounds there are still needs without an answer.")

    def _draft(self, pages: Sequence[Page]) -> Asking[None]:
        if self.task.reduced > 1:
            self.answers.update({BodyNeed(page.id): Body("storage", "") for page in pages})

        def work(site: Site) -> None:
            missing: dict[Need, None] = {}
            for page in pages:
                if page.id not in self.drafts:
                    site.missing = {}
                    draft = self.shop.draft(page, site)
                    if site.missing:
                        missing |= site.missing
                    else:
                        self.drafts[page.id] = draft
            site.missing = missing

        yield from self._asking(work)

    def _finish(self, page: Page, site: Site) -> PreparedPage:
        return self.shop.finish(self.drafts[page.id], self.shop.index(site, self.drafts))

    def _reduced(self, page: PreparedPage) -> PreparedPage:
        if not self.task.reduced:
            return page
        what = "only its text is shown" if self.task.reduced == 1 else "nothing of it is shown"
        lost = Diagnostic(
            "page-not-typeset",
            f"the page could not be typeset ({self.task.reason}); {what}",
            page=page.page.id,
            hint="Please report this with the page that caused it.",
        )
        content = plain_text(page.document.content, self.task.reduced)
        return replace(page, document=Document(content), headings=(), diagnostics=(*page.diagnostics, lost))

    def _ordinary(self, page: PreparedPage) -> Asking[None]:
        """A page that shares a compile with its neighbours as far as there is room."""
        before = page
        page, media = yield from self._images(page)
        self._let_files_go()
        page = lay_out(page, self.shop.tables)
        weight = self._weight(page.document.content, media)
        if self.weight + weight > UNIT:
            yield from self._typeset()
        if weight > 2 * UNIT:
            # Its images are far larger than they were guessed to be.
            media.clear()
            yield from self._enormous(before)
            return
        self.media |= media
        self.weight += weight
        self.basket.append((page, make_chapter(page, self.shop.options)))

    def _enormous(self, page: PreparedPage) -> Asking[None]:
        """A page that is typeset piece by piece. What stands on the last sheet of one piece is left to the next.

        The last part has its record, which tells of the whole page.
        """
        page = lay_out(page, self.shop.tables)
        pieces = atoms(page.document.content, UNIT // 2)
        title = make_chapter(page, self.shop.options)
        content: Blocks = ()
        found = page.diagnostics
        first = 0
        while True:
            unit, typed, media = yield from self._unit(pieces[first:], page)
            chapter = replace(title, content=typed.document.content, continued=first > 0)
            weight = self._weight(typed.document.content, media)
            typesetting, pdf = self._compile([chapter], media, weight)
            if first + len(unit) < len(pieces):
                count = _on_full_sheets(
                    scan(pdf), labels(typesetting.chapters), len(unit), self.shop.options.template.area.margin_top
                )
                if count < len(unit):
                    unit = unit[:count]
                    typed = self._resolved(_joined(unit, page), media)
                    chapter = replace(chapter, content=typed.document.content)
                    typesetting, pdf = self._compile([chapter], media, 0)
            self._let_files_go()
            content += typed.document.content
            found += (*typed.diagnostics, *typesetting.diagnostics)
            part = self._part(pdf, typesetting.chapters)
            found += part.diagnostics
            if not first:
                part = replace(part, names={page.page.id: self.drafts[page.page.id].names})
            first += len(unit)
            if first >= len(pieces):
                break
            yield from self._hand_over(replace(part, diagnostics=()))
        whole = replace(page, document=Document(content), diagnostics=tuple(dict.fromkeys(found)))
        record = self.shop.exported(whole, self.answers.get(BodyNeed(page.page.id)))
        yield from self._hand_over(replace(part, records=(record,), diagnostics=whole.diagnostics))

    def _unit(
        self, pieces: Sequence[Atom], page: PreparedPage
    ) -> Asking[tuple[Sequence[Atom], PreparedPage, dict[str, bytes]]]:
        """As many of the pieces as there is room for, with their images."""
        weight = 0
        count = 0
        for piece in pieces:
            weight += piece.weight + self._pictures(join((piece,)), page.page)
            if count and weight > UNIT:
                break
            count += 1
        while True:
            unit = pieces[:count]
            typed, media = yield from self._images(_joined(unit, page))
            if count == 1 or self._weight(typed.document.content, media) <= UNIT:
                return unit, typed, media
            count //= 2

    def _pictures(self, content: Blocks, page: Page) -> int:
        """What typesetting the images will take, in kilobytes, by a guess from the sizes of their files."""
        size = 0
        for image in images_in(content):
            if isinstance(image.source, AttachmentRef):
                known = find_attachment(page, image.source)
                size += (known.size if known else 0) or _USUAL_IMAGE
        return size * _TIMES_IN_MEMORY // 1000

    def _weight(self, content: Blocks, media: Mapping[str, bytes]) -> int:
        """What typesetting will take, in kilobytes."""
        costs = self.shop.album.costs
        memory = typeset_memory(costs[path] for path in media if path in costs)
        return weigh(content, dict.fromkeys(media, 0)) + memory // 1000

    def _images(self, page: PreparedPage) -> Asking[tuple[PreparedPage, dict[str, bytes]]]:
        """The page with its images checked and ready, and their bytes."""
        yield from self._asking(lambda site: resolve_images(page.document, site, page.page, {}, unchecked))
        media: dict[str, bytes] = {}
        return self._resolved(page, media), media

    def _let_files_go(self) -> None:
        """Forget what was fetched for images: it may be fetched again."""
        for need in [need for need in self.answers if isinstance(need, AttachmentNeed | ImageNeed)]:
            del self.answers[need]

    def _resolved(self, page: PreparedPage, media: dict[str, bytes]) -> PreparedPage:
        site = self.shop.site(self.answers, self.reader)
        album = self.shop.album
        return lay_out(page, lambda document: resolve_images(document, site, page.page, media, album))

    def _typeset(self) -> Asking[None]:
        """The basket as a part."""
        if not self.basket:
            return
        basket, media, weight = self.basket, self.media, self.weight
        self.basket, self.media, self.weight = [], {}, 0
        typesetting, pdf = self._compile([chapter for _, chapter in basket], media, weight)
        part = self._part(pdf, typesetting.chapters)
        bodies = self.answers
        yield from self._hand_over(
            replace(
                part,
                names={page.page.id: self.drafts[page.page.id].names for page, _ in basket},
                records=tuple(self.shop.exported(page, bodies.get(BodyNeed(page.page.id))) for page, _ in basket),
                diagnostics=(
                    *(d for page, _ in basket for d in page.diagnostics),
                    *typesetting.diagnostics,
                    *part.diagnostics,
                ),
            )
        )

    def _compile(
        self, chapters: Sequence[Chapter], media: Mapping[str, bytes], weight: int
    ) -> tuple[Typesetting, bytes]:
        """Typeset chapters that weigh so many kilobytes; 0 if all of it was in the last compile too."""
        shop = self.shop
        shop.make_room(weight)
        typesetting = Typesetting(shop.book, chapters, shop.options, shop.template, media, shop.glyphs, shop.installed)
        return typesetting, typesetting.run()

    def _part(self, pdf: bytes, chapters: Sequence[Chapter]) -> Part:
        scanned = scan(pdf)
        every = labels(chapters)
        # Marks between the pieces of an enormous page are no places of the document.
        kept = [index for index, label in enumerate(every) if not label.startswith(_MARK)]
        positions = scanned.positions
        scanned = replace(scanned, positions=tuple(positions[index] for index in kept))
        written = tuple(every[index] for index in kept)
        begun = [chapter for chapter in chapters if not chapter.continued]
        return Part(
            pdf=pdf,
            diagnostics=inspected(pdf, scanned, written, chapters),
            scan=scanned,
            labels=written,
            begins=tuple(
                Begin(chapter.label, self.shop.book.starts_sheet(chapter), chapter.depth == 1) for chapter in begun
            ),
            lines=outline_lines(chapters, frozenset(written), single=len(self.shop.job.outline.pages) == 1),
            figures=figure_lines(chapters),
            tables=table_lines(chapters),
            terms=(*self._page_labels(begun), *index_terms(chapters)),
        )

    def _page_labels(self, chapters: Sequence[Chapter]) -> Iterator[tuple[tuple[str, ...], str]]:
        """The labels of pages stand in the index too."""
        for chapter in chapters:
            if page := self.shop.page(chapter.page_id):
                for label in page.labels:
                    yield (label,), chapter.label


def _joined(unit: Sequence[Atom], page: PreparedPage) -> PreparedPage:
    """The pieces as a page of their own, each behind a mark."""
    names = ["", *(f"{_MARK}{index}" for index in range(1, len(unit)))]
    return replace(page, document=Document(join(unit, names)), diagnostics=())


def _on_full_sheets(found: Scan, known: Sequence[str], count: int, top: float) -> int:
    """How many of so many marked pieces come before the last sheet; all if that can't be told.

    Best is one that stands at the top of a sheet, `top` points from its edge: what comes before fills the sheets.
    """
    marks = [
        (int(label.removeprefix(_MARK)), position)
        for label, position in zip(known, found.positions, strict=True)
        if label.startswith(_MARK) and position is not None
    ]
    last = len(found.sizes) - 1
    for sheet in range(last, max(0, last - _SHEETS_BACK), -1):
        on_sheet = [(index, position) for index, position in marks if position.page == sheet]
        if on_sheet and on_sheet[0][1].y < top + _A_LINE:
            return on_sheet[0][0]
    straddling = next((index for index, position in marks if position.page >= last), count + 1)
    return max(1, straddling - 1) if last else count


def _labelled_captions(document: Document, label: str) -> Document:
    """The document with a place in each caption, for the lists of figures and tables."""
    counts = {"f": 0, "b": 0}

    def block(node: Block) -> Blocks:
        if not isinstance(node, Figure | Table) or not node.caption or isinstance(node.caption[0], Anchor):
            return (node,)
        kind = "f" if isinstance(node, Figure) else "b"
        counts[kind] += 1
        return (replace(node, caption=(Anchor(f"{label}-{kind}{counts[kind]}"), *node.caption)),)

    return Document(rewrite_blocks(document.content, block, same_inline))
