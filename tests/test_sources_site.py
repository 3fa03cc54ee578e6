"""Reading order of pages, and what a selection takes of them."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from confluence_xpress.bundle import Page, Space
from confluence_xpress.errors import InputError
from confluence_xpress.sources.selection import Selection, select
from confluence_xpress.sources.site import UNPOSITIONED, natural, site_map
from confluence_xpress.sources.source import SiteMap


def make(*pages: Page, homepage: str = "") -> SiteMap:
    return site_map([Space("S", "Space", homepage)], pages)[0]


def p(ident: str, parent: str | None = None, *, title: str = "", position: int = 0, labels: str = "") -> Page:
    return Page(ident, title or ident, "S", parent, position, labels=tuple(labels.split()))


def post(ident: str, created: str) -> Page:
    return Page(ident, ident, "S", kind="blogpost", created=created)


BOOK = make(
    p("home"),
    p("guide", "home", position=1, labels="Public"),
    p("setup", "guide", position=1),
    p("disk", "setup", labels="public"),
    p("usage", "guide", position=2, labels="draft"),
    p("secret", "usage", labels="public"),
    p("api", "home", position=2),
    post("news", "2024-02-01"),
    homepage="home",
)


def ids(pages: tuple[Page, ...]) -> list[str]:
    return [page.id for page in pages]


def tree(pages: tuple[Page, ...]) -> list[tuple[str, str | None]]:
    return [(page.id, page.parent) for page in pages]


def test_siblings_follow_position_then_the_title_as_a_person_reads_it() -> None:
    site = make(
        p("z"),
        p("c", "z", title="Part 10"),
        p("b", "z", title="part 2"),
        p("new", "z", title="A", position=UNPOSITIONED),
        p("first", "z", title="Z", position=-1),
    )
    assert ids(site.pages) == ["z", "first", "b", "c", "new"]


def test_the_home_page_leads_then_other_trees_then_blog_posts_by_date() -> None:
    site = make(
        p("a"), post("late", "2024-02-01"), p("home"), post("early", "2023-01-01"), p("x", "home"), homepage="x"
    )
    assert ids(site.pages) == ["home", "x", "a", "early", "late"]


def test_spaces_stay_apart() -> None:
    pages = [Page("b1", "b1", "B"), Page("a1", "a1", "A"), Page("b2", "b2", "B"), Page("a2", "a2", "A")]
    site, _ = site_map([Space("B", homepage="b2"), Space("A", homepage="a2")], pages)
    assert ids(site.pages) == ["b2", "b1", "a2", "a1"]


def test_a_missing_parent_makes_a_root_without_a_word() -> None:
    site, diagnostics = site_map([], [p("a", "gone"), p("b", "a")])
    assert tree(site.pages) == [("a", None), ("b", "a")]
    assert not diagnostics


@pytest.mark.parametrize("seed", range(4))
def test_a_circle_is_cut_at_the_home_page_and_reported(seed: int) -> None:
    pages = [p("a", "c"), p("b", "a"), p("c", "b"), p("d", "b")]
    Random(seed).shuffle(pages)
    site, diagnostics = site_map([Space("S", homepage="b")], pages)
    assert tree(site.pages) == [("b", None), ("c", "b"), ("a", "c"), ("d", "b")]
    assert [(d.code, d.page) for d in diagnostics] == [("page-cycle", "b")]
    assert all(name in diagnostics[0].message for name in ("“a”", "“b”", "“c”"))


def test_a_page_that_is_its_own_parent() -> None:
    site, diagnostics = site_map([], [p("a", "a")])
    assert tree(site.pages) == [("a", None)]
    assert [d.code for d in diagnostics] == ["page-cycle"]


@pytest.mark.slow
@given(st.lists(st.tuples(st.integers(0, 12), st.none() | st.integers(0, 12), st.booleans())))
def test_every_page_comes_once_and_after_its_parent(entries: list[tuple[int, int | None, bool]]) -> None:
    pages = [
        Page(str(i), str(i), "S", None if up is None else str(up), kind="blogpost" if blog else "page")
        for i, up, blog in entries
    ]
    site, _ = site_map([Space("S", homepage="3")], pages)
    assert sorted(ids(site.pages)) == sorted({page.id for page in pages})
    seen: set[str | None] = {None}
    for page in site.pages:
        assert page.parent in seen
        seen.add(page.id)


@given(st.lists(st.text()))
def test_natural_order_sorts_any_titles(titles: list[str]) -> None:
    sorted(titles, key=natural)


def test_a_deep_tree_is_no_problem() -> None:
    pages = [p(str(i), str(i - 1) if i else None) for i in range(5000)]
    assert len(select(make(*pages), Selection(root="0"))) == 5000


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        (Selection(), "home guide setup disk usage secret api"),
        (Selection(blogposts=True), "home guide setup disk usage secret api news"),
        (Selection(root="guide"), "guide setup disk usage secret"),
        (Selection(root="guide", depth=0), "guide"),
        (Selection(root="guide", depth=1), "guide setup usage"),
        (Selection(depth=1), "home guide api"),
        (Selection(labels=("PUBLIC",)), "guide disk secret"),
        (Selection(labels=("public",), exclude_labels=("Draft",)), "guide disk"),
        (Selection(exclude_labels=("draft",)), "home guide setup disk api"),
        (Selection(root="news"), "news"),
        (Selection(root="api", blogposts=True), "api news"),
        (Selection(pages=("api", "news", "api", "disk")), "api news disk"),
        (Selection(pages=("api", "usage"), exclude_labels=("draft",)), "api"),
    ],
)
def test_what_is_selected(selection: Selection, expected: str) -> None:
    assert ids(select(BOOK, selection)) == expected.split()


def test_a_page_hangs_from_its_nearest_selected_ancestor() -> None:
    assert tree(select(BOOK, Selection(labels=("public",)))) == [
        ("guide", None),
        ("disk", "guide"),
        ("secret", "guide"),
    ]
    assert tree(select(BOOK, Selection(root="setup"))) == [("setup", None), ("disk", "setup")]


def test_in_a_hand_picked_list_the_order_rules() -> None:
    chosen = select(BOOK, Selection(pages=("disk", "guide", "setup", "api", "usage")))
    assert tree(chosen) == [("disk", None), ("guide", None), ("setup", "guide"), ("api", None), ("usage", None)]


@pytest.mark.parametrize(
    ("selection", "says", "advises"),
    [
        (Selection(pages=("home", "nope")), "nope", "7"),
        (Selection(root="gide"), "gide", "guide"),
        (Selection(root="HOME"), "HOME", "the title of the page with the id home"),
        (Selection(pages=("home",), root="home"), "both", "one of them"),
        (Selection(root="home", depth=-1), "-1", "0"),
        (Selection(labels=("nobody-has-it",)), "No page is left", "labels"),
    ],
)
def test_what_cannot_be_selected_says_why_and_what_to_do(selection: Selection, says: str, advises: str) -> None:
    with pytest.raises(InputError) as caught:
        select(BOOK, selection)
    assert says in caught.value.message
    assert advises in caught.value.hint or says == "nope"


def test_an_empty_source_says_so() -> None:
    with pytest.raises(InputError, match="no page"):
        select(make(), Selection())
