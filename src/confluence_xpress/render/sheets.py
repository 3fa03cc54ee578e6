"""Sheets that are no content: cover, contents, lists, index; and the last work on each part, furniture included."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from confluence_xpress.errors import TypesettingError
from confluence_xpress.render.part import FinishTask, FrontTask, Piece, Sheets
from confluence_xpress.render.typesetting import template_fault
from confluence_xpress.render.workshop import Workshop
from confluence_xpress.typeset.engine import compile_pdf
from confluence_xpress.typeset.finish import Finished, finish, scan
from confluence_xpress.typeset.raw import Position, RawPdf
from confluence_xpress.typeset.standards import for_parts
from confluence_xpress.writers.typst import BOOK, MAIN, Book, book_values, main_file
from confluence_xpress.writers.typst.front import write_contents, write_cover, write_index, write_listing
from confluence_xpress.writers.typst.furniture import write_furniture

LINES_AT_ONCE = 1_500
"""Lines of a list in one compile: about 30 sheets."""
_FURNITURE_STANDARD = ("a-2b",)


def cut_list(shop: Workshop, task: FrontTask) -> tuple[Piece, ...]:
    """The pieces of a list, each as much as one compile bears. The lines on a piece's last sheet are left to the next,
    so that there is no gap.
    """
    pieces: list[Piece] = []
    first = 0
    while first < task.count:
        some = task.piece(first, first + LINES_AT_ONCE)
        raw = RawPdf(_typeset(shop, some, (), tags=False))
        lines, sheets = some.count, len(raw.pages())
        if first + lines < task.count:
            lines = _on_full_sheets(raw.facts(), sheets, lines)
            sheets = max(1, sheets - 1)
        pieces.append(Piece(lines, sheets))
        first += lines
    return tuple(pieces)


def _on_full_sheets(positions: Sequence[Position | None], sheets: int, count: int) -> int:
    """How many of so many lines are on full sheets: those before the last sheet, or all if there is but one."""
    for index, position in enumerate(positions[-count:]):
        if index and position is not None and position.page >= sheets - 1:
            return index
    return count


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
    files = {MAIN: main, BOOK: book_values(book)}
    table = {ord(character): "\ufffd" for character in shop.glyphs.unshown(files.values())}
    shown = {name: (text.translate(table) if table else text).encode() for name, text in files.items()}
    try:
        return compile_pdf({**shop.template, **shown}, MAIN, standards, shop.options.timestamp, tags=tags)
    except TypesettingError as error:
        raise template_fault(shop.options, error) from error
