"""Sheets that are no content: cover, contents, lists, index; and the last work on each part, furniture included."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeVar

from confluence_xpress.errors import TypesettingError
from confluence_xpress.render.part import FinishTask, FrontTask, Sheets
from confluence_xpress.render.typesetting import template_fault
from confluence_xpress.render.workshop import Workshop
from confluence_xpress.typeset.engine import compile_pdf
from confluence_xpress.typeset.finish import Finished, Scan, finish, scan
from confluence_xpress.typeset.standards import for_parts
from confluence_xpress.writers.typst import BOOK, MAIN, Book, book_values, main_file
from confluence_xpress.writers.typst.front import write_contents, write_index, write_listing
from confluence_xpress.writers.typst.furniture import write_furniture

LINES_AT_ONCE = 1_500
"""Lines of a list in one compile: about 40 sheets."""
_FURNITURE_STANDARD = ("a-2b",)

L = TypeVar("L")


def make_sheets(shop: Workshop, task: FrontTask) -> list[Sheets]:
    """The cover, or the sheets of a list, in pieces that are bounded in memory and leave no gap."""
    book = replace(shop.book, volume=task.volume)
    match task.kind:
        case "cover":
            return [_sheets(shop, book, "#cover-sheet()", 0)]
        case "contents":
            return _pieces(shop, book, task.contents, write_contents)
        case "figures" | "tables":
            return _pieces(shop, book, task.listing, partial(write_listing, task.kind))
        case "index":
            return _pieces(shop, book, task.index, write_index)


def finish_part(shop: Workshop, task: FinishTask) -> Finished:
    """The part as it goes into the document."""
    furniture = None
    if task.rows:
        furniture = _compile(shop, shop.book, write_furniture(task.rows), _FURNITURE_STANDARD, tags=False)
    return finish(task.pdf, task.placement, furniture)


def _pieces(shop: Workshop, book: Book, lines: Sequence[L], write: Callable[..., str]) -> list[Sheets]:
    """A list in as many compiles as its length demands. The lines on the last sheet of one are left to the next."""
    made: list[Sheets] = []
    first = 0
    while first < len(lines):
        some = lines[first : first + LINES_AT_ONCE]
        sheets = _sheets(shop, book, write(some, first=not first), len(some))
        if first + len(some) < len(lines):
            some = some[: fitting(sheets.scan, len(some))]
            sheets = _sheets(shop, book, write(some, first=not first), len(some))
        made.append(sheets)
        first += len(some)
    return made


def fitting(found: Scan, count: int) -> int:
    """How many of so many marked pieces are on full pages: those before the last page, or all if there is but one."""
    last = len(found.sizes) - 1
    for index, position in enumerate(found.positions[-count:]):
        if index and position is not None and position.page >= last:
            return index
    return count


def _sheets(shop: Workshop, book: Book, body: str, marks: int) -> Sheets:
    main = main_file([body], [f"x{index}" for index in range(marks)])
    pdf = _compile(shop, book, main, for_parts(shop.options.standards))
    return Sheets(pdf, scan(pdf))


def _compile(shop: Workshop, book: Book, main: str, standards: Sequence[str], *, tags: bool = True) -> bytes:
    """A PDF of what the template makes of the book's values and lists. InputError if the template is at fault."""
    files = {MAIN: main, BOOK: book_values(book)}
    table = {ord(character): "\ufffd" for character in shop.glyphs.unshown(files.values())}
    shown = {name: (text.translate(table) if table else text).encode() for name, text in files.items()}
    try:
        return compile_pdf({**shop.template, **shown}, MAIN, standards, shop.options.timestamp, tags=tags)
    except TypesettingError as error:
        raise template_fault(shop.options, error) from error
