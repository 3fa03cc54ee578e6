"""Enormous pages in pieces: nothing is lost, nothing is heavy, and what is joined looks as if it was never cut."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from confluence_xpress.model import (
    Anchor,
    Annotation,
    Asset,
    Block,
    Blocks,
    BulletList,
    Card,
    Cell,
    CodeBlock,
    Colored,
    Column,
    Columns,
    Contents,
    ContentsEntry,
    DecisionItem,
    DecisionList,
    Destination,
    Document,
    Excerpt,
    Expand,
    Figure,
    File,
    Files,
    Fit,
    Heading,
    Image,
    Inline,
    Inlines,
    LineBreak,
    Link,
    ListItem,
    Mark,
    Missing,
    Notice,
    OrderedList,
    PageProperties,
    Panel,
    Paragraph,
    Preformatted,
    Quote,
    Row,
    Rule,
    Status,
    Table,
    TaskItem,
    TaskList,
    Text,
    Url,
)
from confluence_xpress.model.text import block_text, inline_text
from confluence_xpress.model.walk import iter_blocks, iter_inlines, own_inlines, rewrite_blocks
from confluence_xpress.readers.adf import read_adf
from confluence_xpress.readers.storage import read_storage
from confluence_xpress.templates import load_template, parse_settings
from confluence_xpress.transforms.cut import Atom, atoms, join, weigh
from confluence_xpress.transforms.tables import fit_tables
from confluence_xpress.typeset.engine import compile_pdf
from confluence_xpress.typeset.fonts import load_fonts
from confluence_xpress.writers.typst import Book, book_files, main_file
from confluence_xpress.writers.typst.blocks import write_blocks
from confluence_xpress.writers.typst.state import Place
from tests.boxes import word_boxes
from tests.corpus import ABSENT, documents

DOCUMENTS = documents("storage", "adf")
ANYWHERE = 1
"""A limit so small that everything is opened as far as it can be."""
EVERYTHING = 10**9


# --- Builders and measures -------------------------------------------------------------------------------------------


def p(words: str) -> Paragraph:
    return Paragraph((Text(words),))


def td(words: str = "", colspan: int = 1, rowspan: int = 1) -> Cell:
    return Cell((p(words),) if words else (), colspan=colspan, rowspan=rowspan)


def th(words: str) -> Cell:
    return Cell((p(words),), header=True)


def grid(rows: int, columns: int, words: str = "some words in a cell") -> Table:
    """A table with a heading."""
    head = Row(tuple(th(f"Head {n}") for n in range(columns)))
    body = (Row(tuple(td(f"{words} {row} {n}") for n in range(columns))) for row in range(rows))
    return Table((head, *body), header_rows=1, fit=Fit((100 / columns,) * columns))


def fitted(content: Blocks) -> Blocks:
    return fit_tables(Document(content), 453.0, 8.8, 700.0)[0].content


def letters(nodes: Blocks) -> str:
    """What is read, without white space: text is cut at spaces, and within words too."""
    return "".join(block_text(nodes).split())


def units(pieces: Sequence[Atom], size: int) -> list[Blocks]:
    """The atoms in groups of so many, joined."""
    return [join(pieces[start : start + size]) for start in range(0, len(pieces), size)]


def names_for(pieces: Sequence[Atom]) -> list[str]:
    return ["", *(f"x{n}" for n in range(1, len(pieces)))]


def anchors(nodes: Blocks) -> list[str]:
    return [
        node.name
        for block in iter_blocks(nodes)
        for line in own_inlines(block)
        for node in iter_inlines(line)
        if isinstance(node, Anchor)
    ]


def unmarked(nodes: Blocks) -> Blocks:
    """Without anchors and the paragraphs that hold nothing else; neighbouring texts are one."""

    def on_inline(node: Inline) -> Inlines:
        match node:
            case Anchor():
                return ()
            case Mark() | Colored() | Annotation() | Link():
                return (replace(node, content=merged(node.content)),)
            case _:
                return (node,)

    def on_block(node: Block) -> Blocks:
        match node:
            case Paragraph(content=()):
                return ()
            case Paragraph() | Heading() | Preformatted():
                return (replace(node, content=merged(node.content)),)
            case _:
                return (node,)

    return rewrite_blocks(nodes, on_block, on_inline)


def merged(nodes: Inlines) -> Inlines:
    result: list[Inline] = []
    for node in nodes:
        if isinstance(node, Text) and result and isinstance(last := result[-1], Text):
            result[-1] = Text(last.text + node.text)
        else:
            result.append(node)
    return tuple(result)


def is_whole(table: Table) -> bool:
    """Whether the cells fill a grid without holes, and none reaches below it."""
    width = sum(cell.colspan for cell in table.rows[0].cells)
    until = [0] * width
    for index, row in enumerate(table.rows):
        column = 0
        for cell in row.cells:
            while column < width and until[column] > index:
                column += 1
            until[column : column + cell.colspan] = [index + cell.rowspan] * cell.colspan
            column += cell.colspan
        if len(until) != width or any(end <= index for end in until):
            return False
    return set(until) == {len(table.rows)}


def tables_in(nodes: Blocks) -> list[Table]:
    return [block for block in iter_blocks(nodes) if isinstance(block, Table)]


# --- Laws ------------------------------------------------------------------------------------------------------------

texts = st.text("ab é字 ", min_size=1, max_size=30).filter(str.strip)


def linked(nodes: list[Inline]) -> Inline:
    return Link(Url("https://example.com"), tuple(nodes))


def some(inner: st.SearchStrategy[Inline]) -> st.SearchStrategy[list[Inline]]:
    return st.lists(inner, min_size=1, max_size=3)


spans: st.SearchStrategy[Inline] = st.recursive(
    texts.map(Text) | st.just(LineBreak()) | texts.map(Status),
    lambda inner: (
        some(inner).map(linked)
        | some(inner).map(lambda nodes: Mark("strong", tuple(nodes)))
        | some(inner).map(lambda nodes: Colored(tuple(nodes), "#ff0000"))
        | some(inner).map(lambda nodes: Annotation("c", tuple(nodes)))
    ),
    max_leaves=4,
)
lines: st.SearchStrategy[Inlines] = st.lists(spans, min_size=1, max_size=4).map(tuple)
captions: st.SearchStrategy[Inlines] = st.just(()) | lines
plain: st.SearchStrategy[Block] = (
    st.builds(Paragraph, lines, st.sampled_from(["", "center"]), st.integers(0, 2))
    | st.builds(Heading, st.integers(1, 6), lines)
    | st.builds(Preformatted, lines)
    | st.builds(Rule)
    | st.builds(lambda name: Figure(Image(Missing(name, "gone"), alt=name)), texts)
    | st.builds(lambda line: Card(Url("https://example.com"), content=line), lines)
)
seamed: st.SearchStrategy[Block] = (
    st.builds(CodeBlock, st.text("ab \n", max_size=40), st.sampled_from(["", "python"]), texts, st.booleans())
    | st.builds(lambda names: Files(tuple(File(Url("x"), name) for name in names)), st.lists(texts, max_size=4))
    | st.builds(
        lambda entries: Contents(entries=tuple(ContentsEntry(1, line, Destination("h")) for line in entries)),
        st.lists(lines, max_size=4),
    )
)


def boxes(inner: st.SearchStrategy[Blocks]) -> st.SearchStrategy[Block]:
    """What holds blocks one after the other."""
    contents = st.lists(inner, max_size=4)
    return (
        st.builds(lambda items: BulletList(tuple(map(ListItem, items))), contents)
        | st.builds(lambda items, start: OrderedList(tuple(map(ListItem, items)), start), contents, st.integers(0, 9))
        | st.builds(lambda items: TaskList(tuple(map(TaskItem, items))), contents)
        | st.builds(lambda items: DecisionList(tuple(map(DecisionItem, items))), contents)
        | st.builds(Quote, inner)
        | st.builds(lambda title, content: Panel("info", content, (Text(title),)), texts, inner)
        | st.builds(Expand, texts, inner)
        | st.builds(Excerpt, inner)
        | st.builds(PageProperties, inner)
        | st.builds(Notice, texts, inner)
        | st.builds(
            lambda cells, caption: Table(tuple(Row((Cell(content),)) for content in cells), caption=caption),
            contents,
            captions,
        )
    )


def beside(inner: st.SearchStrategy[Blocks]) -> st.SearchStrategy[Block]:
    """What holds blocks side by side."""
    cells = st.builds(Cell, inner, colspan=st.integers(1, 2), rowspan=st.integers(1, 3))
    rows = st.lists(st.builds(Row, st.lists(cells, max_size=3).map(tuple)), max_size=4)
    return st.builds(lambda rows, caption: Table(tuple(rows), caption=caption), rows, captions) | st.builds(
        lambda columns: Columns(tuple(map(Column, columns))), st.lists(inner, min_size=2, max_size=3)
    )


def trees(leaf: st.SearchStrategy[Block], *, side_by_side: bool) -> st.SearchStrategy[Blocks]:
    def contents(inner: st.SearchStrategy[Blocks]) -> st.SearchStrategy[Blocks]:
        nested = boxes(inner) | beside(inner) if side_by_side else boxes(inner)
        return st.lists(leaf | nested, max_size=4).map(tuple)

    return st.recursive(st.lists(leaf, max_size=3).map(tuple), contents, max_leaves=12)


limits = st.sampled_from([ANYWHERE, 20, 60, 150, EVERYTHING])
sizes = st.integers(1, 7)
law = settings(max_examples=80, deadline=None)


@pytest.mark.slow
@law
@given(trees(plain | seamed, side_by_side=True), limits)
def test_all_atoms_are_the_content(content: Blocks, limit: int) -> None:
    pieces = atoms(content, limit)
    assert join(pieces) == content
    assert [piece.index for piece in pieces] == list(range(len(pieces)))


@pytest.mark.slow
@law
@given(trees(plain | seamed, side_by_side=False), limits, sizes)
def test_the_words_of_units_are_those_of_the_content_in_their_order(content: Blocks, limit: int, size: int) -> None:
    found = "".join(letters(unit) for unit in units(atoms(content, limit), size))
    assert found == letters(content)


@pytest.mark.slow
@law
@given(trees(plain | seamed, side_by_side=True), limits, sizes)
def test_what_stands_side_by_side_has_all_its_words_once(content: Blocks, limit: int, size: int) -> None:
    found = Counter("".join(letters(unit) for unit in units(atoms(content, limit), size)))
    assert found == Counter(letters(content))


@pytest.mark.slow
@law
@given(trees(plain, side_by_side=True), limits, st.data())
def test_marks_are_all_there_and_change_nothing_else(content: Blocks, limit: int, data: st.DataObject) -> None:
    pieces = atoms(content, limit)
    start = data.draw(st.integers(0, len(pieces)))
    chosen = pieces[start : data.draw(st.integers(start, len(pieces)))]
    marked = join(chosen, names_for(chosen))
    assert sorted(anchors(marked)) == sorted(names_for(chosen)[1:])
    assert unmarked(marked) == unmarked(join(chosen))


@pytest.mark.slow
@law
@given(trees(plain | seamed, side_by_side=False), limits)
def test_marks_stand_in_the_order_of_the_atoms(content: Blocks, limit: int) -> None:
    pieces = atoms(content, limit)
    marked = join(pieces, names_for(pieces))
    assert anchors(marked) == names_for(pieces)[1:]
    assert letters(marked) == letters(content)


@pytest.mark.slow
@law
@given(trees(plain | seamed, side_by_side=True))
def test_light_content_stays_in_whole_blocks(content: Blocks) -> None:
    pieces = atoms(content, EVERYTHING)
    assert [join([piece]) for piece in pieces] == [(block,) for block in content]
    assert sum(piece.weight for piece in pieces) >= weigh(content)


@pytest.mark.slow
@pytest.mark.skipif(not DOCUMENTS, reason=ABSENT)
@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_real_documents(path: Path) -> None:
    read = read_storage if path.suffix == ".xml" else read_adf
    content = fitted(read(path.read_text(encoding="utf-8"))[0].content)
    for limit in (ANYWHERE, 200, 5_000):
        pieces = atoms(content, limit)
        assert join(pieces) == content
        assert sorted(anchors(join(pieces, names_for(pieces)))) == sorted([*names_for(pieces)[1:], *anchors(content)])
        cut = units(pieces, 5)
        missing = Counter(letters(content)) - Counter("".join(map(letters, cut)))
        assert not missing
        for unit in cut:
            assert all(is_whole(table) for table in tables_in(unit))


# --- Nothing is heavy ------------------------------------------------------------------------------------------------

LIMIT = 2_000
LINE = "many words in a paragraph " * 10
HEAVY: dict[str, Block] = {
    "paragraph": p(LINE * 200),
    "word": p("x" * 20_000),
    "heading": Heading(1, (Text(LINE * 100),), label="h"),
    "marks": Paragraph((Mark("strong", (Link(Url("https://example.com"), (Text(LINE * 200),)),)),)),
    "preformatted": Preformatted(tuple(node for _ in range(500) for node in (Text(LINE), LineBreak()))),
    "code": CodeBlock("value = 1  # and so on\n" * 2_000, "python"),
    "code line": CodeBlock("x" * 50_000, "python"),
    "bullets": BulletList((ListItem((p(LINE),)),) * 500),
    "item": BulletList((ListItem((p(LINE),) * 500),)),
    "tasks": TaskList((TaskItem((p("task"),)),) * 500),
    "decisions": DecisionList((DecisionItem((p("decision"),)),) * 500),
    "panel": Panel("info", (p(LINE),) * 500, (Text("Title"),)),
    "expand": Expand("Title", (Quote((p(LINE),) * 500),)),
    "columns": Columns((Column((p(LINE),) * 300), Column((p(LINE),) * 200), Column((p("x"),)))),
    "table": grid(1_000, 5),
    "cell": Table((Row((td(LINE * 200), td("x"), td(LINE * 300))),)),
    "nested": Table((Row((td("x"), Cell((grid(500, 3),)))),)),
    "span": Table((Row((td("x", rowspan=600), td(LINE))), *(Row((td(LINE),)) for _ in range(599)))),
    "files": Files(tuple(File(Url("x"), f"{n}.pdf") for n in range(500))),
    "contents": Contents(entries=(ContentsEntry(1, (Text("x"),), Destination("h")),) * 1_000),
    "notice": Notice("Something is missing.", (Excerpt((p(LINE),) * 500),)),
}


@pytest.mark.parametrize("block", HEAVY.values(), ids=HEAVY)
def test_no_atom_is_heavier_than_the_limit(block: Block) -> None:
    pieces = atoms((block,), LIMIT)
    assert weigh((block,)) > 2 * LIMIT
    assert max(piece.weight for piece in pieces) <= LIMIT
    assert sum(piece.weight for piece in pieces) >= weigh((block,)) * 0.7


def test_what_an_image_weighs_is_told_by_its_file() -> None:
    figure = Figure(Image(Asset("/media/a.svg", 100, 100)))
    assert weigh((figure,), {"/media/a.svg": 10_000_000}) > 50_000
    assert weigh((figure,), {"/media/a.svg": 1_000}) < 100
    assert len(atoms((figure,), 1_000, {"/media/a.svg": 10_000_000})) == 1


# --- How what is cut goes on -----------------------------------------------------------------------------------------


def halves(block: Block, limit: int = ANYWHERE) -> tuple[Block, Block]:
    """The block cut in the middle."""
    pieces = atoms((block,), limit)
    middle = len(pieces) // 2
    (first,), (second,) = join(pieces[:middle]), join(pieces[middle:])
    return first, second


@pytest.mark.slow
def test_a_table_goes_on_with_its_header_rows_and_widths() -> None:
    header = Row((Cell((Heading(2, (Anchor("a"), Text("Head")), label="h"),), header=True), th("Second")))
    table = Table((header, *(Row((td(f"a{n}"), td(f"b{n}"))) for n in range(2_000))), header_rows=1, fit=Fit((30, 70)))
    pieces = atoms((table,), 5_000)
    assert len(pieces) == 2_000
    (first,), (second,) = join(pieces[:700]), join(pieces[700:])
    assert isinstance(first, Table) and isinstance(second, Table)
    assert first.rows == table.rows[:701]
    assert second.rows[1:] == table.rows[701:]
    assert (first.fit, first.header_rows) == (second.fit, second.header_rows) == (table.fit, 1)
    # One heading, and one place for links, as before.
    assert second.rows[0].cells[0] == Cell((Paragraph((Mark("strong", (Text("Head"),)),)),), header=True)


def test_the_pieces_of_a_table_as_wide_as_its_content_are_equally_wide() -> None:
    rows = [["Key", "State"], *(["x" * (1 + n % 9), "done"] for n in range(500))]
    (table,) = fitted((Table(tuple(Row(tuple(map(td, row))) for row in rows)),))
    assert isinstance(table, Table) and table.fit == Fit(())
    found = {one.fit for unit in units(atoms((table,), 100), 50) for one in tables_in(unit)}
    assert len(found) == 1
    (fit,) = found
    assert fit and len(fit.columns) == 2 and fit.columns[0] > fit.columns[1] > 0


def test_rows_that_a_cell_joins_stay_together_if_they_are_light() -> None:
    rows = (Row((td("x", rowspan=2), td("a"))), Row((td("b"),)))
    table = Table(rows * 300)
    pieces = atoms((table,), 1_000)
    assert [len(one.rows) for unit in units(pieces, 1) for one in tables_in(unit)] == [2] * 300


def test_a_cell_that_is_cut_goes_on_empty() -> None:
    joined = Cell((p("all"),), rowspan=4, background="#ffeeaa")
    rows = (Row((td("a0"), joined)), *(Row((td(f"a{n}"),)) for n in range(1, 4)))
    pieces = atoms((Table(rows),), 60)
    (first,), (second,) = join(pieces[:1]), join(pieces[1:])
    assert first == Table((Row((td("a0"), replace(joined, rowspan=1))),))
    empty = replace(joined, content=(), rowspan=3)
    assert second == Table((Row((td("a1"), empty)), *rows[2:]))


def test_a_heavy_row_is_cut_in_its_cells() -> None:
    row = Row((td("light"), Cell(tuple(p(f"a{n}") for n in range(100))), Cell(tuple(p(f"b{n}") for n in range(50)))))
    table = Table((row,))
    pieces = atoms((table,), 500)
    cut = [one.rows[0] for unit in units(pieces, 1) for one in tables_in(unit)]
    assert [block_text(one.cells[0].content) for one in cut] == ["light", *[""] * (len(cut) - 1)]
    for column in (1, 2):
        assert tuple(block for one in cut for block in one.cells[column].content) == row.cells[column].content
    assert "b0" in block_text(cut[0].cells[2].content)


def test_numbers_go_on() -> None:
    _, second = halves(OrderedList(tuple(ListItem((p(f"{n}"),)) for n in range(10)), start=5))
    assert second == OrderedList(tuple(ListItem((p(f"{n}"),)) for n in range(5, 10)), start=10)
    code = CodeBlock("\n".join(f"line {n}" for n in range(10)), "python", "Title", line_numbers=True, first_line=7)
    first, second = halves(code, 15)
    assert first == CodeBlock(
        "\n".join(f"line {n}" for n in range(5)), "python", "Title", line_numbers=True, first_line=7
    )
    assert second == CodeBlock(
        "\n".join(f"line {n}" for n in range(5, 10)), "python", "", line_numbers=True, first_line=12
    )


def test_a_long_line_of_code_is_cut_anywhere_and_loses_nothing() -> None:
    code = CodeBlock("short\n" + "x" * 100 + "\n\nend\n")
    cut = [block for unit in units(atoms((code,), 8), 1) for block in unit if isinstance(block, CodeBlock)]
    assert len(cut) > 10
    assert "".join(block.text for block in cut).replace("\n", "") == code.text.replace("\n", "")
    assert cut[-1].first_line in (4, 5)


def test_boxes_go_on_without_their_titles() -> None:
    content = tuple(p(f"{n}") for n in range(10))
    assert halves(Panel("note", content, (Text("T"),))) == (
        Panel("note", content[:5], (Text("T"),)),
        Panel("note", content[5:]),
    )
    first, second = halves(Expand("T", content))
    assert first == Expand("T", content[:5])
    assert block_text((second,)) == block_text(content[5:])
    assert halves(Notice("T", content)) == (Notice("T", content[:5]), Notice("", content[5:]))


def test_a_heading_goes_on_as_text() -> None:
    first, second = halves(Heading(2, (Text("many words in it"),), label="h"))
    assert isinstance(first, Heading) and first.label == "h"
    assert isinstance(second, Paragraph) and isinstance(second.content[0], Mark)
    assert block_text((first,)) + block_text((second,)) == "many words in it"


def test_letters_of_several_characters_stay_whole() -> None:
    family, accented = "👨\u200d👩\u200d👧", "e\u0301"
    cut = units(atoms((p((family + accented) * 40),), ANYWHERE), 1)
    shown = [inline_text(block.content) for unit in cut for block in unit if isinstance(block, Paragraph)]
    assert len(shown) > 40
    assert not any(text[0] in "\u200d\u0301" or text[-1] == "\u200d" for text in shown)


def test_items_keep_their_distances() -> None:
    """A paragraph of its own for the mark would set the items of a list apart."""
    items = (ListItem((p("a"), BulletList((ListItem((p("b"),)),) * 3))),) * 30
    pieces = atoms((BulletList(items),), ANYWHERE)
    marked = join(pieces, names_for(pieces))
    for block in iter_blocks(marked):
        if isinstance(block, BulletList):
            assert all(isinstance(item.content[0], Paragraph) for item in block.items)
            assert all(isinstance(inner, BulletList) for item in block.items for inner in item.content[1:])


@pytest.mark.slow
def test_an_enormous_table() -> None:
    table = grid(20_000, 5)
    pieces = atoms((table,), 50_000)
    assert len(pieces) == 20_000
    assert join(pieces)[0] is table
    cut = units(pieces, 2_000)
    assert [len(one.rows) for unit in cut for one in tables_in(unit)] == [2_001] * 10


def test_nothing_is_nothing() -> None:
    assert atoms((), LIMIT) == ()
    assert join(()) == ()
    assert weigh(()) == 0


# --- Seen ------------------------------------------------------------------------------------------------------------


def typeset(content: Blocks, labels: Sequence[str] = ()) -> bytes:
    """Tagged PDF of blocks; the positions of the labels are in it."""
    template = load_template("default")
    book = Book(
        "Title",
        options=parse_settings(template.options, {}),
        words=template.words_in("en"),
        fonts=load_fonts().stacks("SC"),
    )
    body = write_blocks(content, Place(level=1, targets=frozenset(), format_day=str))
    files = {f"template/{name}": text.encode() for name, text in template.files.items()}
    written = {**book_files(book), "main.typ": main_file([body], labels)}
    files |= {name: text.encode() for name, text in written.items()}
    return compile_pdf(files, "main.typ", ("a-3a",), 0)


def structure(pdf: pikepdf.Pdf) -> list[str]:
    """The tags of the structure tree, indented."""

    def walk(node: object, depth: int) -> Iterator[str]:
        if isinstance(node, pikepdf.Array):
            for child in node:
                yield from walk(child, depth)
        elif isinstance(node, pikepdf.Dictionary) and "/S" in node:
            yield " " * depth + str(node.S)
            yield from walk(node.get("/K", pikepdf.Array()), depth + 1)

    return list(walk(pdf.Root.StructTreeRoot.K, 0))


ITEMS = tuple(ListItem((p("an item"), BulletList((ListItem((p("below it"),)),) * 2))) for _ in range(40))
SHOWN: dict[str, Blocks] = {
    "table": (p("before"), grid(120, 4, "words " * 6), p("after")),
    "empty cells": (Table(tuple(Row((td(), td("x" * (n % 5)))) for n in range(150)), fit=Fit((50, 50))),),
    "turned": (
        Heading(1, (Text("Wide"),), label="h1"),
        replace(grid(30, 9), fit=Fit((1,) * 9, landscape=True)),
        Heading(1, (Text("Wide too"),), label="h2"),
        replace(grid(3, 9), fit=Fit((1,) * 9, landscape=True)),
    ),
    "spans": (Table((Row((td("x " * 30, rowspan=2), td("a"))), Row((td("b " * 20),))) * 40, fit=Fit((50, 50))),),
    "middle": (Table((Row((replace(td("x " * 90), valign="middle"), td("a"))),) * 40, fit=Fit((50, 50))),),
    "lists": (BulletList(ITEMS), OrderedList(ITEMS), TaskList((TaskItem((p("a task"),)),) * 40)),
    "panel": (Panel("info", (p(LINE), Rule(), Heading(2, (Text("H"),), label="h"), CodeBlock("x = 1")) * 40),),
    "columns": (Columns((Column((p(LINE),) * 60), Column((p("x"),) * 20))),),
    "whole": (p("a"), CodeBlock("x"), Rule(), p("b"), Quote((p("c"),)), Heading(1, (Text("H"),)), grid(3, 2)) * 5,
}


@pytest.mark.slow
@pytest.mark.usefixtures("poppler")
@pytest.mark.parametrize("content", SHOWN.values(), ids=SHOWN)
def test_marks_are_neither_seen_nor_read(content: Blocks) -> None:
    pieces = atoms(content, 3_000)
    names = names_for(pieces)
    bare, marked = typeset(content), typeset(join(pieces, names), names[1:])
    assert list(word_boxes(marked)) == list(word_boxes(bare))
    with pikepdf.open(io.BytesIO(bare)) as first, pikepdf.open(io.BytesIO(marked)) as second:
        assert structure(second) == structure(first)
        places = json.loads(second.attachments["facts.json"].get_file().read_bytes())
    assert len(places) == len(pieces) - 1
    # Below each other on the pages.
    assert all(one[0] < two[0] or one[2] <= two[2] for one, two in pairwise(places))


@pytest.mark.slow
def test_pieces_can_be_typeset() -> None:
    """Whatever is cut, wherever."""
    for block in HEAVY.values():
        pieces = atoms((block,), LIMIT)
        cut = join(pieces[1:3], ["", "x1"])
        assert typeset(cut, anchors(cut)).startswith(b"%PDF")
