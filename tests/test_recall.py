"""Every word of the source arrives: in the text that poppler extracts from the PDF, on the sheets of its page."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.conftest import Exported
from tests.corpus import ABSENT, ALONE, DEMO, documents
from tests.recall import adf_text, missing, missing_words, pdf_text, storage_text, words

DOCUMENTS = documents("storage", "adf", "space-exports")

pytestmark = pytest.mark.usefixtures("poppler")


@pytest.mark.slow
@pytest.mark.skipif(not DOCUMENTS, reason=ABSENT)
@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_word_of_a_real_document_arrives(path: Path, exported: Exported) -> None:
    export = exported(path, ALONE)
    assert missing_words(export, pdf_text(export.rendition.pdf)) == {}


@pytest.mark.slow
@pytest.mark.parametrize("source", ["space", "export"])
def test_every_word_of_the_demo_arrives(source: str, exported: Exported) -> None:
    export = exported(DEMO.parent / source, ALONE)
    assert missing_words(export, pdf_text(export.rendition.pdf)) == {}


# --- The measure itself ----------------------------------------------------------------------------------------------


def lost(wanted: str, text: str) -> dict[str, int]:
    return dict(missing(Counter(words(wanted)), text))


def test_words_that_are_missing_are_named_and_counted() -> None:
    assert lost("one two two three", "three one two") == {"two": 1}
    assert lost("日本語", "日 語") == {"本": 1}


def test_breaks_ligatures_case_and_soft_hyphens_do_not_matter() -> None:
    assert (
        lost("Efficient confluence_xpress STATUS co\u00adoperate", "eﬃcient conflu-\nence_x press status cooperate")
        == {}
    )


def test_a_short_word_is_not_found_inside_another_one() -> None:
    assert lost("an", "banana") == {"an": 1}


def test_what_a_reader_sees_of_storage_format() -> None:
    body = (
        '<p>Seen &auml; &amp; <!-- no -->b<strong>old</strong></p><ac:structured-macro ac:name="panel">'
        '<ac:parameter ac:name="title">Title</ac:parameter><ac:parameter ac:name="bgColor">grey</ac:parameter>'
        "<ac:rich-text-body><p>inside</p></ac:rich-text-body></ac:structured-macro><ac:task-list><ac:task>"
        "<ac:task-id>1</ac:task-id><ac:task-status>complete</ac:task-status><ac:task-body>task</ac:task-body></ac:task>"
        '</ac:task-list><ac:structured-macro ac:name="code"><ac:plain-text-body><![CDATA[a &nbsp; <b>]]>'
        "</ac:plain-text-body></ac:structured-macro><ac:placeholder>hint</ac:placeholder>"
    )
    assert words(storage_text(body)) == ["seen", "ä", "bold", "title", "inside", "task", "a", "nbsp", "b"]


def test_an_adf_node_in_storage_format_counts_once() -> None:
    node = '<ac:adf-node type="panel"><ac:adf-content><p>once</p></ac:adf-content></ac:adf-node>'
    body = f"<ac:adf-extension>{node}<ac:adf-fallback><p>once</p></ac:adf-fallback></ac:adf-extension>"
    assert words(storage_text(body)) == ["once"]


def test_what_a_reader_sees_of_adf() -> None:
    content = [
        {"type": "paragraph", "content": [{"type": "text", "text": "te"}, {"type": "text", "text": "xt"}]},
        {"type": "paragraph", "content": [{"type": "status", "attrs": {"text": "Done", "color": "green"}}]},
        {"type": "expand", "attrs": {"title": "More"}, "content": []},
    ]
    assert words(adf_text({"type": "doc", "content": content})) == ["text", "done", "more"]
