"""The Typst writer: golden files of its markup, and escaping that lets every text arrive as it is."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from confluence_xpress.model import Anchor, Document, Heading, Paragraph, Text
from confluence_xpress.model.json import from_json
from confluence_xpress.render.dates import day_format
from confluence_xpress.templates import load_template, parse_settings
from confluence_xpress.typeset.engine import compile_pdf
from confluence_xpress.typeset.fonts import load_fonts
from confluence_xpress.typeset.raw import RawPdf
from confluence_xpress.writers.typst import Book, Chapter, labels, page_file, write_part
from confluence_xpress.writers.typst.breaks import breakable
from confluence_xpress.writers.typst.escape import literal, markup, string
from tests.goldens import check
from tests.recall import pdf_text

GOLDEN = Path(__file__).parent / "golden" / "typst"
CASES = sorted(GOLDEN.glob("*.tree.json"))
PICTURE = b'<svg xmlns="http://www.w3.org/2000/svg" width="200" height="100"><rect width="200" height="100"/></svg>'


def book() -> Book:
    template = load_template("default")
    return Book(
        title="Book",
        options=parse_settings(template.options, {}),
        words=template.words_in("en"),
        fonts=load_fonts().stacks("SC"),
    )


def written(document: Document) -> dict[str, str]:
    """The files of two pages, the first of which has this content."""
    chapters = [Chapter("1", "First", "p1", document.content), Chapter("2", "Second", "p2", ())]
    return write_part(book(), chapters, day_format("en"))


def compiled(sources: Mapping[str, str]) -> bytes:
    files = {name: text.encode() for name, text in sources.items()}
    looks = {f"template/{name}": text.encode() for name, text in load_template("default").files.items()}
    return compile_pdf({**files, **looks, "media/a.svg": PICTURE}, "main.typ", ["ua-1", "a-3a"], 0)


# --- Markup ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.name.split(".")[0])
def test_the_markup_of_a_tree(path: Path, accept: bool) -> None:
    files = written(from_json(json.loads(path.read_text(encoding="utf-8"))))
    check(path.with_name(path.name.replace(".tree.json", ".typ")), files[page_file(0)], accept)
    compiled(files)


def test_the_files_of_a_part() -> None:
    files = written(Document((Paragraph((Text("Hello"),)),)))
    assert list(files) == ["main.typ", "book.typ", "settings.typ", "pages/000000.typ", "pages/000001.typ"]
    assert '#include "/pages/000000.typ"' in files["main.typ"] and "contents-sheets" not in files["main.typ"]


def test_a_part_tells_where_its_labels_are() -> None:
    chapters = [
        Chapter("1", "First", "p1", (Heading(1, (Text("One"),), label="p1-h1"),)),
        Chapter("2", "Second", "p2", (Paragraph((Anchor("p2-a1"), Text("Here"))),)),
    ]
    assert labels(chapters) == ("p1", "p1-h1", "p2", "p2-a1")
    files = write_part(book(), chapters, day_format("en"))
    first, heading, second, anchor = RawPdf(compiled(files)).facts()
    assert first and heading and second and anchor
    assert [place.page for place in (first, heading, second, anchor)] == [0, 0, 1, 1]
    assert first.y < heading.y and second.y < anchor.y


# --- Escaping --------------------------------------------------------------------------------------------------------

# What the fonts of a bare installation have, and whatever means something to Typst.
LETTERS = st.characters(categories=("L", "N", "P", "S", "Zs"), max_codepoint=0x17F, exclude_characters="\u00ad")
TEXT = st.text(
    st.one_of(LETTERS, st.sampled_from("\\#$*_`@<>[](){}\"'/=+-~.,;:!|&%^0123456789 \n\t\r\u2028\u0000\u0007\u2026–—"))
)
SYNTAX = st.lists(
    st.sampled_from(
        [
            *(
                "#",
                "\\",
                "]",
                "[",
                '"',
                "$",
                "`",
                "```",
                "//",
                "/*",
                "*/",
                "<a>",
                "@a",
                "= ",
                "- ",
                "+ ",
                "/ a: b",
                "1.",
                "...",
            ),
            *(
                "--",
                "---",
                "~",
                "*",
                "_",
                "\n",
                "\n\n",
                " ",
                "a",
                "#a",
                "#(",
                ");",
                "\\u{41}",
                "\\ ",
                "http://a.b",
                "-?",
                "->",
            ),
        ]
    )
).map("".join)
PREAMBLE = (
    '#set document(title: "t")\n#set text(font: ({families},), lang: "en", features: (calt: 0, liga: 0))\n'
    "#set page(width: 900pt, height: auto)\n#set smartquote(enabled: false)\n"
)


def seen(source: str) -> str:
    """The letters that Typst shows for some markup."""
    families = ", ".join(string(family) for family in load_fonts().stacks("SC")["text"])
    main = PREAMBLE.replace("{families}", families) + source
    return squeeze("".join(pdf_text(compile_pdf({"main.typ": main.encode()}, "main.typ", [], 0))))


def squeeze(text: str) -> str:
    """A text without spaces and without what no PDF can hold."""
    return re.sub(r"[\s\x00-\x1f\x7f-\x9f]+", "", unicodedata.normalize("NFKC", text))


few = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.slow
@few
@given(st.lists(st.one_of(TEXT, SYNTAX), min_size=1, max_size=12))
def test_markup_shows_any_text_as_it_is(poppler: None, texts: list[str]) -> None:
    # Each in a place of its own: at the start of a line, behind a call, in brackets.
    source = "\n\n".join(
        f"|{markup(text)}|#h(0pt);{markup(text)}\n\n{markup(text)}#strong[{markup(text)}]" for text in texts
    )
    assert seen(source) == squeeze("".join(f"|{text}|{text * 3}" for text in texts))


@pytest.mark.slow
@few
@given(st.lists(st.one_of(TEXT, SYNTAX), min_size=1, max_size=12))
def test_a_string_holds_any_text_as_it_is(poppler: None, texts: list[str]) -> None:
    source = "\n\n".join(f"#{string(text)};|#text({string(text)})" for text in texts)
    assert seen(source) == squeeze("".join(f"{text}|{text}" for text in texts))


@pytest.mark.slow
@few
@given(st.lists(st.one_of(TEXT, SYNTAX, LETTERS.map(lambda c: c * 40)), min_size=1, max_size=8), st.integers(4, 40))
def test_break_opportunities_add_nothing(poppler: None, texts: list[str], limit: int) -> None:
    source = "#let sb = h(0.001pt)\n" + "\n\n".join(f"|{breakable(text, limit)}|" for text in texts)
    assert seen(source) == squeeze("".join(f"|{text}|" for text in texts))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**6), 10**6) | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text('ab-"\\ #', max_size=5), inner, max_size=3),
    max_leaves=8,
)


@few
@given(VALUES)
def test_a_literal_is_one_value_whatever_it_holds(value: object) -> None:
    source = f"#let x = {literal(value)}\n#assert(type(x) != content)\n"
    compile_pdf({"main.typ": source.encode()}, "main.typ", [], 0)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("plain words, no signs", "plain words, no signs"),
        ("two  spaces\tand\nlines", "two spaces and lines"),
        ("a_b*c", r"a\_b\*c"),
        ("1. first", r"1\. first"),
        ("lone \ud800 surrogate", "lone \ufffd\ufffd\ufffd surrogate"),
        ("no\u0000 \ufeffghosts", "no ghosts"),
    ],
)
def test_how_markup_is_escaped(text: str, written: str) -> None:
    assert markup(text) == written


def test_a_value_of_another_kind_is_a_mistake_of_ours() -> None:
    with pytest.raises(TypeError):
        literal(object())
