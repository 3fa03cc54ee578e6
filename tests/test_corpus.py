"""Real content: whatever it holds, no exception, a PDF for each document, and every page in it."""

from __future__ import annotations

import html
import io
import re
from collections import Counter
from pathlib import Path

import pikepdf
import pytest

from confluence_xpress.bundle import Body
from confluence_xpress.diagnostics import CODES
from tests.conftest import Exported
from tests.corpus import ABSENT, ALONE, CORPUS, documents
from tests.recall import missing, missing_words, pdf_text, words

DOCUMENTS = documents("storage", "adf", "space-exports")
NEVER = {"page-not-typeset", "page-body-unreadable", "macro-failed"}
"""What would be a defect of ours in each of these documents."""

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not DOCUMENTS, reason=ABSENT)]


def test_the_corpus_is_whole() -> None:
    assert len(documents("storage")) > 150 and len(documents("adf")) > 100 and len(documents("space-exports")) > 70


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_each_document_gives_a_pdf_with_all_its_pages(path: Path, exported: Exported) -> None:
    export = exported(path, ALONE)
    manifest = export.rendition.manifest
    with pikepdf.open(io.BytesIO(export.rendition.pdf)) as pdf:
        assert len(pdf.pages) == manifest["pdf"]["pages"] == export.rendition.pages
    assert [entry["id"] for entry in manifest["pages"]] == [page.id for page in export.bundle.pages]
    starts = [entry["pdf_page"] for entry in manifest["pages"]]
    assert None not in starts and starts == sorted(starts)
    found = {diagnostic.code for diagnostic in export.rendition.diagnostics}
    assert found <= CODES.keys() and not found & NEVER
    assert manifest["complete"] is not any(CODES[code].lost for code in found)


@pytest.mark.parametrize("path", documents("storage", "adf"), ids=lambda path: path.name)
def test_what_is_lost_of_a_document_is_visible_where_it_was(path: Path, exported: Exported, poppler: None) -> None:
    """An unknown macro without a body leaves its name, a list of issues its key or query; a missing image its own."""
    export = exported(path, ALONE)
    text = "\n".join(pdf_text(export.rendition.pdf))
    body = next(answer.value for answer in export.bundle.answers.values() if isinstance(answer, Body))
    queries = re.findall(r'ac:name="(?:key|jqlQuery|jql)">([^<]+)<', body)
    for macro in export.rendition.manifest["pages"][0]["macros"]:
        if macro["result"] == "macro-unknown":
            for trace in (queries if macro["name"].startswith("jira") else ()) or [macro["name"]]:
                assert not missing(Counter(words(html.unescape(trace))), text), f"{trace} left no trace"


@pytest.mark.skipif(not (CORPUS / "generate").is_dir(), reason=ABSENT)
def test_a_space_of_hundreds_of_pages_is_whole(exported: Exported, poppler: None) -> None:
    export = exported(CORPUS / "generate" / "sphinx-space-v2editor.zip", ALONE)
    assert len(export.bundle.pages) > 80
    assert missing_words(export, pdf_text(export.rendition.pdf)) == {}
