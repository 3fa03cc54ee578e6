"""Documents that nobody would write, all the way to a PDF: each page is typeset, none falls back to plain text."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from confluence_xpress.bundle import Answer, Body, BodyFormat, Bundle, Page, Unavailable
from confluence_xpress.needs import BodyNeed, Need
from confluence_xpress.render import Options, Rendition, needs, render
from confluence_xpress.templates import load_template, parse_settings
from tests.adf_schema import Schema, load_schemas

GOLDEN = Path(__file__).parent / "golden"
STORAGE = [path.read_text(encoding="utf-8") for path in sorted((GOLDEN / "storage").glob("*.xml"))]
FAILURES = {"page-not-typeset", "page-body-unreadable", "macro-failed"}
NOISE = ("<", ">", "&", "</p>", "<td>", "<li>", "]]>", '"', "=", "\0", "#panic()", "$", "\\", "\u202e", "🧪")


def rendition(kind: BodyFormat, bodies: Sequence[str]) -> Rendition:
    """The PDF of these bodies, each a page; nothing else can be had."""
    template = load_template("default")
    options = Options(template, parse_settings(template.options, {"contents": "false"}))
    pages = tuple(Page(str(n), f"Page {n}", position=n) for n in range(len(bodies)))
    answers: dict[Need, Answer] = {
        BodyNeed(page.id): Body(kind, body) for page, body in zip(pages, bodies, strict=True)
    }
    bundle = Bundle("Fuzz", pages, answers=answers)
    while missing := needs(bundle, options):
        bundle = bundle.with_answers(dict.fromkeys(missing, Unavailable("not here")))
    return render(bundle, options)


def check(kind: BodyFormat, bodies: Sequence[str]) -> None:
    done = rendition(kind, bodies)
    failed = [(d.code, d.message, bodies[int(d.page)][:2000]) for d in done.diagnostics if d.code in FAILURES]
    assert not failed
    assert done.pdf.startswith(b"%PDF-")
    assert done.pages >= len(bodies)


def mutated(seed: int) -> str:
    """A storage body of ours with slices deleted, doubled, moved and replaced."""
    rng = random.Random(seed)
    source = rng.choice(STORAGE)
    for _ in range(rng.randint(1, 8)):
        start, at = rng.randint(0, len(source)), rng.randint(0, len(source))
        piece = source[start : start + rng.randint(0, 80)]
        kind = rng.randrange(4)
        if kind == 0:
            source = source[:start] + source[start + len(piece) :]
        elif kind == 1:
            source = source[:at] + piece + source[at:]
        elif kind == 2:
            source = source[:at] + rng.choice(STORAGE)[start : start + 200] + source[at:]
        else:
            source = source[:at] + rng.choice(NOISE) + source[at:]
    return source


@pytest.mark.parametrize("first", [0, pytest.param(1000, marks=pytest.mark.slow)])
def test_damaged_storage_bodies(first: int) -> None:
    check("storage", [mutated(seed) for seed in range(first, first + 120)])


@pytest.mark.parametrize("first", [0, pytest.param(1000, marks=pytest.mark.slow)])
@pytest.mark.parametrize("schema", load_schemas() or [Schema.empty()], ids=str)
def test_any_valid_adf(schema: Schema, first: int) -> None:
    if not schema.definitions:
        pytest.skip("the official schemas are not beside this checkout")
    check("adf", [json.dumps(schema.sample("doc_node", random.Random(seed))) for seed in range(first, first + 120)])
