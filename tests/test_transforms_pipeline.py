"""All transforms together: from a bundle to pages that are ready to be written."""

from __future__ import annotations

from dataclasses import replace

import pytest

from confluence_xpress.bundle import Answer, Page, Pages, Unavailable, User
from confluence_xpress.diagnostics import Diagnostic
from confluence_xpress.lookup import Site
from confluence_xpress.model import (
    Anchor,
    Annotation,
    Block,
    Card,
    Contents,
    ContentsEntry,
    Date,
    Destination,
    Document,
    Excerpt,
    Heading,
    Link,
    Mark,
    Mention,
    Notice,
    PageProperties,
    PageRef,
    Quote,
    SyncedBlock,
    Text,
    Url,
    UserRef,
)
from confluence_xpress.model.text import block_text
from confluence_xpress.model.walk import iter_blocks, iter_inlines, own_inlines
from confluence_xpress.needs import BodyNeed, ChildrenNeed, Need, PageNeed, UserNeed
from confluence_xpress.transforms import pipeline
from confluence_xpress.transforms.pipeline import Options, PreparedPage, prepare
from tests.sites import codes, expand, head, link, macro, page, para, site, text

OPTIONS = Options(expand=expand)
USERS: dict[Need, Answer] = {
    UserNeed(account_id="u1"): User("Someone"),
    UserNeed(account_id="u2"): Unavailable("gone"),
    UserNeed(key="8a7f"): Unavailable("gone"),
    UserNeed(username="jdoe"): Unavailable("gone"),
}


def one(*blocks: Block, options: Options = OPTIONS) -> PreparedPage:
    (prepared,) = prepare(site([page("1", "Title")], {"1": blocks}, USERS), options)
    return prepared


@pytest.mark.parametrize(
    ("mention", "shown", "code"),
    [
        (Mention(UserRef(account_id="u1")), "Someone", []),
        (Mention(UserRef(account_id="u1"), "Stale"), "Someone", []),
        (Mention(UserRef(account_id="u2"), "From source"), "From source", []),
        (Mention(UserRef(account_id="u2")), "unknown user", ["user-unknown"]),
        (Mention(UserRef(key="8a7f")), "unknown user", ["user-unknown"]),
        (Mention(UserRef(username="jdoe")), "jdoe", ["user-unknown"]),
        (Mention(UserRef(account_id="all")), "all", []),
        (Mention(UserRef()), "unknown user", ["user-unknown"]),
    ],
)
def test_people_have_names_not_ids(mention: Mention, shown: str, code: list[str]) -> None:
    prepared = one(para("by ", mention))
    assert prepared.document.content == (para("by ", replace(mention, text=shown)),)
    assert codes(prepared.diagnostics) == code


def test_wrappers_are_taken_off() -> None:
    prepared = one(
        Excerpt((para("a"),)),
        Excerpt((para("secret"),), hidden=True),
        PageProperties((para("b"),)),
        PageProperties((para("secret"),), hidden=True),
        SyncedBlock("r", (Quote((Excerpt((para("c"),)),)),)),
        para(Mark("strong", (Annotation("1", text("commented")),)), Date("2024-01-31")),
    )
    assert prepared.document.content == (
        para("a"),
        para("b"),
        Quote((para("c"),)),
        para(Mark("strong", text("commented")), Date("2024-01-31")),
    )
    assert prepared.diagnostics == ()


def test_what_can_t_be_shown_is_visible_and_reported() -> None:
    prepared = one(SyncedBlock("r1"), Card(Url("https://example.org/list"), datasource="{}"))
    notice, card = prepared.document.content
    assert isinstance(notice, Notice)
    assert isinstance(card, Card)
    assert [(d.code, d.page) for d in prepared.diagnostics] == [
        ("synced-block-unavailable", "1"),
        ("datasource-unavailable", "1"),
    ]


TREE = [
    page("r", "Root"),
    page("a", "Alpha", parent="r"),
    page("b", "Beta", parent="a"),
    page("c", "Gamma", parent="r"),
]
BODIES: dict[str, tuple[Block, ...]] = {
    "r": (head(1, "Welcome"), macro("children", depth="2"), para(link(PageRef(title="Beta"), "", "Details"))),
    "a": (Contents(), head(2, "Alpha"), head(3, "Part ", link(PageRef(title="Gamma")))),
    "b": (head(1, "Details"), para(link(PageRef(), "up", "Details")), macro("include", PageRef(title="Gamma"))),
    "c": (head(4, "Shared"), para(link(PageRef(), "there", "Shared"))),
}


def tree_site() -> Site:
    answers: dict[Need, Answer] = {
        ChildrenNeed("r"): Pages((TREE[1], TREE[3])),
        ChildrenNeed("a"): Pages((TREE[2],)),
        ChildrenNeed("c"): Pages(()),
    }
    return site(TREE, BODIES, answers)


def test_a_book() -> None:
    root, alpha, beta, gamma = prepare(tree_site(), replace(OPTIONS, numbering=True))
    assert [(p.label, p.level, p.number) for p in (root, alpha, beta, gamma)] == [
        ("pr", 1, ""), ("pa", 1, "1"), ("pb", 2, "1.1"), ("pc", 1, "2")
    ]  # fmt: skip
    assert [p.diagnostics for p in (root, alpha, beta, gamma)] == [(), (), (), ()]
    assert block_text(root.document.content).split("\n") == ["Welcome", "Alpha", "Beta", "Gamma", "Beta"]
    assert root.document.content[-1] == para(link(Destination("pb-h1"), "Beta"))
    assert [h.number for h in root.headings] == [""]  # its numbers would be those of Alpha and Gamma

    assert alpha.document.content == (
        Contents(entries=(ContentsEntry(1, text("Part Gamma"), Destination("pa-h1")),)),
        Heading(1, (Text("Part "), link(Destination("pc"), "Gamma")), label="pa-h1"),
    )
    assert alpha.headings == (ContentsEntry(1, text("Part Gamma"), Destination("pa-h1")),)

    assert [(h.number, h.target) for h in beta.headings] == [
        ("1.1.1", Destination("pb-h1")),
        ("1.1.1.1", Destination("pb-h2")),
    ]
    assert beta.document.content[-1] == para(link(Destination("pc-h1"), "there"))
    assert [h.number for h in gamma.headings] == ["2.1"]


def test_numbers_only_if_asked_for() -> None:
    assert {h.number for p in prepare(tree_site(), OPTIONS) for h in p.headings} | {
        p.number for p in prepare(tree_site(), OPTIONS)
    } == {""}


def labels(prepared: PreparedPage) -> list[str]:
    found = [prepared.label]
    for node in iter_blocks(prepared.document.content):
        found += [node.label] if isinstance(node, Heading) else []
        found += [i.name for line in own_inlines(node) for i in iter_inlines(line) if isinstance(i, Anchor)]
    return found


def test_every_destination_exists_once() -> None:
    pages = prepare(tree_site(), OPTIONS)
    known = [label for prepared in pages for label in labels(prepared)]
    assert len(known) == len(set(known))
    targets = {
        i.target.label
        for prepared in pages
        for node in iter_blocks(prepared.document.content)
        for line in own_inlines(node)
        for i in iter_inlines(line)
        if isinstance(i, Link) and isinstance(i.target, Destination)
    }
    assert targets
    assert targets <= set(known)


def test_a_page_included_twice_has_its_own_labels() -> None:
    twice = macro("include", PageRef(id="c"))
    prepared = prepare(site([TREE[0], TREE[3]], {"r": (twice, twice), "c": BODIES["c"]}), OPTIONS)
    assert labels(prepared[0]) == ["pr", "pr-h1", "pr-h2"]


def test_needs_are_what_transforms_ask_for() -> None:
    where = site(
        TREE, {"r": (macro("children"), para(Mention(UserRef(account_id="u"))), para(link(PageRef(title="X"))))}
    )
    prepare(where, OPTIONS)
    assert list(where.missing) == [
        ChildrenNeed("r"), UserNeed(account_id="u"), BodyNeed("a"), BodyNeed("b"), BodyNeed("c"),
        PageNeed(title="X", space="DOC"),
    ]  # fmt: skip


def test_pages_without_bodies_are_visible() -> None:
    folder = page("f", "Folder", kind="folder")
    where = site([page("1"), folder], {}, {BodyNeed("1"): Unavailable("forbidden")})
    missing, shown = prepare(where, OPTIONS)
    assert "forbidden" in block_text(missing.document.content)
    assert codes(missing.diagnostics) == ["page-body-missing"]
    assert (shown.document, shown.diagnostics) == (Document(), ())
    assert not where.missing


def test_a_reader_s_defect_costs_one_page() -> None:
    where = site([page("1"), page("2")], {"1": (para("x"),), "2": (para("fine"),)})
    good = where._read

    def read(body: object) -> tuple[Document, tuple[Diagnostic, ...]]:
        found = good(body)  # type: ignore[arg-type]
        if found[0].content == (para("x"),):
            raise RecursionError
        return found

    where._read = read
    bad, fine = prepare(where, OPTIONS)
    assert codes(bad.diagnostics) == ["page-body-unreadable"]
    assert fine.document.content == (para("fine"),)


@pytest.mark.parametrize("step", ["outline_headings", "resolve_links"])
def test_a_transform_s_defect_keeps_the_page_s_words(step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: object) -> object:
        raise KeyError

    monkeypatch.setattr(pipeline, step, fail)
    prepared = one(head(1, "Words"), para("that stay"))
    assert "that stay" in block_text(prepared.document.content)
    assert codes(prepared.diagnostics) == ["page-body-unreadable"]


def test_images_then_tables_come_last() -> None:
    seen: list[str] = []

    def images(document: Document, _site: Site, on: Page) -> tuple[Document, tuple[Diagnostic, ...]]:
        seen.append(f"images of {on.id}")
        return Document((*document.content, para("i"))), (Diagnostic("image-missing", "m"),)

    def tables(document: Document) -> tuple[Document, tuple[Diagnostic, ...]]:
        seen.append(block_text(document.content))
        return document, (Diagnostic("table-normalised", "m"),)

    prepared = one(para(link(PageRef())), options=replace(OPTIONS, images=images, tables=tables))
    assert seen == ["images of 1", "Title\ni"]
    assert [(d.code, d.page) for d in prepared.diagnostics] == [("image-missing", "1"), ("table-normalised", "1")]
