"""The ADF reader: golden trees for each node and mark, and what happens to everything that is not as it should be."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from confluence_xpress.macros.call import Expansion
from confluence_xpress.model import Document, Macro, Panel, Paragraph, Text
from confluence_xpress.model.json import from_json, to_json
from confluence_xpress.model.text import block_text
from confluence_xpress.model.walk import rewrite_blocks
from confluence_xpress.readers.adf import extensions, read_adf
from tests.adf_schema import Schema, load_schemas
from tests.goldens import check

GOLDEN = Path(__file__).parent / "golden" / "adf"
CASES = sorted(set(GOLDEN.glob("*.json")) - set(GOLDEN.glob("*.tree.json")))
CORPUS = Path(__file__).parents[2] / "shared" / "corpus" / "adf"
WORD = re.compile(r"\w+")


def doc(*content: object) -> str:
    return json.dumps({"type": "doc", "version": 1, "content": content})


def paragraph(*content: object) -> dict[str, object]:
    return {"type": "paragraph", "content": list(content)}


def text(value: str) -> dict[str, object]:
    return {"type": "text", "text": value}


def codes(value: str) -> set[str]:
    return {diagnostic.code for diagnostic in read_adf(value)[1]}


def shown(value: str) -> str:
    return block_text(read_adf(value)[0].content)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_golden_trees(path: Path, request: pytest.FixtureRequest) -> None:
    document, diagnostics = read_adf(path.read_text(encoding="utf-8"))
    tree = to_json(document)
    assert from_json(json.loads(json.dumps(tree))) == document
    tree["diagnostics"] = [f"{d.code}: {d.message}" + f" ({d.place})" * bool(d.place) for d in diagnostics]
    actual = json.dumps(tree, ensure_ascii=False, indent=1) + "\n"
    check(path.with_suffix(".tree.json"), actual, request.config.getoption("--accept", default=False))


def schemas() -> list[Schema]:
    return load_schemas() or [Schema.empty()]


@pytest.mark.parametrize(
    ("schema", "name"), [(schema, name) for schema in schemas() for name in schema.nodes()], ids=str
)
def test_every_node_of_the_schemas_is_known(schema: Schema, name: str) -> None:
    sample = schema.smallest(name)
    assert codes(doc(sample)) <= {"node-invalid", "macro-unknown", "macro-parameter-ignored"}
    words = set(words_of(sample))
    assert words <= set(WORD.findall(shown(doc(sample))))


@pytest.mark.parametrize(
    ("schema", "name"), [(schema, name) for schema in schemas() for name in schema.marks()], ids=str
)
def test_every_mark_of_the_schemas_is_known(schema: Schema, name: str) -> None:
    marked = {**text("marked"), "marks": [schema.smallest(name)]}
    assert codes(doc(paragraph(marked))) == set()
    assert shown(doc(paragraph(marked))) == "marked"


def test_schemas_are_there() -> None:
    if not load_schemas():
        pytest.skip("the official schemas are not beside this checkout")
    assert sum(len(schema.nodes()) for schema in load_schemas()) > 80


def words_of(node: object) -> Iterator[str]:
    """The words of all text nodes."""
    if isinstance(node, list):
        for item in node:
            yield from words_of(item)
    elif isinstance(node, dict):
        if node.get("type") == "text" and isinstance(node.get("text"), str):
            yield from WORD.findall(node["text"])
        yield from words_of(node.get("content"))


@pytest.mark.parametrize("path", sorted(CORPUS.glob("*.json")) or [None], ids=lambda path: path.stem if path else "")
def test_no_word_of_real_documents_is_lost(path: Path | None) -> None:
    if path is None:
        pytest.skip("the corpus is not beside this checkout")
    source = path.read_text(encoding="utf-8")
    document, diagnostics = read_adf(source)
    assert from_json(json.loads(json.dumps(to_json(document)))) == document
    # Neighbouring texts may be one word.
    found = block_text(document.content)
    assert [word for word in words_of(json.loads(source)) if word not in found] == []
    assert "page-body-unreadable" not in {diagnostic.code for diagnostic in diagnostics}


def test_rest_answers_hold_json_in_a_json_string() -> None:
    inner = doc(paragraph(text("twice")))
    assert read_adf(json.dumps(inner)) == read_adf(inner)
    assert shown(json.dumps(inner)) == "twice"


@pytest.mark.parametrize("value", ["", " \n"])
def test_an_empty_body_is_an_empty_page(value: str) -> None:
    assert read_adf(value) == (Document(), ())


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("no JSON at all", "no JSON at all"),
        ("null", ""),
        ("5", "5"),
        ('["a", "b"]', "a\nb"),
        ('{"content": [{"type": "text", "text": "no type"}]}', "no type"),
        ('{"type": "paragraph", "content": [{"type": "text", "text": "alone"}]}', "alone"),
        (
            '{"type": "doc", "content": [{"type": "text", "text": "whole"}, {"type": "text", "text": " cut o',
            "whole cut o",
        ),
        ('{"type": "doc", "content": [{"type": "text", "text": "trailing comma"},]}', "trailing comma"),
    ],
)
def test_what_is_no_document_is_reported_and_shown(value: str, expected: str) -> None:
    assert "page-body-unreadable" in codes(value)
    assert shown(value) == expected


def test_json_escapes_that_are_no_characters() -> None:
    found = shown(r'{"type":"doc","content":[{"type":"text","text":"a\ud83d b\u0000c \ud83d\ude00"}]}')
    assert found == "a\ufffd bc 😀"
    found.encode()


KINDS = "panel bulletList taskList decisionList table layoutSection paragraph expand bodiedExtension mediaSingle doc x"


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS.split())
@pytest.mark.parametrize("depth", [50, 99, 101, 600, 10_000])
def test_deep_nesting_keeps_its_text_and_the_stack(kind: str, depth: int) -> None:
    opening, closing = f'{{"type":"{kind}","content":[' * depth, "]}" * depth
    value = f'{{"type":"doc","content":[{opening}{{"type":"text","text":"the deepest words"}}{closing}]}}'
    document, diagnostics = read_adf(value)
    assert "the deepest words" in block_text(document.content)
    assert ("markup-too-deep" in {d.code for d in diagnostics}) or depth <= 100
    # Later passes must be able to walk the tree, too.
    assert rewrite_blocks(document.content) == document.content
    assert from_json(to_json(document)) == document


def test_text_of_content_that_is_too_deep_keeps_its_order_and_lozenges() -> None:
    inner = [
        paragraph(text("first"), {"type": "mention", "attrs": {"text": "@Ann"}}),
        {"type": "status", "attrs": {"text": "DONE"}},
    ]
    value: object = inner
    for _ in range(120):
        value = [{"type": "panel", "attrs": {"panelType": "info"}, "content": value}]
    assert shown(json.dumps({"type": "doc", "content": value})) == "first @Ann DONE"


def test_storage_format_inside_adf_is_read_by_the_storage_reader() -> None:
    source = "<h2>Old</h2><p>with <strong>bold</strong></p>"
    expected = "Old\nwith bold"
    legacy = {"extensionType": "com.atlassian.confluence.migration", "extensionKey": "legacy-content"}
    assert shown(doc({"type": "confluenceUnsupportedBlock", "attrs": {"cxhtml": source}})) == expected
    assert shown(doc({"type": "extension", "attrs": {**legacy, "parameters": {"cxhtml": source}}})) == expected


def test_storage_format_in_a_line_stays_in_the_line() -> None:
    unsupported = {"type": "confluenceUnsupportedInline", "attrs": {"cxhtml": "<p>a <em>b</em></p>"}}
    document, diagnostics = read_adf(doc(paragraph(text("before "), unsupported, text(" after"))))
    assert len(document.content) == 1
    assert block_text(document.content) == "before a b after"
    assert not diagnostics


def test_deep_storage_format_in_deep_adf_stays_shallow() -> None:
    source = f"{'<blockquote>' * 150}<p>the deepest &amp; last</p>{'</blockquote>' * 150}"
    value: object = [{"type": "confluenceUnsupportedBlock", "attrs": {"cxhtml": source}}]
    for _ in range(60):
        value = [{"type": "expand", "content": value}]
    document, diagnostics = read_adf(json.dumps({"type": "doc", "content": value}))
    assert "the deepest & last" in block_text(document.content)
    assert "markup-too-deep" in {d.code for d in diagnostics}
    assert from_json(to_json(document)) == document


def core(name: str, **parameters: str) -> dict[str, object]:
    attrs = {
        "extensionType": "com.atlassian.confluence.macro.core",
        "extensionKey": name,
        "parameters": {"macroParams": {key: {"value": value} for key, value in parameters.items()}},
    }
    return {"type": "extension", "attrs": attrs}


def test_static_macros_are_expanded() -> None:
    panel = {**core("panel", title="Title"), "type": "bodiedExtension", "content": [paragraph(text("body"))]}
    document, diagnostics = read_adf(doc(panel))
    assert document.content == (
        Panel("custom", (Paragraph((Text("body"),)),), title=(Text("Title"),), show_icon=False),
    )
    assert diagnostics == ()


def test_ignored_macro_parameters_are_reported_where_they_are() -> None:
    heading = {"type": "heading", "attrs": {"level": 1}, "content": [text("Chapter")]}
    (diagnostic,) = read_adf(doc(heading, core("toc", sparkle="yes")))[1]
    assert diagnostic.code == "macro-parameter-ignored"
    assert "sparkle" in diagnostic.message


def test_a_failing_macro_stays_in_the_tree(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_macro: Macro) -> tuple[Expansion, tuple[()]]:
        raise ZeroDivisionError

    monkeypatch.setattr(extensions, "expand_static", fail)
    document, diagnostics = read_adf(doc(core("toc"), paragraph(text("next"))))
    assert document.content == (Macro("toc"), Paragraph((Text("next"),)))
    assert [d.code for d in diagnostics] == ["macro-failed"]


def test_diagnostics_say_under_which_heading() -> None:
    heading = {"type": "heading", "attrs": {"level": 2}, "content": [text("Costs")]}
    (diagnostic,) = read_adf(doc(heading, {"type": "hologram", "content": [text("x")]}))[1]
    assert diagnostic.place == "under “Costs”"


def test_the_same_finding_is_reported_once() -> None:
    assert len(read_adf(doc(*[{"type": "hologram", "content": [text("x")]}] * 50))[1]) == 1
