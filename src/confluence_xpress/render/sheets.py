"""Sheets that are no content: cover, contents, lists, index; and the last work on each part, furniture included."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate

from confluence_xpress.errors import TypesettingError
from confluence_xpress.render.part import FinishTask, FrontTask, Piece, Sheets
from confluence_xpress.render.typesetting import template_fault
from confluence_xpress.render.workshop import Workshop
from confluence_xpress.typeset.engine import compile_pdf
from confluence_xpress.typeset.finish import Finished, finish, scan
from confluence_xpress.typeset.raw import Position, RawPdf
from confluence_xpress.typeset.standards import for_parts
from confluence_xpress.writers.typst import MAIN, Book, book_files, main_file
from confluence_xpress.writers.typst.front import write_contents, write_cover, write_index, write_listing
from confluence_xpress.writers.typst.furniture import write_furniture

PIECE = 70_000
"""Kilobytes that typesetting a piece of a list may take: about 1,500 lines, 30 sheets."""
_LINE = 45
"""Kilobytes that typesetting a line takes, by estimate."""
_REFERENCE = 9
"""The same for a page number in an index."""
_FURNITURE_STANDARD = ("a-2b",)


def cut_list(shop: Workshop, task: FrontTask) -> tuple[Piece, ...]:
    """The pieces of a list, each as much as one compile bears. The lines on a piece's last sheet are left to the next,
    so that there is no gap.
    """
    pieces: list[Piece] = []
    weights = [0, *accumulate(_weights(task))]
    first = 0
    while first < task.count:
        stop = max(first + 1, bisect_right(weights, weights[first] + PIECE) - 1)
        raw = RawPdf(_typeset(shop, task.piece(first, stop), (), tags=False))
        sheets = len(raw.pages())
        if stop < task.count and (full := _on_full_sheets(raw.facts(), sheets, stop - first)):
            stop = first + full
            sheets -= 1
        pieces.append(Piece(stop - first, sheets))
        first = stop
    return tuple(pieces)


def _weights(task: FrontTask) -> list[int]:
    """What typesetting each line takes, in kilobytes by estimate."""
    lists = len(task.contents) + len(task.listing)
    return [_LINE] * lists + [_LINE + _REFERENCE * len(line.pages) for line in task.index]


def _on_full_sheets(positions: Sequence[Position | None], sheets: int, count: int) -> int:
    """How many of so many lines begin before the last sheet; 0 if none begins on it, or the first one does."""
    for index, position in enumerate(positions[-count:]):
        if position is not None and position.page >= sheets - 1:
            return index
    return 0


def make_sheets(shop: Workshop, task: FrontTask) -> Sheets:
    """The cover, or a piece of a list."""
    pdf = _typeset(shop, task, for_parts(shop.options.standards), tags=True)
    return Sheets(pdf, scan(pdf))


def finish_part(shop: Workshop, task: FinishTask) -> Finished:
    """The part as it goes into the document."""
    furniture = None
    if task.rows:
        furniture = _compile(shop, shop.book, write_furniture(task.rows), _FURNITURE_STANDARD, tags=False)
    return finish(task.pdf, task.placement, furniture)


def _typeset(shop: Workshop, task: FrontTask, standards: Sequence[str], *, tags: bool) -> bytes:
    shop.make_room(sum(_weights(task)))
    main = main_file([_markup(task)], [f"x{index}" for index in range(task.count)])
    return _compile(shop, replace(shop.book, volume=task.volume), main, standards, tags=tags)


def _markup(task: FrontTask) -> str:
    match task.kind:
        case "cover":
            return write_cover()
        case "contents":
            return write_contents(task.contents, first=task.first)
        case "figures" | "tables":
            return write_listing(task.kind, task.listing, first=task.first)
        case "index":
            return write_index(task.index, first=task.first)


def _compile(shop: Workshop, book: Book, main: str, standards: Sequence[str], *, tags: bool = True) -> bytes:
    """A PDF of what the template makes of the book's values and lists. InputError if the template is at fault."""
    files = {MAIN: main, **book_files(book)}
    table = {ord(character): "\ufffd" for character in shop.glyphs.unshown(files.values())}
    shown = {name: (text.translate(table) if table else text).encode() for name, text in files.items()}
    try:
        sources = {**shop.template, **shown}
        return compile_pdf(sources, MAIN, standards, shop.options.timestamp, tags=tags, installed=shop.installed)
    except TypesettingError as error:
        raise template_fault(shop.options, error) from error
