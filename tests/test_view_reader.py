"""The view reader: golden trees, and the same page as storage format and as Confluence rendered it."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from confluence_xpress.model import CodeBlock, Document, Figure, Heading, Panel, Table
from confluence_xpress.model.json import from_json, to_json
from confluence_xpress.model.text import block_text
from confluence_xpress.model.walk import iter_blocks, rewrite_blocks
from confluence_xpress.readers.storage import read_storage
from confluence_xpress.readers.view import read_view
from tests.goldens import check

HERE = Path(__file__).parent
GOLDEN = sorted((HERE / "golden" / "view").glob("*.view.html"))
PAGES = HERE.parent.parent / "shared" / "corpus"
WORD = re.compile(r"\w+")


def text(value: str) -> str:
    """The words that a body shows."""
    return block_text(read_view(value)[0].content)


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.name.removesuffix(".view.html"))
def test_golden_tree(path: Path, request: pytest.FixtureRequest) -> None:
    document, diagnostics = read_view(path.read_text(encoding="utf-8"))
    tree = to_json(document)
    assert from_json(json.loads(json.dumps(tree))) == document
    tree["diagnostics"] = [f"{item.code}: {item.message}" for item in diagnostics]
    actual = json.dumps(tree, ensure_ascii=False, indent=1) + "\n"
    accept = request.config.getoption("--accept", default=False)
    check(path.with_name(path.name.replace(".view.html", ".tree.json")), actual, accept)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("", ""),
        ("plain words", "plain words"),
        ("<p>one<p>two", "one two"),
        ("<script>no</script><style>no</style><p>yes", "yes"),
        ("<p>a <!-- no --> b</p>", "a b"),
        ("<div class='panel'>panel of another kind</div>", "panel of another kind"),
        ("<div class='code'>code of another kind</div>", "code of another kind"),
        ("<pre><![CDATA[a < b]]></pre>", "a < b"),
        ("<p>\x00\ud800a&nbsp;&eacute;&#1;</p>", "a é"),
        ("<a href='x'></a><p>empty links show nothing</p>", "empty links show nothing"),
    ],
)
def test_words(body: str, expected: str) -> None:
    assert text(body).split() == expected.split()


@pytest.mark.parametrize("name", ["div", "ul", "blockquote", "span", "b"])
def test_deep_nesting_becomes_text(name: str) -> None:
    document, diagnostics = read_view(f"{f'<{name}>' * 5000}deep words{f'</{name}>' * 5000}")
    assert block_text(document.content).split() == ["deep", "words"]
    assert "markup-too-deep" in {found.code for found in diagnostics}
    assert from_json(to_json(document)) == document


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(st.sampled_from([path.read_text(encoding="utf-8") for path in GOLDEN]), st.data())
def test_damaged_bodies_never_raise(source: str, data: st.DataObject) -> None:
    for _ in range(data.draw(st.integers(1, 5))):
        start = data.draw(st.integers(0, len(source)))
        end = start + data.draw(st.integers(0, 60))
        source = (
            source[:start]
            + data.draw(st.sampled_from(("", source[start:end] * 2, "<", "</div>", "<p>")))
            + source[end:]
        )
    document, _ = read_view(source)
    assert from_json(json.loads(json.dumps(to_json(document)))) == document


def without_captions(document: Document) -> Document:
    """The document without the captions of its images, which Confluence leaves out of what it renders."""
    return Document(
        rewrite_blocks(document.content, lambda b: (replace(b, caption=()) if isinstance(b, Figure) else b,))
    )


@pytest.mark.skipif(not PAGES.is_dir(), reason="the corpus is not here")
def test_rendered_pages_have_the_words_and_blocks_of_their_storage_format() -> None:
    compared = 0
    for path in sorted((PAGES / "rest" / "querypie").glob("*/page.view.html")):
        view, _ = read_view(path.read_text(encoding="utf-8"))
        # Of some pages there are two versions; the second (`-2`) is nearer to what was rendered.
        stored = sorted((PAGES / "storage").glob(f"querypie__{path.parent.name}*.xml"))[:1]
        if not stored:
            continue
        storage = without_captions(read_storage(stored[0].read_text(encoding="utf-8"))[0])
        for kind in (Panel, CodeBlock, Table, Heading, Figure):
            counts = [sum(isinstance(b, kind) for b in iter_blocks(d.content)) for d in (view, storage)]
            assert counts[0] == counts[1], (path.parent.name, kind.__name__, counts)
        words = [Counter(WORD.findall(block_text(d.content).casefold())) for d in (view, storage)]
        missing = words[1] - words[0]
        assert missing.total() <= 0.02 * words[1].total(), (path.parent.name, missing)
        compared += 1
    assert compared > 5
