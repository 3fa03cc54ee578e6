"""The storage-format reader: golden trees, repair, robustness, and the words of real pages."""

from __future__ import annotations

import json
import re
from collections import Counter
from html import unescape
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from confluence_xpress.diagnostics import CODES, Diagnostic
from confluence_xpress.model import Document
from confluence_xpress.model.json import from_json, to_json
from confluence_xpress.model.text import block_text
from confluence_xpress.readers.storage import read_storage
from tests.goldens import check

HERE = Path(__file__).parent
GOLDEN = sorted((HERE / "golden" / "storage").glob("*.storage.xml"))
CORPUS = HERE.parent.parent / "shared" / "corpus"
SOURCES = [path.read_text(encoding="utf-8") for path in GOLDEN]


def codes(value: str) -> list[str]:
    """The codes of the diagnostics for a body."""
    return [found.code for found in read_storage(value)[1]]


def text(value: str) -> str:
    """The words that a body shows."""
    return block_text(read_storage(value)[0].content)


def dump(document: Document, diagnostics: tuple[Diagnostic, ...]) -> str:
    """A tree and its diagnostics as a golden file holds them."""
    found = [{"code": item.code, "message": item.message, "place": item.place} for item in diagnostics]
    return json.dumps({"document": to_json(document), "diagnostics": found}, ensure_ascii=False, indent=1) + "\n"


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.name.removesuffix(".storage.xml"))
def test_golden_tree(path: Path, request: pytest.FixtureRequest) -> None:
    document, diagnostics = read_storage(path.read_text(encoding="utf-8"))
    expected = path.with_name(path.name.replace(".storage.xml", ".tree.json"))
    check(expected, dump(document, diagnostics), request.config.getoption("--accept", default=False))
    assert from_json(json.loads(json.dumps(to_json(document)))) == document


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<p>one <b>two<p>three</b> four", "one two three four"),
        ("<p>R&D &unknown; < 5</p>", "R&D &unknown; < 5"),
        ("<p><john@example.com> writes</p>", "<john@example.com> writes"),
        ("<p>a</b> b</i> c", "a b c"),
        ("<table><tr><td>a<td>b</table>c", "a b c"),
        ("</p></div>text</ac:layout>", "text"),
        ("<p>a <x:y z:w=1>b</x:y> c", "a b c"),
        ("<!-- never closed <p>text</p>", "never closed text"),
        ('<p title="never closed>a</p><p>b</p>', "a b"),
        ("<ul><li>a<li>b</ul><ol><li>c", "a b c"),
        ("<P><STRONG>Loud</STRONG> caps", "Loud caps"),
    ],
)
def test_broken_markup_keeps_every_word_once(body: str, expected: str) -> None:
    assert text(body).split() == expected.split()
    assert codes(body) == ["markup-repaired"]


def test_well_formed_markup_is_not_reported_as_repaired() -> None:
    assert codes("<p>a&nbsp;b<br/></p><ac:link><ri:page ri:content-title='x'/></ac:link>") == []


def test_upper_case_is_html_too() -> None:
    assert read_storage("<P ALIGN='center'><B>x</B></P>") == read_storage("<p align='center'><b>x</b></p>")


def test_other_namespaces() -> None:
    other = "<ac:link xmlns:ac='http://example.com/4/ac/' xmlns:ri='urn:ri'><ri:page ri:content-title='T'/></ac:link>"
    assert text(f"<p>{other} <o:p xmlns:o='urn:o'>same line</o:p></p>") == "T same line"
    assert read_storage("<p xmlns='http://www.w3.org/1999/xhtml'><b>x</b></p>") == read_storage("<p><b>x</b></p>")


def test_document_type_declares_no_entities() -> None:
    entities = '<!ENTITY a "spam"><!ENTITY b "&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/hostname">'
    assert text(f"<!DOCTYPE x [{entities}]><p>x &b; &f;</p>") == "x &b; &f;"


def test_named_entities_in_code_stay_as_they_are() -> None:
    body = "<p>&nbsp;&rarr;</p><ac:structured-macro ac:name='code'><ac:plain-text-body><![CDATA[&nbsp;&rarr;]]>"
    assert "&nbsp;&rarr;" in text(f"{body}</ac:plain-text-body></ac:structured-macro>")


@pytest.mark.parametrize("name", ["p", "ul", "blockquote", "strong", "span", "table", "ac:layout-cell", "ac:link"])
@pytest.mark.parametrize("depth", [90, 240, 5000])
def test_deep_nesting_becomes_text(name: str, depth: int) -> None:
    body = f"<p>before</p>{f'<{name}>' * depth}deep words{f'</{name}>' * depth}<p>after</p>"
    document, diagnostics = read_storage(body)
    assert block_text(document.content).split() == ["before", "deep", "words", "after"]
    assert from_json(to_json(document)) == document
    if depth > 100 and name not in ("p", "ac:link", "ac:layout-cell"):
        assert "markup-too-deep" in {found.code for found in diagnostics}


def test_deep_nesting_of_different_elements() -> None:
    level = (
        "<ul><li><table><tbody><tr><td><ac:structured-macro ac:name='info'><ac:rich-text-body><strong>x ",
        "</strong></ac:rich-text-body></ac:structured-macro></td></tr></tbody></table></li></ul>",
    )
    document, diagnostics = read_storage(level[0] * 300 + "core" + level[1] * 300)
    words = block_text(document.content).split()
    assert words.count("x") == 300
    assert words.count("core") == 1
    assert from_json(to_json(document)) == document
    assert "markup-too-deep" in {found.code for found in diagnostics}


def test_huge_text_and_long_rows_are_read() -> None:
    assert len(text(f"<p>{'word ' * 2_500_000}</p>")) == 12_499_999
    assert text("<table><tr><td colspan='99999999' rowspan='-3'>a</td></tr></table>") == "a"


def test_many_unclosed_tags_take_linear_time() -> None:
    for piece in ("<!--", "<a '", '<a "', "</b>", "<b>", "<p>", "<![CDATA[", "<a b=", "&", "<script>"):
        assert codes(piece * 20_000 + "<br>")[:1] == ["markup-repaired"]


@pytest.mark.parametrize(
    ("section", "expected"),
    [("<![CDATA[a]] >", "a"), ("<![CDATA[a[0]] ]>", "a[0]"), ("<![CDATA[a]]]]><![CDATA[>b]]>", "a]]>b")],
)
def test_section_ends_of_space_exports(section: str, expected: str) -> None:
    macro = (
        f"<ac:structured-macro ac:name='code'><ac:plain-text-body>{section}</ac:plain-text-body></ac:structured-macro>"
    )
    assert text(macro + macro) == f"{expected}\n{expected}"
    assert codes(macro) == []


def test_failing_macro_stays_in_the_tree(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_call: object) -> None:
        raise RuntimeError

    from confluence_xpress.macros import table

    monkeypatch.setattr(table, "STATIC", {"info": broken})
    body = (
        "<ac:structured-macro ac:name='info'><ac:rich-text-body><p>kept</p></ac:rich-text-body></ac:structured-macro>"
    )
    assert text(body) == "kept"
    assert codes(body) == ["macro-failed"]


@st.composite
def mutations(draw: st.DrawFn) -> str:
    """A document of ours with some slices deleted, doubled or put elsewhere."""
    source = draw(st.sampled_from(SOURCES))
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(source)))
        piece = source[start : start + draw(st.integers(0, 60))]
        at = draw(st.integers(0, len(source)))
        match draw(st.sampled_from("delete double swap noise".split())):
            case "delete":
                source = source[:start] + source[start + len(piece) :]
            case "double":
                source = source[:start] + piece + source[start:]
            case "swap":
                source = source[:at] + piece + source[at:]
            case _:
                source = source[:at] + draw(st.text(max_size=8)) + source[at:]
    return source


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(mutations())
def test_damaged_bodies_never_raise(body: str) -> None:
    document, diagnostics = read_storage(body)
    assert from_json(json.loads(json.dumps(to_json(document)))) == document
    assert all(found.code in CODES for found in diagnostics)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_read(body: str) -> None:
    read_storage(body)


PARAMETERS = re.compile(
    r"<ac:(parameter|default-parameter|adf-attribute|adf-parameter|task-id|task-uuid|placeholder)\b[^>]*?"
    r"(/>|>.*?</ac:\1>)",
    re.DOTALL,
)
FALLBACK = re.compile(r"<ac:adf-fallback>.*?</ac:adf-fallback>", re.DOTALL)
# TeX stands for MathML and for the pieces that scripts made of it.
NOT_SHOWN = re.compile(
    r"<ac:task-status>.*?</ac:task-status>|<at:declarations>.*?</at:declarations>|<!--.*?-->|<style.*?</style>"
    r"|<script.*?</script>|<title>.*?</title>|<math.*?</math>|<span class=\"katex-html\".*|<!DOCTYPE[^>]*>",
    re.DOTALL,
)
SECTION = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
TAG = re.compile(r"<[^>]*>")
WORD = re.compile(r"\w+")


def visible_words(source: str) -> Counter[str]:
    """The words that a reader of the page would see, by a way of looking that shares nothing with the reader."""
    sections: list[str] = []

    def keep(found: re.Match[str]) -> str:
        sections.append(found[1])
        return f"\ue000{len(sections) - 1}\ue001"

    source = SECTION.sub(keep, source.replace("]] ]>", "]]]>"))
    for _ in range(4):  # parameters nest
        source = PARAMETERS.sub(" ", source)
    source = NOT_SHOWN.sub(" ", FALLBACK.sub(" ", source))
    shown = re.sub("\ue000(\\d+)\ue001", lambda found: sections[int(found[1])], unescape(unescape_tags(source)))
    return Counter(WORD.findall(shown))


def unescape_tags(source: str) -> str:
    """Block tags part words, inline tags don't."""
    source = re.sub(
        r"</?(?:strong|b|em|i|u|s|del|sub|sup|small|big|code|tt|span|font|a|mark"
        r"|ac:inline-comment-marker|ac:link|ac:link-body|ac:plain-text-link-body)\b[^>]*>",
        "",
        source,
    )
    return TAG.sub(" ", source)


@pytest.mark.slow
@pytest.mark.skipif(not (CORPUS / "storage").is_dir(), reason="the corpus is not here")
def test_real_pages_lose_no_words() -> None:
    lost: dict[str, Counter[str]] = {}
    for path in sorted((CORPUS / "storage").iterdir()):
        source = path.read_text(encoding="utf-8")
        document, diagnostics = read_storage(source)
        assert from_json(json.loads(json.dumps(to_json(document)))) == document, path.name
        assert "macro-failed" not in {found.code for found in diagnostics}, path.name
        shown = block_text(document.content)
        # Images stand in a line by their alternative text, which may touch the next word: then look closer.
        missing = visible_words(source) - Counter(WORD.findall(shown))
        if gone := {word: count for word, count in missing.items() if shown.count(word) < visible_words(source)[word]}:
            lost[path.name] = Counter(gone)
    assert lost == {}
