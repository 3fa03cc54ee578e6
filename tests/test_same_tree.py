"""The same page in storage format and in ADF gives the same tree."""

from __future__ import annotations

import json
from difflib import unified_diff
from pathlib import Path
from typing import Any

import pytest

from confluence_xpress.diagnostics import Diagnostic
from confluence_xpress.model import Document
from confluence_xpress.model.json import to_json
from confluence_xpress.readers.adf import read_adf
from confluence_xpress.readers.storage import read_storage

PAIRS = Path(__file__).parent / "golden" / "pairs"
NAMES = sorted(path.name.removesuffix(".adf.json") for path in PAIRS.glob("*.adf.json"))
CORPUS = Path(__file__).parents[2] / "shared" / "corpus"


def lines(tree: Any) -> list[str]:
    return json.dumps(tree, ensure_ascii=False, indent=1).splitlines()


def difference(storage: Any, adf: Any) -> str:
    return "\n".join(unified_diff(lines(storage), lines(adf), "storage", "ADF", lineterm="", n=12))


def pair(name: str) -> tuple[tuple[Document, tuple[Diagnostic, ...]], tuple[Document, tuple[Diagnostic, ...]]]:
    storage = (PAIRS / f"{name}.storage.xml").read_text(encoding="utf-8")
    adf = (PAIRS / f"{name}.adf.json").read_text(encoding="utf-8")
    return read_storage(storage), read_adf(adf)


@pytest.mark.parametrize("name", NAMES)
def test_both_spellings_give_the_same_tree(name: str) -> None:
    (storage, _), (adf, _) = pair(name)
    assert storage.content
    assert storage == adf, difference(to_json(storage), to_json(adf))


@pytest.mark.parametrize("name", NAMES)
def test_both_spellings_give_the_same_findings(name: str) -> None:
    (_, storage), (_, adf) = pair(name)
    assert {(d.code, d.message) for d in storage} == {(d.code, d.message) for d in adf}


def without_targets(value: Any) -> Any:
    """A tree without what only one spelling knows: storage has titles and file names, ADF has addresses and ids."""
    if isinstance(value, list):
        return [without_targets(item) for item in value]
    if not isinstance(value, dict):
        return value
    hidden = {"target", "source"} | ({"content"} if value.get("appearance") else set())
    return {key: without_targets(item) for key, item in value.items() if key not in hidden}


@pytest.mark.parametrize("page", ["544377869", "692355151"])
def test_real_pages_differ_in_targets_only(page: str) -> None:
    source = CORPUS / "storage" / f"querypie__{page}.xml"
    if not source.is_file():
        pytest.skip("the corpus is not beside this checkout")
    storage, _ = read_storage(source.read_text(encoding="utf-8"))
    adf, _ = read_adf((CORPUS / "adf" / f"querypie__{page}.json").read_text(encoding="utf-8"))
    expected, found = without_targets(to_json(storage)), without_targets(to_json(adf))
    assert expected == found, difference(expected, found)
