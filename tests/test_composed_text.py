"""Signs that are set together (a letter and its marks) look as if the fonts' rules for them were on everywhere."""

from __future__ import annotations

import pytest

from confluence_xpress.model import CodeBlock, Document, Emoji, Heading, Paragraph, Text
from confluence_xpress.render.dates import day_format
from confluence_xpress.templates import load_template, parse_settings
from confluence_xpress.typeset.engine import compile_pdf
from confluence_xpress.typeset.fonts import load_fonts
from confluence_xpress.writers.typst import Book, Chapter, write_part
from confluence_xpress.writers.typst.compose import compose

PLAIN = [c for c in map(chr, range(0x20, 0x2600)) if compose(c) == c and c.isprintable()]
TOGETHER = [
    "E\u0302\u0301",
    "i\u0301",
    "\u0645\u0631\u062d\u0628\u0627",
    "1\ufe0f\u20e3",
    "\u1112\u1161\u11ab",
    "j\u0310",
    "🏳\ufe0f\u200d🌈",
    "👍🏽",
]
OFF, ON = "set text(features: (ccmp: 0))", "set text(features: (ccmp: 1))"


def typeset(document: Document, *, everywhere: bool, asked: bool = True) -> bytes:
    """The PDF of a page; `everywhere`: the rules are on for all text. Else, unless it is `asked`, for none."""
    template = load_template("default")
    book = Book(
        title="Book",
        options=parse_settings(template.options, {}),
        words=template.words_in("en"),
        fonts=load_fonts().stacks("SC"),
    )
    written = write_part(book, [Chapter("1", "Title", "p1", document.content)], day_format("en"))
    looks = {f"template/{name}": text for name, text in template.files.items()}
    assert OFF in looks["template/template.typ"]
    if everywhere:
        looks["template/template.typ"] = looks["template/template.typ"].replace(OFF, ON)
    files = written if asked else {name: text.replace("#composed", "#text") for name, text in written.items()}
    return compile_pdf({name: text.encode() for name, text in {**files, **looks}.items()}, "main.typ", ["1.7"], 0)


def page(text: str) -> Document:
    return Document(
        (
            Heading(1, (Text(text),)),
            Paragraph((Text(text), Text(" and "), Emoji(text="👍🏽"))),
            CodeBlock(text, "python"),
        )
    )


@pytest.mark.slow
def test_plain_signs_need_no_rules() -> None:
    assert len(PLAIN) > 1000
    text = " ".join(sign * 2 for sign in PLAIN)
    assert typeset(page(text), everywhere=False) == typeset(page(text), everywhere=True)


@pytest.mark.parametrize("text", TOGETHER, ids=ascii)
def test_signs_that_are_set_together_get_their_rules(text: str) -> None:
    assert typeset(page(text), everywhere=False) == typeset(page(text), everywhere=True)


def test_without_rules_they_look_different() -> None:
    document = page(TOGETHER[-1])
    assert typeset(document, everywhere=False, asked=False) != typeset(document, everywhere=True)


def test_what_is_asked_for() -> None:
    assert compose("é “x” – й \\@ x") == "é “x” – й \\@ x"
    assert compose('#emoji("\U0001f389");x é') == '#emoji("\U0001f389");x é'
    assert compose("x\u0301") == "#composed[x\u0301]"
    assert compose(compose("x\u0301")) == "#composed[x\u0301]"
