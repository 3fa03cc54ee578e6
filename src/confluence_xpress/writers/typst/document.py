"""A book as Typst files: one for each page, and a main file that joins them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from confluence_xpress.model import Anchor, Blocks, Heading
from confluence_xpress.model.text import inline_text
from confluence_xpress.model.walk import iter_blocks, iter_inlines, own_inlines
from confluence_xpress.writers.typst.blocks import write_blocks
from confluence_xpress.writers.typst.book import Book, Chapter
from confluence_xpress.writers.typst.breaks import breakable
from confluence_xpress.writers.typst.escape import literal, markup, string
from confluence_xpress.writers.typst.state import TITLE_WORD_LIMIT, WORD_LIMIT, Place

MAIN = "main.typ"


def page_file(index: int) -> str:
    """The file of a page."""
    return f"pages/{index:06}.typ"


def write_book(book: Book, format_day: Callable[[str], str]) -> dict[str, str]:
    """Typst files by name: `main.typ`, `book.typ` and one for each page. Assets and the template are not among them."""
    targets = frozenset(label for chapter in book.chapters for label in labels(chapter))
    files = {MAIN: _main(book), "book.typ": _values(book)}
    written: set[str] = set()
    for index, chapter in enumerate(book.chapters):
        place = Place(level=chapter.depth, targets=targets, format_day=format_day, labels=written)
        files[page_file(index)] = write_chapter(chapter, place, book.new_sheet)
    return files


def write_chapter(chapter: Chapter, place: Place, new_sheet: str = "page") -> str:
    """Markup of one page, title included."""
    place.claim(chapter.label)
    arguments = [f"level: {chapter.depth}", f"depth: {chapter.depth}", f"target: {string(chapter.label)}"]
    if chapter.number:
        arguments.append(f"number: [{markup(chapter.number)}]")
    if chapter.details:
        arguments.append(f"details: [{breakable(chapter.details, WORD_LIMIT)}]")
    if not (new_sheet == "page" or (new_sheet == "chapter" and chapter.depth == 1)):
        arguments.append("sheet: false")
    arguments.append(f"title: {string(chapter.title)}")
    title = breakable(chapter.title, TITLE_WORD_LIMIT)
    return (
        f'#import "/template/template.typ": *\n\n#page-title({", ".join(arguments)})[{title}]\n\n'
        f"{write_blocks(chapter.content, place)}\n"
    )


def labels(chapter: Chapter) -> Iterator[str]:
    """Every label that the written page will have."""
    yield chapter.label
    for block in iter_blocks(chapter.content):
        if isinstance(block, Heading) and block.label:
            yield block.label
        for line in own_inlines(block):
            for node in iter_inlines(line):
                if isinstance(node, Anchor):
                    yield node.name


def contents_entries(book: Book) -> Iterator[tuple[int, str, str, str]]:
    """Level, number, title and label of each line of the book's table of contents."""
    single = len(book.chapters) == 1
    for chapter in book.chapters:
        if chapter.depth <= book.contents_depth and not single:
            yield chapter.depth, chapter.number, chapter.title, chapter.label
        shift = 0 if single else chapter.depth
        for heading in headings(chapter.content):
            if heading.level + shift <= book.contents_depth and heading.label:
                yield heading.level + shift, heading.number, inline_text(heading.content), heading.label


def headings(nodes: Blocks) -> Iterator[Heading]:
    """All headings, in reading order."""
    return (block for block in iter_blocks(nodes) if isinstance(block, Heading))


def _main(book: Book) -> str:
    lines = ['#import "/template/template.typ": *', "#show: document-styles"]
    if book.cover:
        lines.append("#cover-sheet()")
    if book.contents:
        entries = list(contents_entries(book))
        rows = "".join(
            f"({level}, {f'[{markup(number)}]' if number else 'none'}, "
            f"[{breakable(title, WORD_LIMIT)}], {string(label)}),\n"
            for level, number, title, label in entries
        )
        if rows:
            lines.append(f"#contents-sheets((\n{rows}))")
    lines.append("#show: body-styles")
    lines += [f"#include {string('/' + page_file(index))}" for index in range(len(book.chapters))]
    return "\n".join(lines) + "\n"


def _values(book: Book) -> str:
    values = {
        "title": book.title,
        "subtitle": book.subtitle,
        "language": book.language,
        "eyebrow": book.eyebrow,
        "facts": [list(fact) for fact in book.facts],
        "footer": list(book.footer),
        "authors": list(book.authors),
        "keywords": list(book.keywords),
    }
    region = string(book.region) if book.region else "none"
    return (
        f"#let book = {literal(values)[:-1]}, region: {region})\n"
        f"#let options = {literal(dict(book.options))}\n"
        f"#let words = {literal(dict(book.words))}\n"
        f"#let fonts = {literal({name: list(families) for name, families in book.fonts.items()})}\n"
    )
