"""What is typeset when the page numbers are known: contents, lists, index, running heads and watermarks."""

from __future__ import annotations

import io
import re
import subprocess
from dataclasses import replace

import pikepdf
import pytest

from confluence_xpress.model import (
    Cell,
    Document,
    Heading,
    IndexTerm,
    Paragraph,
    Row,
    Table,
    Text,
)
from confluence_xpress.model.json import from_json, to_json
from confluence_xpress.model.text import block_text
from confluence_xpress.readers.adf import read_adf
from confluence_xpress.readers.storage import read_storage
from confluence_xpress.render.dates import day_format
from confluence_xpress.templates import load_template, parse_settings
from confluence_xpress.transforms.book_index import FIGURES, SIGNS, Found, IndexEntry, group_of, index_lines
from confluence_xpress.transforms.contents import entry
from confluence_xpress.transforms.headings import outline_headings
from confluence_xpress.transforms.rules import kinds_in
from confluence_xpress.typeset.engine import compile_pdf
from confluence_xpress.typeset.fonts import load_fonts
from confluence_xpress.writers.typst import Book, book_files, main_file
from confluence_xpress.writers.typst.blocks import write_blocks
from confluence_xpress.writers.typst.front import (
    ContentsLine,
    IndexLine,
    ListingLine,
    write_contents,
    write_index,
    write_listing,
)
from confluence_xpress.writers.typst.furniture import FurnitureRow, write_furniture
from confluence_xpress.writers.typst.state import Place
from tests.recall import pdf_text
from tests.sites import page

STRICT = ("ua-1", "a-2a")
A4 = (595.276, 841.89)
TITLE = "The Engineering Handbook"
HOSTILE = 'A #strong[x] "b" $y$ */ // <z> @w \\ [q] ] ;'

LONG = "Handling of messages that arrive late, more than once, in the wrong order or not at all, and of their consumers"
LINES = tuple(
    ContentsLine(
        1 + n % 4, f"{n + 1}" + ".1" * (n % 4), f"Section {n} {LONG if n % 5 == 0 else ''}", f"xpress:p{n}", "?"
    )
    for n in range(90)
)


def compiled(
    main: str, *, language: str = "en", volume: str = "", tags: bool = True, **settings: str
) -> tuple[bytes, pikepdf.Pdf]:
    """A main file, typeset with the default template."""
    template = load_template("default")
    book = Book(
        TITLE,
        language=language,
        volume=volume,
        footer=("Engineering", "Exported 1 May 2026"),
        options=parse_settings(template.options, settings),
        words=template.words_in(language),
        fonts=load_fonts().stacks("SC"),
    )
    files = {f"template/{name}": text.encode() for name, text in template.files.items()}
    files |= {name: text.encode() for name, text in {**book_files(book), "main.typ": main}.items()}
    pdf = compile_pdf(files, "main.typ", STRICT if tags else (), 0, tags=tags)
    return pdf, pikepdf.open(io.BytesIO(pdf))


def addresses(pdf: pikepdf.Pdf) -> list[str]:
    return [str(link.A.URI) for sheet in pdf.pages for link in sheet.get("/Annots", [])]


def boxes(pdf: pikepdf.Pdf) -> list[list[tuple[float, ...]]]:
    """Where the links stand on each sheet."""
    return [[tuple(float(edge) for edge in link.Rect.as_list()) for link in sheet.Annots] for sheet in pdf.pages]


# --- Contents and lists ----------------------------------------------------------------------------------------------


def test_the_markup_of_contents() -> None:
    written = write_contents(
        [ContentsLine(1, "1", "A_b", 'xpress:p1"', "7"), ContentsLine(2, "", "c", "xpress:p2", "9")]
    )
    assert written == (
        '#contents-sheets((\n(1, "1", [A\\_b], "xpress:p1\\"", "7"),\n(2, none, [c], "xpress:p2", "9"),\n))\n'
    )
    assert write_contents([], first=False).startswith("#contents-sheets(first: false, (")


def test_numbers_of_pages_move_nothing() -> None:
    """The sheets are counted before the numbers are known."""
    numbered = [replace(line, page=str(10 ** (n % 6))) for n, line in enumerate(LINES)]
    _, before = compiled(main_file([write_contents(LINES)]))
    _, after = compiled(main_file([write_contents(numbered)]))
    assert len(before.pages) >= 2
    assert boxes(before) == boxes(after)
    assert len({round(high - low) for sheet in boxes(before) for _, low, _, high in sheet}) > 1, "some take two lines"


@pytest.mark.usefixtures("poppler")
@pytest.mark.parametrize(("language", "edge"), [("en", "xMax"), ("he", "xMin")])
def test_numbers_stand_at_the_edge_however_long_the_title(language: str, edge: str) -> None:
    """Also where a title fills its line to the last point."""
    lines = [
        ContentsLine(1 + n % 3, "1.2", "ab " * 20 + "i " * (n // 8) + "." * (n % 8), "x", "77") for n in range(240)
    ]
    pdf, _ = compiled(main_file([write_contents(lines)]), language=language)
    found = subprocess.run(["pdftotext", "-bbox", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    places = {round(float(x), 1) for x in re.findall(rf'{edge}="([\d.]+)"[^>]*>77<', found)}
    assert found.count(">77<") == len(lines)
    assert len(places) == 1


@pytest.mark.usefixtures("poppler")
@pytest.mark.parametrize("every", range(2, 13))
def test_no_sheet_ends_with_a_line_that_has_others_below_it(every: int) -> None:
    lines = [
        ContentsLine(level, "", f"{'Upper' if level < 3 else 'Lower'} {n}", "x", "1")
        for n in range(300)
        for level in ([1, 2, 3] if n % every == 0 else [3])
    ]
    pdf, _ = compiled(main_file([write_contents(lines)]))
    sheets = [sheet.split() for sheet in pdf_text(pdf)]
    assert len(sheets) > 5
    assert {sheet[-3] for sheet in sheets} == {"Lower"}


def test_each_line_is_one_link_in_a_paragraph() -> None:
    _, pdf = compiled(main_file([write_contents(LINES)]))
    assert addresses(pdf) == [line.address for line in LINES]
    kinds = [str(o.S) for o in pdf.objects if isinstance(o, pikepdf.Dictionary) and o.get("/Type") == "/StructElem"]
    assert kinds.count("/Link") == kinds.count("/P") == len(LINES)
    assert kinds.count("/H1") == 1


@pytest.mark.usefixtures("poppler")
def test_pieces_go_on_without_a_title_and_entries_can_be_found() -> None:
    last = len(LINES) - 1
    query = f"#context {{ assert.eq(locate(<x0>).page(), 1); assert(locate(<x{last}>).page() > locate(<x3>).page()) }}"
    whole, _ = compiled(main_file([write_contents(LINES), query]))
    pdf, _ = compiled(main_file([write_contents(LINES[:50]), write_contents(LINES[50:], first=False)]))
    assert "".join(pdf_text(pdf)).count("Contents") == 1
    assert pdf_text(pdf) == pdf_text(whole)


@pytest.mark.usefixtures("poppler")
def test_lists_of_figures_and_tables() -> None:
    figures = [ListingLine("1", HOSTILE, "xpress:p1-f1", "3"), ListingLine("", LONG, "xpress:p1-f2", "4")]
    tables = [ListingLine("2", "Queues", "xpress:p1-t9", "5")]
    written = [write_listing("figures", figures), write_listing("tables", tables)]
    pdf, opened = compiled(main_file([write_contents(LINES[:3]), *written]))
    contents, first, second = pdf_text(pdf)
    assert contents.startswith("Contents")
    assert first.split("\n")[0] == "Figures" and HOSTILE in first.replace("\n", " ")
    assert second.split("\n")[0] == "Tables"
    assert addresses(opened)[3:] == ["xpress:p1-f1", "xpress:p1-f2", "xpress:p1-t9"]


@pytest.mark.parametrize("language", ["ar", "de", "ja"])
@pytest.mark.parametrize("paper", ["a5", "a3"])
def test_front_matter_in_other_languages_and_sizes(language: str, paper: str) -> None:
    words = load_template("default").words_in(language)
    deep = [
        ContentsLine(level, "10.11.12" + ".9" * level, "Wort" * 30, "xpress:p1", "123456") for level in range(1, 10)
    ]
    index = [IndexLine(0, "A"), IndexLine(1, "الشبكة API", (("1", "xpress:p1"), ("12", "xpress:p2")))]
    written = [
        write_contents(deep),
        write_listing("tables", [ListingLine("", "字" * 60, "x", "1")]),
        write_index(index),
    ]
    pdf, opened = compiled(main_file(written), language=language, paper=paper)
    assert len(opened.pages) >= 3
    assert words["index"] != "Index" and words["figures"] != "Figures"
    assert pdf


def test_every_language_has_all_words() -> None:
    words = load_template("default").words
    assert {language: set(words["en"]) - set(own) for language, own in words.items()} == {name: set() for name in words}
    assert all("{0}" in own["volume"] and "{1}" in own["volume"] for own in words.values())


@pytest.mark.usefixtures("poppler")
def test_the_cover_names_the_volume() -> None:
    assert "Volume 2 of 3" in pdf_text(compiled(main_file(["#cover-sheet()"]), volume="Volume 2 of 3")[0])[0]


# --- Running heads, feet and watermarks ------------------------------------------------------------------------------

ROWS = (
    FurnitureRow(*A4, "1", "4", TITLE, plain=True),
    FurnitureRow(*A4, "2", "4", TITLE, section=HOSTILE),
    FurnitureRow(A4[1], A4[0], "3", "4", TITLE, section=TITLE),
    FurnitureRow(419.5, 595.3, "4", "4", TITLE, section="S" * 200),
)


def furniture(rows: tuple[FurnitureRow, ...] = ROWS, **settings: str) -> tuple[list[str], pikepdf.Pdf]:
    pdf, opened = compiled(write_furniture(rows), tags=False, **settings)
    return [" ".join(text.split()) for text in pdf_text(pdf)], opened


@pytest.mark.usefixtures("poppler")
def test_each_sheet_has_its_furniture() -> None:
    texts, pdf = furniture()
    sizes = [float(edge) for sheet in pdf.pages for edge in sheet.mediabox.as_list()[2:]]
    assert sizes == pytest.approx([edge for row in ROWS for edge in (row.width, row.height)], abs=0.01)
    foot = "Engineering · Exported 1 May 2026"
    assert texts[0] == ""
    assert sorted(texts[1].split()) == sorted(f"{TITLE} {HOSTILE} {foot} 2 / 4".split())
    assert sorted(texts[2].split()) == sorted(f"{TITLE} {foot} 3 / 4".split())
    assert texts[3].replace(" ", "").count("S") == 79, "a section is cut after two lines"
    assert "/StructTreeRoot" not in pdf.Root


@pytest.mark.usefixtures("poppler")
def test_furniture_can_be_left_out() -> None:
    assert "Engineering" not in furniture(footer="false", header="false")[0][1]
    assert furniture(header="false", page_total="false")[0][1].endswith("2")
    assert "/ 4" not in furniture(page_total="false")[0][1]


@pytest.mark.usefixtures("poppler")
@pytest.mark.parametrize("watermark", ["DRAFT", "Nur für den internen Gebrauch bestimmt und sonst für nichts", "機密"])
def test_a_watermark_is_on_every_sheet_and_light(watermark: str) -> None:
    texts, pdf = furniture(watermark=watermark)
    assert all(watermark.replace(" ", "") in text.replace(" ", "") for text in texts)
    for sheet in pdf.pages:
        opacities = {float(state.ca) for state in sheet.Resources.ExtGState.values() if "/ca" in state}
        assert opacities and min(opacities) < 0.12
    assert all("/ExtGState" not in sheet.Resources for sheet in furniture()[1].pages)


# --- Index terms -----------------------------------------------------------------------------------------------------

STORAGE = (
    '<p>A<ac:structured-macro ac:name="scroll-indexterm"><ac:parameter ac:name="primary">Queue</ac:parameter>'
    '<ac:parameter ac:name="secondary"> dead  letter </ac:parameter><ac:parameter ac:name="tertiary">limit'
    "</ac:parameter></ac:structured-macro> b</p>"
)
TERM = IndexTerm(("Queue", "dead letter", "limit"))


def adf(**parameters: str) -> str:
    values = ", ".join(f'"{name}": {{"value": "{value}"}}' for name, value in parameters.items())
    return (
        '{"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": [{"type": "text", "text": "A"}, '
        '{"type": "inlineExtension", "attrs": {"extensionType": "com.atlassian.confluence.macro.core", '
        f'"extensionKey": "scroll-indexterm", "parameters": {{"macroParams": {{{values}}}}}}}}}, '
        '{"type": "text", "text": " b"}]}]}'
    )


def test_the_macro_becomes_an_index_term_in_both_formats() -> None:
    wanted = Document((Paragraph((Text("A"), TERM, Text(" b"))),))
    assert read_storage(STORAGE) == (wanted, ())
    assert read_adf(adf(primary="Queue", secondary=" dead  letter ", tertiary="limit")) == (wanted, ())
    assert from_json(to_json(wanted)) == wanted
    assert block_text(wanted.content) == "A b"
    assert kinds_in(wanted) >= {IndexTerm}


def test_a_macro_without_terms_prints_nothing_and_says_what_was_not_understood() -> None:
    document, found = read_adf(adf(other="x"))
    assert block_text(document.content) == "A b"
    assert [d.code for d in found] == ["macro-parameter-ignored"]


def test_index_terms_get_labels_and_are_written_once() -> None:
    heading = Heading(1, (Text("Queues"), TERM))
    head = Cell((Paragraph((Text("H"), TERM)),), header=True)
    table = Table((Row((head,)), Row((Cell((Paragraph((Text("b"),)),)),))), header_rows=1)
    outlined = outline_headings(Document((heading, Paragraph((TERM,)), table)), page("7", "My page"))
    place = Place(level=1, targets=frozenset(), format_day=day_format("en"))
    written = write_blocks(outlined.document.content, place)
    assert [written.count(f'#anchor("p7-t{number}")') for number in (1, 2, 3, 4)] == [1, 1, 1, 0]
    assert written.index('"p7-t3"') < written.index("table.header"), "a repeated header would repeat the label"
    assert entry(outlined.headings[0]).content == (Text("Queues"),)


# --- The index -------------------------------------------------------------------------------------------------------


def shape(*found: Found) -> list[tuple[int, str, list[int]]]:
    return [(line.level, line.term, [number for number, _ in line.pages]) for line in index_lines(found)]


def test_an_index_is_in_the_order_of_a_dictionary() -> None:
    terms = ["zoo", "Äpfel", "apple", "Apfel", ".NET", "2FA", "éclair", "Edge", "eat", "10 things", "Zoë"]
    found = [((term,), f"xpress:p{n}", n) for n, term in enumerate(terms)]
    lines = [(line.level, line.term) for line in index_lines(found)]
    wanted = [SIGNS, ".NET", FIGURES, "10 things", "2FA", "A", "Apfel", "Äpfel", "apple", "E", "eat", "éclair", "Edge"]
    assert [term for _, term in lines] == [*wanted, "Z", "Zoë", "zoo"]
    assert [term for level, term in lines if level == 0] == [SIGNS, FIGURES, "A", "E", "Z"]
    assert index_lines(reversed(found)) == index_lines(found)


def test_equal_terms_are_one_with_each_page_once() -> None:
    found: list[Found] = [
        (("Queue", "limits"), "xpress:p9-t1", 9),
        (("queue",), "xpress:p3-t2", 3),
        (("Queue ",), "xpress:p3-t1", 3),
        (("QUEUE", "Limits"), "xpress:p2-t1", 2),
        (("Queue",), "xpress:p12-t1", 12),
        ((" ", "Queue", "a", "b", "c"), "xpress:p1-t1", 1),
        (("",), "xpress:p1-t2", 1),
    ]
    assert shape(*found) == [(0, "Q", []), (1, "Queue", [3, 12]), (2, "a", []), (3, "b, c", [1]), (2, "limits", [2, 9])]
    assert index_lines(found)[1] == IndexEntry(1, "Queue", ((3, "xpress:p3-t2"), (12, "xpress:p12-t1")))


def test_each_group_comes_once_in_every_script() -> None:
    terms = (
        "ぎんこう カメラ かめ キー さくら サーバー 한국 가방 까치 中文 字典 мир Мост العربية 𝐀 ａ b ３D ½ æ ø ß".split()
    )
    found: list[Found] = [((term,), "xpress:p1", 1) for term in terms]
    groups = [line.term for line in index_lines(found) if line.level == 0]
    assert len(groups) == len(set(groups)), groups
    assert {"か", "さ", "ㅎ", "ㄱ", "ㄲ", "М", "A", "B", FIGURES, ""} <= set(groups)
    assert group_of("Ähre") == "A" and group_of("ß") == "S"


@pytest.mark.usefixtures("poppler")
def test_the_sheets_of_an_index() -> None:
    found: list[Found] = [
        (
            (f"{'abcdefgh'[n % 8]}-term {n} {HOSTILE if n % 90 == 0 else ''}", "below")[: 1 + n % 2],
            f"xpress:p{n}",
            1 + n,
        )
        for n in range(400)
    ]
    lines = [IndexLine(e.level, e.term, tuple((str(number), a) for number, a in e.pages)) for e in index_lines(found)]
    last = f"#context assert(locate(<x{len(lines) - 1}>).page() == counter(page).final().first())"
    pdf, opened = compiled(main_file([write_index(lines), last]))
    assert len(opened.pages) > 1
    text = " ".join("\n".join(pdf_text(pdf)).split())
    assert text.startswith("Index A a-term 0")
    assert HOSTILE in text
    assert sorted(addresses(opened)) == sorted(address for _, address, _ in found)
