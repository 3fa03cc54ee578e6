"""Captions of tables and images: from the author's markup to the lists of tables and figures."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from confluence_xpress.macros.call import Expansion
from confluence_xpress.macros.table import expand_static
from confluence_xpress.model import (
    Anchor,
    Block,
    Blocks,
    Cell,
    Document,
    Figure,
    Fit,
    Image,
    Inlines,
    LineBreak,
    Link,
    Macro,
    Mark,
    Missing,
    Paragraph,
    Parameter,
    Row,
    Rule,
    Table,
    Text,
    Url,
)
from confluence_xpress.model.text import block_text
from confluence_xpress.readers.adf import read_adf
from confluence_xpress.readers.storage import read_storage
from confluence_xpress.readers.view import read_view
from confluence_xpress.render import plan
from confluence_xpress.transforms.cut import atoms, join
from confluence_xpress.transforms.tables import fit_tables
from tests.boxes import Word, word_boxes
from tests.corpus import options
from tests.pdfs import Spot, jumps, named_places
from tests.recall import pdf_text
from tests.space_exports import write_folder
from tests.test_parts import FILLER, Made, make
from tests.verapdf import validate

FIGURE = Figure(Image(Missing("a.png", "gone")))
TITLE: Inlines = (Text("Limits"),)


def words(text: str) -> Paragraph:
    return Paragraph((Text(text),))


def table(*rows: tuple[str, ...], caption: Inlines = ()) -> Table:
    return Table(tuple(Row(tuple(Cell((words(text),)) for text in row)) for row in rows), caption=caption)


CELL = table(("a",))


# --- The macro -------------------------------------------------------------------------------------------------------


def titled(*body: Block, **values: str) -> Expansion:
    macro = Macro("scroll-title", tuple(Parameter(name, value) for name, value in values.items()), body)
    found = expand_static(macro)
    assert found and not found[1]
    return found[0]


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ((CELL,), (table(("a",), caption=TITLE),)),
        ((FIGURE,), (Figure(FIGURE.image, TITLE),)),
        ((words("x"), CELL, Rule()), (words("x"), table(("a",), caption=TITLE), Rule())),
        ((CELL, FIGURE), (Paragraph(TITLE, small=True), CELL, FIGURE)),
        ((Figure(FIGURE.image, (Text("Own"),)),), (Paragraph(TITLE, small=True), Figure(FIGURE.image, (Text("Own"),)))),
        ((), (Paragraph(TITLE, small=True),)),
    ],
)
def test_a_title_is_the_caption_of_what_is_alone_and_has_none(body: Blocks, shown: Blocks) -> None:
    assert titled(*body, title=" Limits ", type="table") == shown


def test_an_anchor_stands_in_the_caption_or_before_what_has_none() -> None:
    assert titled(CELL, title="Limits", anchor="here") == (table(("a",), caption=(Anchor("here"), *TITLE)),)
    assert titled(CELL, anchor="here") == (Paragraph((Anchor("here"),)), CELL)
    assert titled(CELL, title="  ") == (CELL,)


def test_both_spellings_caption_an_image() -> None:
    storage = (
        '<ac:structured-macro ac:name="scroll-title"><ac:parameter ac:name="title">Limits</ac:parameter>'
        '<ac:rich-text-body><p><ac:image><ri:url ri:value="https://example.com/a.png"/></ac:image></p>'
        "</ac:rich-text-body></ac:structured-macro>"
    )
    image = {"type": "media", "attrs": {"type": "external", "url": "https://example.com/a.png"}}
    extension = {
        "type": "bodiedExtension",
        "attrs": {"extensionKey": "scroll-title", "parameters": {"macroParams": {"title": {"value": "Limits"}}}},
        "content": [{"type": "mediaSingle", "content": [image]}],
    }
    adf = json.dumps({"type": "doc", "version": 1, "content": [extension]})
    for document, _ in (read_storage(storage), read_adf(adf)):
        (figure,) = document.content
        assert isinstance(figure, Figure)
        assert figure.caption == TITLE


# --- HTML ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("read", [read_storage, read_view])
@pytest.mark.parametrize(
    ("source", "shown"),
    [
        (
            '<table><caption>The <b>best</b> <a href="https://example.com">ones</a></caption><tr><td>a</td></tr></table>',
            (
                table(
                    ("a",),
                    caption=(
                        Text("The "),
                        Mark("strong", (Text("best"),)),
                        Text(" "),
                        Link(Url("https://example.com"), (Text("ones"),)),
                    ),
                ),
            ),
        ),
        (
            "<table><caption><p>One</p><hr/><p>two</p></caption><tr><td>a</td></tr></table>",
            (Rule(), table(("a",), caption=(Text("One"), LineBreak(), Text("two")))),
        ),
        ("<table><tr><td>a</td></tr><caption> </caption></table>", (CELL,)),
        ("<table><caption>Limits</caption></table>", (Paragraph(TITLE),)),
        (
            "<figure><table><tr><td>a</td></tr></table><figcaption>Limits</figcaption></figure>",
            (table(("a",), caption=TITLE),),
        ),
    ],
)
def test_a_caption_of_html(read: Callable[[str], tuple[Document, object]], source: str, shown: Blocks) -> None:
    assert read(source)[0].content == shown


# --- Tables in parts -------------------------------------------------------------------------------------------------


def test_only_the_first_part_of_a_table_has_its_caption() -> None:
    wide = table(*(tuple(f"considerable {column}" for column in range(60)) for _ in range(3)), caption=TITLE)
    fitted, codes = fit_tables(Document((wide,)), 450, 8.8, 700)
    assert [code.code for code in codes] == ["table-split"]
    parts = [part for part in fitted.content if isinstance(part, Table)]
    assert len(parts) > 2
    assert [part.caption for part in parts] == [TITLE, *[()] * (len(parts) - 1)]
    assert fit_tables(Document((Table((), caption=TITLE),)), 450, 8.8, 700)[0].content == (Paragraph(TITLE),)


@pytest.mark.parametrize("landscape", [False, True])
def test_only_the_first_piece_of_a_table_has_its_caption(landscape: bool) -> None:
    fit = Fit((1.0,), landscape=landscape)
    place = Anchor("p1-b1")
    rows = tuple(Row((Cell((words("text " * 50),)),)) for _ in range(40))
    content: Blocks = (words("x"), Table(rows, fit=fit, caption=(place, *TITLE)))
    pieces = atoms(content, 200)
    tables = [block for piece in pieces for block in join((piece,)) if isinstance(block, Table)]
    assert [part.caption for part in tables] == [(place, *TITLE), *[()] * (len(tables) - 1)]
    assert len(tables) > 5
    marked = join(pieces, ["", *(f"x{number}" for number in range(1, len(pieces)))])
    assert isinstance(whole := marked[1], Table)
    assert whole.caption == (place, Anchor("x1"), *TITLE), "a mark stands behind the caption's own place"
    assert block_text(marked) == block_text(content)


# --- The PDF ---------------------------------------------------------------------------------------------------------

PAGES = 4


def markup(name: str, rows: int, columns: int = 2, text: str = "cell") -> str:
    cells = "".join(f"<td>{text}</td>" for _ in range(columns))
    return (
        f'<ac:structured-macro ac:name="scroll-title"><ac:parameter ac:name="title">{name}</ac:parameter>'
        f'<ac:parameter ac:name="anchor">{name}</ac:parameter><ac:rich-text-body><table><tbody>'
        f"{'<tr><th>Head</th></tr>' if columns == 1 else ''}{f'<tr>{cells}</tr>' * rows}</tbody></table>"
        "</ac:rich-text-body></ac:structured-macro>"
    )


def captioned_space(folder: Path) -> Path:
    """Pages with short, long, wide, vast and nested tables that have captions, and links to the next page's ones."""
    files: dict[str, str | bytes] = {"space.json": '{"key": "DOC", "name": "Documentation"}'}
    pages = []
    for n in range(PAGES):
        link = (
            f'<ac:link ac:anchor="Long{(n + 1) % PAGES}x"><ri:page ri:content-title="Page{(n + 1) % PAGES}"/></ac:link>'
        )
        files[f"{n}.storage.xml"] = (
            f"<p>{link}</p>{FILLER * n}{markup(f'Short{n}x', 3)}{FILLER * 3}{markup(f'Long{n}x', 70, 1)}{FILLER}"
            f"{markup(f'Wide{n}x', 3, 12, 'considerable-words')}{FILLER}{markup(f'Vast{n}x', 3, 45, 'considerable')}"
            f"<table><caption>Outer{n}x <a href='https://example.com'>link</a></caption>"
            f"<tbody><tr><td>{markup(f'Nested{n}x', 2)}</td></tr></tbody></table>"
        )
        pages.append({"id": str(100 + n), "title": f"Page{n}", "position": n, "body": f"{n}.storage.xml"})
    return write_folder(folder, {**files, "pages.json": json.dumps(pages)})


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory, poppler: None) -> Made:
    """The space, each page a part of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plan, "MOST_BYTES", 1_000)
        made = make(captioned_space(tmp_path_factory.mktemp("space")), options({"list_of_tables": "true"}))
    assert made.parts == PAGES
    assert {code for code, _ in made.findings} == {"table-split"}
    return made


NAMES = [f"{kind}{n}x" for n in range(PAGES) for kind in ("Short", "Long", "Wide", "Vast", "Outer", "Nested")]


@pytest.mark.slow
def test_the_list_of_tables_names_the_pages_of_the_captions(book: Made) -> None:
    first = book.start(0)
    lines = [line.split() for sheet in pdf_text(book.pdf)[: first - 1] for line in sheet.splitlines()]
    listed = {line[0]: int(line[-1]) for line in lines if line and line[0] in NAMES}
    assert list(listed) == NAMES
    boxes = list(word_boxes(book.pdf))
    assert {word.text: word.page for word in boxes if word.text in NAMES and word.page >= first} == listed
    leads = [jump.to for jump in jumps(book.pdf) if jump.page < first]
    assert set(listed.values()) <= set(leads)


def test_the_anchor_of_a_title_is_where_its_caption_is(book: Made) -> None:
    places: dict[str, Spot] = named_places(book.pdf)
    boxes = list(word_boxes(book.pdf))
    for n, entry in enumerate(book.manifest["pages"]):
        spot = places[entry["links"][0]["place"]]
        (word,) = (w for w in boxes if w.text == f"Long{(n + 1) % PAGES}x" and w.page >= book.start(0))
        assert (word.page, abs(word.top - spot.below) < 20) == (spot.page, True)


@pytest.mark.slow
def test_no_caption_is_parted_from_its_table(tmp_path: Path, poppler: None) -> None:
    bodies = [FILLER[: 3 + 16 * (n % 40)] + "</p>" + markup(f"T{n}x", 2 + n % 9, 1 + n % 2) for n in range(90)]
    pages = [{"id": "1", "title": "One", "body": "1.storage.xml"}]
    files = {
        "space.json": '{"key": "D", "name": "D"}',
        "pages.json": json.dumps(pages),
        "1.storage.xml": "".join(bodies),
    }
    made = make(write_folder(tmp_path, files))
    seen = list(below_captions(word_boxes(made.pdf)))
    assert len(seen) == 90
    assert set(seen) == {"Head", "cell"}


def below_captions(boxes: Iterator[Word]) -> Iterator[str]:
    """For each caption the word that follows on its sheet; nothing if there is none."""
    for word, following in pairwise(boxes):
        if word.text.startswith("T") and word.text.endswith("x"):
            yield following.text if following.page == word.page else ""


@pytest.mark.slow
@pytest.mark.usefixtures("verapdf")
def test_captions_keep_to_the_standards(book: Made, tmp_path: Path) -> None:
    path = tmp_path / "book.pdf"
    path.write_bytes(book.pdf)
    assert validate([path], "ua1", "2a") == {path: []}
