"""Tables of contents on pages, and the patterns that filter them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from confluence_xpress.model import (
    Anchor,
    Block,
    Contents,
    ContentsEntry,
    Destination,
    Document,
    Image,
    InlineImage,
    LineBreak,
    Link,
    Mark,
    Text,
    Url,
)
from confluence_xpress.model.text import inline_text
from confluence_xpress.transforms.contents import fill_contents
from confluence_xpress.transforms.headings import outline_headings
from confluence_xpress.transforms.patterns import compile_pattern, matches
from tests.sites import codes, head, page, text

HEADINGS = [head(1, "Intro"), head(2, "Goals"), head(3, "First goal"), head(2, "Limits"), head(1, "Appendix A")]


def entries(node: Contents, *headings: Block, prefix: str | None = None) -> list[tuple[int, str, str]]:
    outlined = outline_headings(Document(headings or tuple(HEADINGS)), page("1", "T"), prefix)
    blocks, _ = fill_contents(node, outlined.headings)
    return [(e.level, e.number, inline_text(e.content)) for b in blocks if isinstance(b, Contents) for e in b.entries]


def test_all_headings_by_default() -> None:
    assert entries(Contents()) == [
        (1, "", "Intro"), (2, "", "Goals"), (3, "", "First goal"), (2, "", "Limits"), (1, "", "Appendix A")
    ]  # fmt: skip


def test_levels_are_the_author_s_and_entries_start_at_one() -> None:
    assert entries(Contents(min_level=2, max_level=2)) == [(1, "", "Goals"), (1, "", "Limits")]
    assert entries(Contents(min_level=3), head(2, "a"), head(4, "b")) == [(1, "", "b")]


def test_flat_and_numbered() -> None:
    assert [level for level, _, _ in entries(Contents(flat=True))] == [1] * 5
    assert [number for _, number, _ in entries(Contents(numbered=True))] == ["1", "1.1", "1.1.1", "1.2", "2"]
    assert [n for _, n, _ in entries(Contents(numbered=True), prefix="4")] == [
        "4.1",
        "4.1.1",
        "4.1.1.1",
        "4.1.2",
        "4.2",
    ]


def test_filters_match_the_whole_heading() -> None:
    assert [t for _, _, t in entries(Contents(include="Goals|App.*"))] == ["Goals", "Appendix A"]
    assert [t for _, _, t in entries(Contents(exclude="Goal|.*goal.*|Intro"))] == ["Goals", "Limits", "Appendix A"]


def test_nothing_to_list_is_nothing() -> None:
    assert fill_contents(Contents(), ()) == ((), ())
    assert entries(Contents(include="zzz")) == []


def test_a_filter_that_can_t_be_used_shows_all() -> None:
    outlined = outline_headings(Document(tuple(HEADINGS)), page("1", "T"))
    blocks, diagnostics = fill_contents(Contents(exclude="(a+)+$"), outlined.headings)
    assert isinstance(blocks[0], Contents)
    assert len(blocks[0].entries) == 5
    assert codes(diagnostics) == ["macro-parameter-ignored"]


def test_entries_can_be_repeated() -> None:
    content = (
        Anchor("a"),
        Text("One"),
        LineBreak(),
        Link(Url("https://example.org"), (Mark("strong", text("two")),)),
        InlineImage(Image(Url("u"))),
    )
    outlined = outline_headings(Document((head(1, *content),)), page("1", "T"))
    blocks, _ = fill_contents(Contents(), outlined.headings)
    assert blocks == (
        Contents(entries=(ContentsEntry(1, (Text("One "), Mark("strong", text("two"))), Destination("p1-h1")),)),
    )


@pytest.mark.parametrize(
    "pattern",
    [
        *("(", "[", "*", "[[a]b]", r"(a)\1", r"\p{Lu}.*", "x" * 300),
        *("(a+)+b", "(a|a)*b", "((a)*)*", "(.*a){9}", ".*.*.*.*x", "(aa?)+b", "a?" * 40 + "a" * 40, "(a|a)" * 30),
    ],
)
def test_malformed_and_dangerous_patterns(pattern: str) -> None:
    assert compile_pattern(pattern) is None


@given(
    st.text("ab(|)*+?{}[].\\^$,12", max_size=30),
    st.text("ab", max_size=300),
)
def test_patterns_never_raise_and_always_end(source: str, heading: str) -> None:
    # A pattern that backtracks without end would hang here.
    pattern = compile_pattern(source)
    if pattern:
        assert matches(pattern, heading) in (True, False)
