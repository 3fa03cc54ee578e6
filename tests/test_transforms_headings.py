"""Levels, labels and numbers of headings, and anchors."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from confluence_xpress.model import (
    Anchor,
    Cell,
    Column,
    Columns,
    Contents,
    Document,
    Heading,
    Image,
    InlineImage,
    Panel,
    Row,
    Table,
    Url,
)
from confluence_xpress.model.walk import iter_blocks
from confluence_xpress.transforms.anchors import Names, page_label
from confluence_xpress.transforms.headings import Levels, Outlined, outline_headings
from tests.sites import head, page, para

PAGE = page("7", "My Page")


def run(*blocks: object, prefix: str | None = None) -> Outlined:
    return outline_headings(Document(blocks), PAGE, prefix)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("source", "levels"),
    [
        ([1, 2, 3], [1, 2, 3]),
        ([3, 3, 2, 4], [1, 1, 1, 2]),
        ([2, 4, 3, 2], [1, 2, 2, 1]),
        ([1, 3, 6, 2], [1, 2, 3, 2]),
        ([4, 1, 6], [1, 1, 2]),
    ],
)
def test_levels_are_consecutive(source: list[int], levels: list[int]) -> None:
    outlined = run(*(head(level, f"h{n}") for n, level in enumerate(source)))
    assert [p.heading.level for p in outlined.headings] == levels
    assert [p.source_level for p in outlined.headings] == source


@given(st.lists(st.integers(1, 6), max_size=40))
def test_levels_never_skip_and_keep_their_order(source: list[int]) -> None:
    levels = Levels()
    found = [levels.next(level) for level in source]
    assert all(b <= a + 1 for a, b in zip([0, *found], found, strict=False))
    for (a, b), (x, y) in zip(itertools.pairwise(source), itertools.pairwise(found), strict=True):
        assert (b > a) == (y > x)


def test_headings_inside_other_blocks_keep_the_order_and_have_labels() -> None:
    outlined = run(
        head(2, "a"),
        Panel("info", (head(4, "b"),)),
        Table((Row((Cell((head(5, "c"),)),)),)),
        head(2, "d"),
    )
    headings = [n for n in iter_blocks(outlined.document.content) if isinstance(n, Heading)]
    assert [(h.level, h.label) for h in headings] == [(1, "p7-h1"), (2, "p7-h2"), (3, "p7-h3"), (1, "p7-h4")]
    assert [p.heading for p in outlined.headings] == headings


def test_numbers_below_a_prefix() -> None:
    headings = [head(1, "a"), head(2, "b"), head(2, "c"), head(1, "d"), head(3, "e")]
    assert [p.heading.number for p in run(*headings, prefix="2.3").headings] == [
        "2.3.1", "2.3.1.1", "2.3.1.2", "2.3.2", "2.3.2.1"
    ]  # fmt: skip
    assert [p.heading.number for p in run(*headings, prefix="").headings] == ["1", "1.1", "1.2", "2", "2.1"]
    assert {p.heading.number for p in run(*headings).headings} == {""}


@pytest.mark.parametrize("before", [(), (Contents(),), (para(),), (para(Anchor("x")),)])
def test_a_first_heading_that_repeats_the_title_goes(before: tuple[object, ...]) -> None:
    outlined = run(*before, head(1, Anchor("top1"), "my  page"), head(2, "Next"))
    assert [p.heading.content for p in outlined.headings] == [head(1, "Next").content]
    assert outlined.headings[0].heading.level == 1
    assert outlined.names.find("My Page") == "p7"
    assert outlined.names.find(
        "top1",
    ) in {
        a.name
        for b in iter_blocks(outlined.document.content)
        if hasattr(b, "content")
        for a in b.content
        if isinstance(a, Anchor)
    }


def test_a_title_inside_a_layout_goes_too() -> None:
    outlined = run(Columns((Column((head(1, "My Page"), para("x"))), Column((para("y"),)))))
    assert outlined.headings == ()
    assert outlined.document.content == (Columns((Column((para("x"),)), Column((para("y"),)))),)


def test_a_heading_like_the_title_stays_further_down() -> None:
    assert len(run(para("text"), head(1, "My Page")).headings) == 1
    assert len(run(head(1, "Other"), head(1, "My Page")).headings) == 2


def test_empty_headings_go_and_leave_their_anchors() -> None:
    outlined = run(head(1), head(2, " "), head(3, Anchor("x")), head(3, InlineImage(Image(Url("u")))))
    assert len(outlined.headings) == 1
    assert outlined.document.content[0] == para(Anchor("p7-a1"))
    assert outlined.names.find("x") == "p7-a1"


NAMES = run(
    para(Anchor("spot"), "text"),
    head(2, "Set up & run"),
    head(2, "Über uns"),
    head(2, "Step"),
    head(2, "Step"),
    head(2, "Version 2.1"),
    head(2, "spot"),
    head(2, "概要"),
).names


@pytest.mark.parametrize(
    ("anchor", "label"),
    [
        ("spot", "p7-a1"),
        ("Set up & run", "p7-h1"),
        ("Set-up-&-run", "p7-h1"),
        ("Set-up-%26-run", "p7-h1"),
        ("MyPage-Setup&run", "p7-h1"),
        ("mypage-setup&run", "p7-h1"),
        ("id-MyPage-Setup&run", "p7-h1"),
        ("My-Page-Set-up-run", "p7-h1"),
        ("[inlineExtension]Step", "p7-h3"),
        ("%C3%9Cber-uns", "p7-h2"),
        ("U\u0308ber uns", "p7-h2"),
        ("MyPage-Step", "p7-h3"),
        ("MyPage-Step.1", "p7-h4"),
        ("Step.1", "p7-h4"),
        ("Version-2.1", "p7-h5"),
        ("MyPage-Version2.1", "p7-h5"),
        ("MyPage-spot", "p7-a1"),
        ("%E6%A6%82%E8%A6%81", "p7-h7"),
        ("My Page", "p7"),
        ("top", "p7"),
        ("Step.2", None),
        ("nowhere", None),
        ("-", None),
    ],
)
def test_anchors_in_all_spellings(anchor: str, label: str | None) -> None:
    assert NAMES.find(anchor) == label


@given(st.text(), st.text())
def test_any_anchor_can_be_looked_for(name: str, anchor: str) -> None:
    names = Names("p1", name)
    names.add_anchor(name, "a")
    names.add_heading(anchor, "h")
    assert names.find(name) == "a"
    assert names.find(anchor) in ("a", "h")


@given(st.text(min_size=1), st.text(min_size=1))
def test_page_labels_are_plain_and_different(one: str, two: str) -> None:
    label = page_label(one)
    assert label.isascii()
    assert label.replace("-", "").replace("_", "").isalnum()
    assert (page_label(two) == label) == (one == two)
