"""Chapter levels and numbers from the page tree."""

from __future__ import annotations

from confluence_xpress.bundle import Page
from confluence_xpress.transforms.outline import outline
from tests.sites import page


def numbers(*pages: Page) -> dict[str, tuple[int, str]]:
    return {key: (place.level, place.number) for key, place in outline(pages).items()}


def test_a_single_root_is_the_introduction() -> None:
    tree = [page("r"), page("a", parent="r"), page("aa", parent="a"), page("ab", parent="a"), page("b", parent="r")]
    assert numbers(*tree) == {"r": (1, ""), "a": (1, "1"), "aa": (2, "1.1"), "ab": (2, "1.2"), "b": (1, "2")}
    assert [key for key, place in outline(tree).items() if place.leaf] == ["aa", "ab", "b"]


def test_several_roots_and_single_pages_are_chapters() -> None:
    assert numbers(page("a"), page("aa", parent="a"), page("b")) == {"a": (1, "1"), "aa": (2, "1.1"), "b": (1, "2")}
    assert numbers(page("a")) == {"a": (1, "1")}
    assert numbers() == {}


def test_a_parent_that_did_not_come_before_makes_a_root() -> None:
    assert numbers(page("a", parent="gone"), page("b", parent="c"), page("c", parent="b")) == {
        "a": (1, "1"),
        "b": (1, "2"),
        "c": (2, "2.1"),
    }


def test_deep_and_wide_trees() -> None:
    deep = [page("0"), *(page(str(n), parent=str(n - 1)) for n in range(1, 3000))]
    assert numbers(*deep)["2999"][0] == 2999
    wide = [page("r"), *(page(str(n), parent="r") for n in range(10_000))]
    assert numbers(*wide)["9999"] == (1, "10000")
