"""A part of a book as Typst files: one for each page, and a main file that joins them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache

from confluence_xpress.model import Anchor, Blocks, Heading, IndexTerm
from confluence_xpress.model.walk import iter_blocks, iter_inlines, own_inlines
from confluence_xpress.writers.typst.blocks import write_blocks
from confluence_xpress.writers.typst.book import Book, Chapter
from confluence_xpress.writers.typst.breaks import breakable
from confluence_xpress.writers.typst.escape import literal, markup, string
from confluence_xpress.writers.typst.state import TITLE_WORD_LIMIT, WORD_LIMIT, Place

MAIN = "main.typ"
BOOK = "book.typ"
SETTINGS = "settings.typ"
_IMPORT = '#import "/template/template.typ": *'
# What the typesetter knows of places goes into the file as an attachment, which the finished document does not have.
_POSITIONS = """#context {
  let places = __LABELS__.map(name => {
    let found = query(label(name))
    if found.len() > 0 { let at = found.first().location().position(); (at.page, at.x.pt(), at.y.pt()) }
  })
  let data = bytes(json.encode(places, pretty: false))
  pdf.attach("facts.json", data, relationship: "data", mime-type: "application/json", description: "places")
}
"""


def page_file(index: int) -> str:
    """The file of a page."""
    return f"pages/{index:06}.typ"


def write_part(book: Book, chapters: Sequence[Chapter], format_day: Callable[[str], str]) -> dict[str, str]:
    """Typst files by name: `main.typ`, `book.typ` and one for each chapter. Assets and the template are not among them.

    The positions of all `labels` are in the typeset file.
    """
    known = labels(chapters)
    targets = frozenset(known)
    includes = [f"#include {string('/' + page_file(index))}" for index in range(len(chapters))]
    files = {MAIN: main_file(includes, known), **book_files(book)}
    written: set[str] = set()
    for index, chapter in enumerate(chapters):
        place = Place(level=chapter.depth, targets=targets, format_day=format_day, labels=written)
        files[page_file(index)] = write_chapter(chapter, place, sheet=book.starts_sheet(chapter))
    return files


def main_file(body: Iterable[str], positions: Sequence[str] = ()) -> str:
    """The main file of a part. The positions of these labels will be in the typeset file."""
    lines = [f"{_IMPORT}\n", "#show: document-styles\n", "#set heading(bookmarked: false)\n"]
    if positions:
        lines.append(_POSITIONS.replace("__LABELS__", literal(list(positions))))
    lines.append("#show: body-styles\n")
    return "".join([*lines, *(f"{line}\n" for line in body)])


def write_chapter(chapter: Chapter, place: Place, *, sheet: bool = True) -> str:
    """Markup of one page, title included."""
    pieces = [_IMPORT]
    if not chapter.continued:
        pieces.append(_title(chapter, place, sheet=sheet))
    pieces.append(write_blocks(chapter.content, place))
    return "\n\n".join(pieces) + "\n"


def labels(chapters: Iterable[Chapter]) -> tuple[str, ...]:
    """Every label that the written pages will have, each once."""
    return tuple(dict.fromkeys(label for chapter in chapters for label in _labels(chapter)))


def headings(nodes: Blocks) -> Iterator[Heading]:
    """All headings, in reading order."""
    return (block for block in iter_blocks(nodes) if isinstance(block, Heading))


def _title(chapter: Chapter, place: Place, *, sheet: bool) -> str:
    place.claim(chapter.label)
    arguments = [f"level: {chapter.depth}", f"depth: {chapter.depth}", f"target: {string(chapter.label)}"]
    if chapter.number:
        arguments.append(f"number: [{markup(chapter.number)}]")
    if chapter.details:
        arguments.append(f"details: [{breakable(chapter.details, WORD_LIMIT)}]")
    if not sheet:
        arguments.append("sheet: false")
    return f"#page-title({', '.join(arguments)})[{breakable(chapter.title, TITLE_WORD_LIMIT)}]"


def _labels(chapter: Chapter) -> Iterator[str]:
    if not chapter.continued:
        yield chapter.label
    for block in iter_blocks(chapter.content):
        if isinstance(block, Heading) and block.label:
            yield block.label
        for line in own_inlines(block):
            for node in iter_inlines(line):
                if isinstance(node, Anchor):
                    yield node.name
                elif isinstance(node, IndexTerm):
                    yield node.label


def book_files(book: Book) -> dict[str, str]:
    """The files with the values that the template may use, by name: the document's own, and what many have the same.

    Typst evaluates a file once, as long as what it imports stays the same.
    """
    values = {
        "title": book.title,
        "subtitle": book.subtitle,
        "language": book.language,
        "eyebrow": book.eyebrow,
        "volume": book.volume,
        "facts": [list(fact) for fact in book.facts],
        "footer": list(book.footer),
        "authors": list(book.authors),
        "keywords": list(book.keywords),
    }
    region = string(book.region) if book.region else "none"
    settings = (
        f"#let language = {string(book.language)}\n"
        f"#let options = {literal(dict(book.options))}\n"
        f"#let words = {_known(tuple(book.words.items()))}\n"
        f"#let fonts = {_known(tuple(book.fonts.items()))}\n"
    )
    own = f'#import "/{SETTINGS}": fonts, options, words\n#let book = {literal(values)[:-1]}, region: {region})\n'
    return {BOOK: own, SETTINGS: settings}


@lru_cache(16)
def _known(values: tuple[tuple[str, str | tuple[str, ...]], ...]) -> str:
    """A dictionary of what comes from templates and fonts, not from documents."""
    return literal({name: value if isinstance(value, str) else list(value) for name, value in values})
