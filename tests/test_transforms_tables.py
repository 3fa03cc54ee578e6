"""Tables: grids without holes, and words that stay inside their cells when Typst sets them."""

from __future__ import annotations

import random
import re
import subprocess
from collections import Counter
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import pytest
import typst
from fontTools.ttLib import TTFont
from hypothesis import given, settings
from hypothesis import strategies as st

from confluence_xpress.diagnostics import CODES
from confluence_xpress.model import (
    Anchor,
    Asset,
    Blocks,
    BulletList,
    Cell,
    CodeBlock,
    Column,
    Columns,
    Document,
    Excerpt,
    Figure,
    Fit,
    Heading,
    Image,
    Inline,
    Link,
    ListItem,
    Mark,
    Panel,
    Paragraph,
    Row,
    Status,
    Table,
    Text,
    Url,
)
from confluence_xpress.model.text import block_text, line_pieces
from confluence_xpress.model.walk import iter_blocks
from confluence_xpress.transforms.metrics import BOLD, text_width
from confluence_xpress.transforms.tables import fit_tables

WIDTH, LANDSCAPE, SIZE, PADDING = 460.0, 700.0, 8.8, 6.0


def font_folder(package: str) -> Path:
    spec = find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "files"


# --- builders


def text(words: str) -> Blocks:
    return (Paragraph((Text(words),)),) if words else ()


def td(words: str = "", colspan: int = 1, rowspan: int = 1) -> Cell:
    return Cell(text(words), colspan=colspan, rowspan=rowspan)


def th(words: str = "", colspan: int = 1, rowspan: int = 1) -> Cell:
    return Cell(text(words), header=True, colspan=colspan, rowspan=rowspan)


def plain(*rows: Sequence[str]) -> Table:
    """A table whose first row is its heading."""
    first, *others = rows
    return Table((Row(tuple(map(th, first))), *(Row(tuple(map(td, row))) for row in others)))


def fit_all(*blocks: Blocks | Table) -> tuple[list[Table], list[str]]:
    content: list[object] = []
    for block in blocks:
        content += block if isinstance(block, tuple) else [block]
    document, diagnostics = fit_tables(Document(tuple(content)), WIDTH, SIZE, LANDSCAPE)  # type: ignore[arg-type]
    assert all(d.code in CODES and d.message and d.place for d in diagnostics)
    tables = [block for block in iter_blocks(document.content) if isinstance(block, Table)]
    for table in tables:
        assert occupied(table)
        assert table.fit is not None
        assert not table.fit.columns or len(table.fit.columns) == column_count(table)
    return tables, [d.code for d in diagnostics]


def fit_one(table: Table) -> Table:
    tables, _ = fit_all(table)
    return tables[0]


def fit_of(table: Table) -> Fit:
    assert table.fit is not None
    return table.fit


def column_count(table: Table) -> int:
    return sum(cell.colspan for cell in table.rows[0].cells) if table.rows else 0


def occupied(table: Table) -> bool:
    """Whether the cells, placed one after the other in the first free places, fill each row exactly."""
    count = column_count(table)
    until = [0] * count
    for index, row in enumerate(table.rows):
        column = 0
        for cell in row.cells:
            while column < count and until[column] > index:
                column += 1
            places = range(column, column + cell.colspan)
            if column + cell.colspan > count or any(until[place] > index for place in places):
                return False
            for place in places:
                until[place] = index + cell.rowspan
            column += cell.colspan
        if any(end <= index for end in until):
            return False
    return all(end == len(table.rows) for end in until)


def shape(table: Table) -> list[list[tuple[str, int, int]]]:
    return [[(block_text(c.content), c.colspan, c.rowspan) for c in row.cells] for row in table.rows]


# --- grids


def test_short_rows_are_filled() -> None:
    tables, codes = fit_all(Table((Row((td("a"), td("b"))), Row((td("c"),)))))
    assert shape(tables[0]) == [[("a", 1, 1), ("b", 1, 1)], [("c", 1, 1), ("", 1, 1)]]
    assert codes == ["table-normalised"]


def test_a_whole_table_is_not_reported() -> None:
    assert fit_all(Table((Row((td("a", rowspan=2), td("b"))), Row((td("c"),)))))[1] == []


def test_overlapping_spans_are_cut() -> None:
    table = Table((Row((td("a"), td("b", rowspan=2))), Row((td("wide", colspan=3), td("d")))))
    tables, codes = fit_all(table)
    assert shape(tables[0])[1][:2] == [("wide", 1, 1), ("d", 1, 1)]
    assert codes == ["table-normalised"]


def test_spans_end_with_the_table() -> None:
    table = fit_one(Table((Row((td("a", rowspan=9), td("b", rowspan=0))), Row((td("c"),)))))
    assert shape(table)[0][:2] == [("a", 1, 2), ("b", 1, 2)]


def test_columns_and_rows_without_a_cell_of_their_own_vanish() -> None:
    rows: tuple[Row, ...] = (
        Row((td("a", colspan=1000), td("b"))),
        Row(()),
        Row((td("c", 3, 2), td("d", rowspan=2))),
        Row(()),
    )
    assert shape(fit_one(Table(rows))) == [[("a", 2, 1), ("b", 1, 1)], [("c", 1, 1), ("d", 1, 1), ("", 1, 1)]]
    rows = (Row((td("title", colspan=1000),)), Row((td("a"), td("b"))))
    assert shape(fit_one(Table(rows)))[0] == [("title", 2, 1)]


def test_merged_columns_keep_their_width() -> None:
    rows = (Row((td("a", colspan=2), td("b"))), Row((td("c", colspan=2), td("d"))))
    assert fit_of(fit_one(Table(rows, columns=(100, 200, 100)))).columns == (75, 25)


@pytest.mark.parametrize("rows", [(), (Row(()),), (Row(()), Row(()))])
def test_a_table_without_cells_is_nothing(rows: tuple[Row, ...]) -> None:
    assert fit_all(Table(rows))[0] == []


cells = st.builds(td, st.text("ab 1", max_size=6), st.integers(-1, 5), st.integers(-1, 5)) | st.builds(
    th, st.text("ab 1", max_size=6), st.integers(0, 4), st.integers(0, 4)
)
anything = st.builds(
    Table,
    st.lists(st.builds(Row, st.lists(cells, max_size=6).map(tuple)), max_size=7).map(tuple),
    st.lists(st.floats(-5, 500), max_size=8).map(tuple),
    numbered=st.booleans(),
)


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(anything)
def test_any_table_becomes_a_whole_grid_with_all_its_words(table: Table) -> None:
    tables, _ = fit_all(table)
    before = Counter(word for row in table.rows for cell in row.cells for word in block_text(cell.content).split())
    after = Counter(word for one in tables for word in block_text((one,)).split())
    assert not before - after
    for one in tables:
        for row in one.rows[: one.header_rows]:
            assert all(index + cell.rowspan <= one.header_rows for index, cell in enumerate(row.cells[:1]))


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([[th("a"), th("b")], [td("1"), td("2")]], 1),
        ([[td(), th("b")], [th("1"), td("2")]], 1),
        ([[td("x"), th("b")], [th("1"), td("2")]], 0),
        ([[th("a"), td("b")], [th("1"), td("2")]], 0),
        ([[th("a"), th("b")]], 0),
        ([[th("a"), th("b")], [th("c"), th("d")]], 1),
        ([[th("a", rowspan=2), th("b", colspan=2)], [th("c"), th("d")], [td("1"), td("2"), td("3")]], 2),
        ([[th("a", rowspan=2), th("b")], [th("c")], [td("1"), td("2")]], 2),
        ([[th("a", rowspan=2), th("b")], [td("c")], [td("1"), td("2")]], 0),
        ([[th("x", colspan=2)], [th("a", rowspan=3), th("b")], [td("c")], [td("1")]], 1),
        ([[th("word " * 400), th("b")], [td("1"), td("2")]], 0),
    ],
)
def test_header_rows(rows: list[list[Cell]], expected: int) -> None:
    assert fit_one(Table(tuple(Row(tuple(row)) for row in rows))).header_rows == expected


def test_a_numbered_table_gets_a_column_of_numbers() -> None:
    table = plain(["Name", "Place"], ["A", "B"], ["C", "D"])
    done = fit_one(Table(table.rows, numbered=True))
    assert [row[0][0] for row in shape(done)] == ["", "1", "2"]
    assert done.rows[0].cells[0].header
    assert not done.numbered


def test_columns_of_numbers_stand_on_the_right() -> None:
    table = fit_one(
        plain(
            ["Name", "Share", "Price", "Version", "Day", "Few"],
            ["a", "12 %", "€ 1,234.50", "1.2.3", "2024-05-01", "1"],
            ["b", "−3.5 %", "$0.5", "2", "2024-05-02", "x"],
            ["c", "", "–", "3", "2024-05-03", "2"],
        )
    )
    for row in table.rows:
        assert [cell.align for cell in row.cells] == ["", "right", "right", "", "", ""]


def test_an_author_s_alignment_is_kept() -> None:
    rows = (
        Row((Cell(text("1"), align="center"),)),
        Row((Cell((Paragraph((Text("2"),), align="left"),)),)),
        Row((td("3"),)),
    )
    assert [row.cells[0].align for row in fit_one(Table(rows)).rows] == ["center", "", "right"]


# --- widths


def test_a_small_table_keeps_its_natural_width() -> None:
    assert fit_of(fit_one(plain(["A", "B"], ["one", "two"]))) == Fit(())


def test_the_author_s_widths_are_kept_where_words_fit() -> None:
    rows = plain(["A", "B"], ["one", "two"]).rows
    assert fit_of(fit_one(Table(rows, columns=(300, 100)))).columns == (75, 25)
    narrow = fit_of(fit_one(Table(plain(["A", "Responsibility"], ["one", "two"]).rows, columns=(990, 10))))
    assert narrow.columns[1] * WIDTH / 100 >= text_width("Responsibility") * SIZE + 2 * PADDING


def test_short_columns_are_not_wrapped_for_the_sake_of_long_ones() -> None:
    table = plain(["Key", "State", "Text"], ["ABC-123", "In progress", "many words " * 200])
    widths = [share * WIDTH / 100 for share in fit_of(fit_one(table)).columns]
    assert widths[0] >= text_width("ABC-123") * SIZE + 2 * PADDING
    assert widths[1] >= text_width("In progress") * SIZE + 2 * PADDING


def test_a_long_word_is_broken_before_the_page_is_turned() -> None:
    fit = fit_of(fit_one(plain(["A", "B"], ["x" * 150, "some words " * 20])))
    assert fit.breaks
    assert not fit.landscape


def test_many_columns_turn_the_page_but_only_at_the_top() -> None:
    table = plain([f"Heading{n}" for n in range(11)], ["Requirement"] * 11)
    assert fit_of(fit_one(table)).landscape
    assert fit_of(fit_all((Excerpt((table,)),))[0][0]).landscape
    assert not fit_of(fit_all((Panel("info", (table,)),))[0][0]).landscape


def test_a_table_within_a_narrow_place_fits_that_place() -> None:
    table = plain(["Configuration", "Responsibility", "Requirement"], ["a " * 30, "b", "c"])
    wide = fit_of(fit_one(table))
    narrow = fit_of(fit_all((Columns((Column((table,), 25), Column(text("x"), 75))),))[0][0])
    assert not wide.breaks
    assert wide.scale == 1
    assert narrow.breaks or narrow.scale < 1
    outer = plain(["A", "B", "C"], ["x " * 90, "y " * 90, ""])
    cell = outer.rows[1].cells[2]
    rows = (outer.rows[0], Row((*outer.rows[1].cells[:2], Cell((*cell.content, table)))))
    nested = fit_all(Table(rows))[0]
    assert len(nested) == 2
    share = fit_of(nested[0]).columns[2] / 100
    need = sum(text_width(word) * SIZE + 2 * PADDING for word in ("Configuration", "Responsibility", "Requirement"))
    assert share * WIDTH >= need * 0.7


def test_too_many_columns_are_shown_in_parts_that_lose_nothing() -> None:
    count = 60
    label: tuple[Inline, ...] = (Anchor("a"), Text("key"))
    first = Cell((Heading(2, (Text("H"),), label="p1-h1"), Paragraph(label)))
    body = Row((first, *(td(f"{n * 1000}") for n in range(1, count))))
    merged = Row((td("k"), td("over the cut", colspan=count - 1)))
    head = Row(tuple(th(f"Head{n}") for n in range(count)))
    tables, codes = fit_all(Table((head, body, merged)))
    assert codes == ["table-split"]
    words = set(block_text(tuple(tables)).split())
    assert {f"Head{n}" for n in range(count)} | {str(n * 1000) for n in range(1, count)} <= words
    assert all(block_text(table.rows[1].cells[0].content) == "Head0" for table in tables)
    assert all("over the cut" in block_text((table,)) for table in tables)
    assert {fit_of(table).landscape for table in tables} == {True}
    assert "Columns 2–" in block_text((tables[0],))
    assert all(table.header_rows == 2 for table in tables)
    assert str(tables).count("Anchor(name='a')") == str(tables).count("p1-h1") == 1


def test_a_document_without_tables_is_the_same_object() -> None:
    document = Document((Panel("info", text("x")),))
    assert fit_tables(document, WIDTH, SIZE, LANDSCAPE)[0] is document


def test_lines_end_at_the_seams_of_long_words() -> None:
    assert line_pieces("see spring.datasource.maxPoolSize now", 12) == [
        "see spring.",
        "datasource.",
        "max",
        "Pool",
        "Size now",
    ]
    assert line_pieces("2024-05-01 12,345.00", 4) == ["2024-05-01 12,345.00"]
    assert line_pieces("Verantwortlichkeit", 12)[0] == "Ver"
    assert line_pieces("Verantwortlichkeit", 12)[-1] == "eit"


@given(st.text(), st.integers(4, 30))
def test_pieces_join_to_the_text(words: str, longer_than: int) -> None:
    assert "".join(line_pieces(words, longer_than)) == words


# --- against the fonts and the typesetter


def test_widths_are_those_of_the_installed_font() -> None:
    font = TTFont(font_folder("fontpkg_inter") / "Inter[opsz,wght].ttf")
    advances, names, em = font["hmtx"], font.getBestCmap() or {}, 2048
    assert getattr(font["head"], "unitsPerEm", 0) == em
    for code, name in names.items():
        real = advances[name][0] / em
        if chr(code).isdigit() and code < 0x80:
            assert text_width(chr(code)) >= real
        elif 0x20 <= code < 0x7F or 0xA0 <= code <= 0xFF:
            assert text_width(chr(code)) == pytest.approx(real, abs=0.0006), chr(code)
    words = "Ďábelské Żółć Ελληνικά Русский Größe ĂnȚ".split()
    for word in words:
        assert text_width(word) >= sum(advances[names[ord(c)]][0] for c in word) / em * 0.99, word


WORDS = (
    "the of a in release identifier configuration Customer Verantwortlichkeit 12,345 2024-05-01 error/warning "
    "https://example.com/path/to/some/very-long-resource?id=123456 spring.datasource.hikari.maximum-pool-size "
    "WWWWWWWWWWWWWWWWWWWW internationalisation 3.1415926 §§ Größenordnung Ελληνικά Русский read-only"
).split()


def random_table(columns: int, rows: int, words: int) -> Table:
    def line() -> str:
        return " ".join(random.choice(WORDS) for _ in range(random.randint(1, words)))

    return plain([line() for _ in range(columns)], *([line() for _ in range(columns)] for _ in range(rows)))


def typeset(table: Table) -> bytes:
    """The table alone on a page, as a writer would set it."""
    fit = fit_of(table)

    def cell(content: Cell) -> str:
        words = "#linebreak()".join(
            "#box()".join('#"' + piece.replace("\\", "\\\\").replace('"', '\\"') + '"' for piece in pieces(line))
            for line in block_text(content.content).split("\n")
        )
        weight = "#text(weight: 620)" if content.header else "#text()"
        return f"table.cell(colspan: {content.colspan}, rowspan: {content.rowspan})[{weight}[{words}]]"

    def pieces(line: str) -> list[str]:
        return line_pieces(line, fit.break_after) if fit.breaks else [line]

    columns = ", ".join(f"{share}fr" for share in fit.columns) + "," if fit.columns else "auto, " * column_count(table)
    rows = ", ".join(cell(one) for row in table.rows for one in row.cells)
    room = LANDSCAPE if fit.landscape else WIDTH
    source = f"""#set page(width: {room + 100}pt, height: auto, margin: 50pt)
#set text(font: ("Inter", "Noto Sans"), size: {SIZE * fit.scale}pt, hyphenate: false)
#table(columns: ({columns}), inset: (x: {PADDING}pt, y: 4pt), stroke: .3pt, {rows})"""
    folders = [font_folder("fontpkg_inter"), font_folder("fontpkg_noto_sans")]
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)
    result = typst.compile(source.encode(), font_paths=fonts, format="pdf")
    assert isinstance(result, bytes)
    return result


_BOX = re.compile(r'<word xMin="([\d.-]+)" yMin="[\d.-]+" xMax="([\d.-]+)" yMax="[\d.-]+">(.*?)</word>')


@pytest.mark.slow
@pytest.mark.parametrize("columns", [2, 3, 4, 5, 6, 8, 10, 12, 16, 20])
@pytest.mark.parametrize("words", [1, 4])
def test_no_word_leaves_its_column(columns: int, words: int) -> None:
    random.seed(columns * 10 + words)
    for table in fit_all(random_table(columns, 5, words))[0]:
        fit = fit_of(table)
        boxes = subprocess.run(["pdftotext", "-bbox", "-", "-"], input=typeset(table), capture_output=True, check=True)
        room = LANDSCAPE if fit.landscape else WIDTH
        edges = [50.0]
        for share in fit.columns or (100.0,):
            edges.append(edges[-1] + share * room / 100)
        found = _BOX.findall(boxes.stdout.decode())
        assert found
        is_part = block_text((table,)).startswith("Columns ")
        for left, right, word in found[4 if is_part else 0 :]:  # “Columns 2–9 of 20” takes the whole width
            column = max(n for n, edge in enumerate(edges) if edge <= float(left) + 0.5)
            assert float(right) <= edges[column + 1] + 0.5, (word, fit)


def test_everything_that_a_cell_may_hold_is_measured() -> None:
    image = Image(Asset("/media/a.svg", 200, 100), alt="a")
    contents: list[Blocks] = [
        (Figure(image),),
        (CodeBlock("x" * 80),),
        (BulletList((ListItem(text("identifier")),)),),
        (Paragraph((Status("in progress"),)),),
        (Paragraph((Mark("code", (Text("identifier"),)), Text("joined"))),),
        (Paragraph((Link(Url("https://example.com/a/b")),)),),
        (Panel("info", text("identifier")),),
        text("漢字" * 100),
        (plain(["A", "B"], ["identifier", "other"]),),
    ]
    for content in contents:
        narrow = Table((Row((Cell(content), td("word " * 300))),))
        fit = fit_of(fit_one(narrow))
        assert fit.columns
        assert fit.columns[0] * WIDTH / 100 > 30, content
        assert fit.scale == 1
    assert BOLD > 1
