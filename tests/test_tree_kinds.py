"""Whiteboards, databases and embeds: they keep their place in the tree, and a link is all there is of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from confluence_xpress.bundle import Answer, Body, Bundle, Page, PageKind, Space, Unavailable
from confluence_xpress.collect import collect
from confluence_xpress.lookup import Site
from confluence_xpress.model import Card, Notice, Text, Url
from confluence_xpress.needs import BodyNeed, Need
from confluence_xpress.readers import read
from confluence_xpress.render import Options, needs, render
from confluence_xpress.sources.open import open_source
from confluence_xpress.sources.selection import Selection
from confluence_xpress.templates import load_template, parse_settings
from confluence_xpress.transforms.pipeline import PreparedPage, prepare
from tests.pdfs import bookmarks
from tests.sites import BASE, SPACE, codes, link, page, para, site

FIGMA = "https://www.figma.com/design/1/Plan"
KINDS: tuple[PageKind, ...] = ("folder", "whiteboard", "database", "embed")


def prepared(*pages: Page, answers: dict[Need, Answer] | None = None) -> tuple[tuple[PreparedPage, ...], Site]:
    where = Site(Bundle("Book", pages, (SPACE,), answers or {}), read)
    return prepare(where), where


def card(result: PreparedPage) -> Card:
    (shown,) = result.document.content
    assert isinstance(shown, Card)
    return shown


@pytest.mark.parametrize("kind", KINDS)
def test_nobody_asks_for_a_body_that_there_is_not(kind: PageKind) -> None:
    _, where = prepared(page("1", "Top", kind=kind), page("2", "Below", parent="1"))
    assert list(where.missing) == [BodyNeed("2")]


def test_a_folder_prints_its_title_alone() -> None:
    (result,), _ = prepared(page("1", "Shelf", kind="folder"))
    assert (result.document.content, result.diagnostics) == ((), ())


@pytest.mark.parametrize("kind", ["whiteboard", "database"])
def test_a_board_is_named_and_linked_on_the_site(kind: PageKind) -> None:
    (known, made), _ = prepared(
        page("1", "Known", kind=kind, url=f"{BASE}/spaces/DOC/{kind}/1/Known"), page("2", "Not known", kind=kind)
    )
    # Not to itself in the document, where there is nothing else to see.
    assert card(known).target == Url(f"{BASE}/spaces/DOC/{kind}/1/Known")
    assert card(known).content == (Text(f"This {kind} can only be seen in Confluence."),)
    assert card(made).target == Url(f"{BASE}/spaces/DOC/{kind}/2")
    (lost,) = known.diagnostics
    assert (lost.code, lost.page, lost.lost) == ("content-link-only", "1", True)
    assert "Known" in lost.message and lost.hint


def test_an_embed_leads_to_what_it_shows() -> None:
    (result,), _ = prepared(page("1", "Plan", kind="embed", url=FIGMA))
    assert card(result).target == Url(FIGMA)
    (unknown, unsafe), _ = prepared(
        page("1", "No address", kind="embed"), page("2", "Unsafe", kind="embed", url="javascript:alert(1)")
    )
    for each in (unknown, unsafe):
        assert isinstance(each.document.content[0], Notice)
        assert codes(each.diagnostics) == ["content-link-only"]


def test_links_to_a_board_lead_to_its_place_in_the_document() -> None:
    board = page("2", "Board", kind="whiteboard")
    body = f'<p><a href="{BASE}/spaces/DOC/whiteboard/2/Board">here</a></p>'
    (first, _), _ = prepared(page("1"), board, answers={BodyNeed("1"): Body("storage", body)})
    assert "Destination(label='p2'" in repr(first.document)


def test_links_to_what_an_embed_shows_are_left_alone() -> None:
    body = f'<p><a href="{FIGMA}">the plan</a></p>'
    plan = page("2", "Plan", kind="embed", url=FIGMA)
    (first, _), _ = prepared(page("1"), plan, answers={BodyNeed("1"): Body("storage", body)})
    assert first.document.content == (para(link(Url(FIGMA), "the plan")),)


def test_a_board_can_t_be_included() -> None:
    board = page("2", "Board", kind="whiteboard")
    where = site([page("1"), board])
    found = where.document(board)
    assert isinstance(found, Unavailable)
    assert found.reason == "a whiteboard has no text of its own"
    assert not where.missing


@pytest.mark.slow
def test_they_keep_their_place_in_the_document(tmp_path: Path) -> None:
    entries = [
        {"id": "1", "title": "Handbook", "body": "1.storage.xml"},
        {"id": "2", "title": "Board", "parent": "1", "kind": "whiteboard"},
        {"id": "3", "title": "Below the board", "parent": "2", "body": "1.storage.xml"},
        {"id": "4", "title": "Inventory", "parent": "1", "kind": "database"},
        {"id": "5", "title": "Plan", "parent": "4", "kind": "embed", "url": FIGMA},
    ]
    (tmp_path / "pages.json").write_text(json.dumps(entries))
    (tmp_path / "space.json").write_text(json.dumps({"key": "DOC", "name": "Docs", "base_url": BASE}))
    (tmp_path / "1.storage.xml").write_text("<p>text</p>")
    template = load_template("default")
    options = Options(template, parse_settings(template.options, {"numbering": "true"}), timestamp=0)
    source = open_source(tmp_path)
    bundle = collect(source, Selection(), needs=lambda bundle: needs(bundle, options))
    assert bundle.spaces == (Space("DOC", "Docs", "", BASE),)
    rendition = render(bundle, options, source.diagnostics)
    entries_in = rendition.manifest["pages"]
    assert [(each["title"], each["kind"], each["number"]) for each in entries_in] == [
        ("Handbook", "page", ""),
        ("Board", "whiteboard", "1"),
        ("Below the board", "page", "1.1"),
        ("Inventory", "database", "2"),
        ("Plan", "embed", "2.1"),
    ]
    assert [each["links"][0]["url"] for each in entries_in if each["links"]] == [
        f"{BASE}/spaces/DOC/whiteboard/2",
        f"{BASE}/spaces/DOC/database/4",
        FIGMA,
    ]
    marks = [title.split()[-1] for title, _ in bookmarks(rendition.pdf)]
    assert [title for title in marks if title != "Contents"] == ["Handbook", "Board", "board", "Inventory", "Plan"]
    assert {d.code for d in rendition.diagnostics} == {"content-link-only"}
