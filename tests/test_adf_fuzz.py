"""The ADF reader on documents that nobody wrote: valid ones made from the schemas, damaged ones, and no documents."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft4Validator

from confluence_xpress.diagnostics import CODES
from confluence_xpress.model.build import to_blocks
from confluence_xpress.model.json import from_json, to_json
from confluence_xpress.model.text import block_text
from confluence_xpress.model.walk import iter_blocks, rewrite_blocks
from confluence_xpress.readers.adf import read_adf
from tests.adf_schema import Schema, load_schemas

GOLDEN = Path(__file__).parent / "golden" / "adf"
SOURCES = [path.read_text(encoding="utf-8") for path in sorted(GOLDEN.glob("*.json")) if ".tree" not in path.name]
FAST = settings(deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
SCHEMAS = pytest.mark.parametrize("schema", load_schemas() or [Schema.empty()], ids=str)


def read(value: str) -> tuple[str, set[str]]:
    """Text and codes of a document, after checks that hold for any input."""
    document, diagnostics = read_adf(value)
    assert from_json(json.loads(json.dumps(to_json(document)))) == document
    assert rewrite_blocks(document.content) == document.content
    assert to_blocks(document.content) == document.content
    assert {d.code for d in diagnostics} <= set(CODES)
    text = block_text(document.content)
    text.encode()  # no halves of surrogate pairs
    assert len(list(iter_blocks(document.content))) <= len(value) + 1
    return text, {d.code for d in diagnostics}


def valid(schema: Schema, seed: int) -> Any:
    return schema.sample("doc_node", random.Random(seed))


def texts(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if node.get("type") == "text":
            yield from re.findall(r"\w+", node["text"])
        node = node.get("content", [])
    for child in node if isinstance(node, list) else []:
        yield from texts(child)


def check_valid(schema: Schema, seed: int) -> None:
    if not schema.definitions:
        pytest.skip("the official schemas are not beside this checkout")
    document = valid(schema, seed)
    shown, codes = read(json.dumps(document))
    assert codes <= {"macro-parameter-ignored", "node-invalid"}
    assert [word for word in texts(document) if word not in shown] == []


@SCHEMAS
@settings(FAST, max_examples=60)
@given(seed=st.integers(0, 2**32))
def test_valid_documents_are_read_without_loss(schema: Schema, seed: int) -> None:
    check_valid(schema, seed)


@pytest.mark.slow
@SCHEMAS
@settings(FAST, max_examples=2000)
@given(seed=st.integers(0, 2**32))
def test_many_valid_documents_are_read_without_loss(schema: Schema, seed: int) -> None:
    check_valid(schema, seed)


@pytest.mark.slow
@pytest.mark.parametrize("schema", load_schemas(), ids=str)
def test_made_documents_are_valid(schema: Schema) -> None:
    """What the tests above rely on."""
    validator = Draft4Validator({"$ref": "#/definitions/doc_node", "definitions": schema.definitions})
    assert [error.message for seed in range(3) for error in validator.iter_errors(valid(schema, seed))] == []


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
NAMES = st.sampled_from(
    [*sorted(set(re.findall(r'"type": ?"(\w+)"', " ".join(SOURCES)))), "", "ri:page", "\ud800", "constructor"]
)
KEYS = st.sampled_from(sorted(set(re.findall(r'"(\w+)":', " ".join(SOURCES)))))


def nodes(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Things that look like nodes and marks, with anything anywhere."""
    attrs = st.dictionaries(KEYS, children | SCALARS, max_size=3)
    return st.fixed_dictionaries(
        {},
        optional={
            "type": NAMES | SCALARS,
            "attrs": attrs | SCALARS,
            "content": st.lists(children, max_size=4) | children,
            "marks": st.lists(children, max_size=2) | SCALARS,
            "text": SCALARS,
        },
    )


ANYTHING = st.recursive(SCALARS, lambda inner: nodes(inner) | st.lists(inner, max_size=3), max_leaves=25)


@pytest.mark.slow
@settings(FAST, max_examples=120)
@given(content=st.lists(ANYTHING, max_size=4))
def test_any_json_is_read(content: list[Any]) -> None:
    read(json.dumps({"type": "doc", "content": content}))
    read(json.dumps(content))


@settings(FAST, max_examples=100)
@given(value=st.text())
def test_any_text_is_read(value: str) -> None:
    read(value)


@pytest.mark.slow
@settings(FAST, max_examples=120)
@given(source=st.sampled_from(SOURCES), data=st.data())
def test_damaged_text_is_read(source: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(source)), "start")
    end = data.draw(st.integers(start, min(len(source), start + 40)), "end")
    read(source[:start] + data.draw(st.text(max_size=5), "instead") + source[end:])
    read(source[:start])


@pytest.mark.slow
@settings(FAST, max_examples=150)
@given(source=st.sampled_from(SOURCES), data=st.data())
def test_documents_with_wrong_values_are_read(source: str, data: st.DataObject) -> None:
    """One value of a good document is replaced by something else, and everything around it still arrives."""
    document = json.loads(source)
    places = list(containers(document))
    container, key = data.draw(st.sampled_from(places), "place")
    container[key] = data.draw(SCALARS | ANYTHING, "value")
    read(json.dumps(document))


def containers(value: Any) -> Iterator[tuple[Any, Any]]:
    """Each place in a JSON value: its container, and its key or index there."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in pairs:
        yield value, key
        yield from containers(item)
