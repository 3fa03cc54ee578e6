"""Marked text has one shape, however the source nests it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from confluence_xpress.model import (
    Anchor,
    Annotation,
    Colored,
    Emoji,
    Figure,
    Image,
    Inline,
    InlineImage,
    Inlines,
    LineBreak,
    Link,
    Mark,
    MarkKind,
    Paragraph,
    Text,
    Url,
)
from confluence_xpress.model.build import normalise_marks, to_blocks, trim
from confluence_xpress.model.marks import ORDER
from confluence_xpress.model.text import inline_text

URL = Url("https://example.org")


def mark(kind: MarkKind, *content: Inline) -> Mark:
    return Mark(kind, content)


def test_every_order_of_wrapping_gives_one_tree() -> None:
    wraps: tuple[Callable[[Inlines], Inline], ...] = (
        lambda content: Link(URL, content),
        lambda content: Annotation("c", content),
        lambda content: Colored(content, "#ff0000"),
        lambda content: Mark("strong", content),
        lambda content: Mark("code", content),
    )
    found = set()
    for order in permutations(wraps):
        content: Inlines = (Text("x"),)
        for wrap in order:
            content = (wrap(content),)
        found.add(normalise_marks(content))
    strong = Colored((mark("strong", mark("code", Text("x"))),), "#ff0000")
    assert found == {(Link(URL, (Annotation("c", (strong,)),)),)}


def test_equal_neighbours_are_joined_and_the_outer_mark_spans_both() -> None:
    line = (mark("strong", Text("a ")), mark("emphasis", mark("strong", Text("b"))), mark("strong", Text(" c")))
    assert trim(line) == (mark("strong", Text("a "), mark("emphasis", Text("b")), Text(" c")),)


def test_text_and_highlight_colours_are_one_node() -> None:
    line = (Colored((Colored((Text("x"),), color="#ff0000"),), background="#ffff00", color="#0000ff"),)
    assert trim(line) == (Colored((Text("x"),), "#ff0000", "#ffff00"),)


def test_links_to_one_target_are_joined_but_smart_links_never() -> None:
    plain = Link(URL, (Text("a"),))
    smart = Link(URL, (Text("a"),), appearance="inline")
    bare = Link(URL)
    assert trim((plain, plain)) == (Link(URL, (Text("aa"),)),)
    assert trim((smart, smart, bare, bare)) == (smart, smart, bare, bare)
    assert trim((plain, Link(URL, (Text("a"),), "part"))) == (plain, Link(URL, (Text("a"),), "part"))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ((mark("strong", LineBreak()),), (LineBreak(),)),
        ((mark("strong"),), ()),
        ((Text(" a  b "),), (Text("a b"),)),
        ((Text("a "), mark("strong", Text(" b "))), (Text("a "), mark("strong", Text("b")))),
        ((mark("strong", Text("a "), LineBreak(), Text(" b")),), (mark("strong", Text("a"), LineBreak(), Text("b")),)),
        ((mark("strong", Text("a"), LineBreak()), Text("b")), (mark("strong", Text("a")), LineBreak(), Text("b"))),
        ((Text("a "), Anchor("here"), Text(" b")), (Text("a "), Anchor("here"), Text("b"))),
        ((Text("a"), mark("strong", Text(" ")), Text("b")), (Text("a b"),)),
        ((Text("a"), mark("code", Text(" ")), Text("b")), (Text("a"), mark("code", Text(" ")), Text("b"))),
        ((Text("\u00a0a\u00a0 "),), (Text("\u00a0a\u00a0"),)),
    ],
)
def test_white_space_and_breaks(line: Inlines, expected: Inlines) -> None:
    assert trim(line) == expected


def test_an_image_has_no_marks_and_takes_the_link_around_it() -> None:
    image = Image(Url("https://example.org/a.png"))
    line = (Link(URL, (mark("strong", InlineImage(image)),), "part"),)
    linked = Image(image.source, link=URL, link_anchor="part")
    assert trim(line) == (InlineImage(linked),)
    assert to_blocks(line) == (Figure(linked),)


def test_a_bold_blank_paragraph_shows_nothing_but_a_line_to_write_on_does() -> None:
    blank = Text("\u00a0\u00a0")
    assert to_blocks([mark("strong", blank)]) == ()
    assert to_blocks([mark("underline", blank)]) == (Paragraph((mark("underline", blank),)),)


LEAVES = (
    st.text(alphabet="ab \n\u00a0", max_size=4).map(Text)
    | st.just(LineBreak())
    | st.just(Anchor("n"))
    | st.just(Emoji(":x:", "😀"))
)


def wrapped(content: st.SearchStrategy[Inline]) -> st.SearchStrategy[Inline]:
    line = st.lists(content, max_size=3).map(tuple)
    return (
        st.builds(Mark, st.sampled_from(ORDER), line)
        | st.builds(lambda nodes: Link(URL, nodes), line)
        | st.builds(Annotation, st.sampled_from(["c", "d"]), line)
        | st.builds(Colored, line, st.sampled_from(["", "#ff0000"]), st.sampled_from(["", "#00ff00"]))
    )


LINES: st.SearchStrategy[Inlines] = st.lists(st.recursive(LEAVES, wrapped, max_leaves=6), max_size=5).map(tuple)


@pytest.mark.slow
@settings(deadline=None, database=None)
@given(line=LINES)
def test_normalising_twice_changes_nothing_and_no_text_is_lost(line: Inlines) -> None:
    once = normalise_marks(line)
    assert normalise_marks(once) == once
    assert words(once) == words(line)
    assert trim(trim(line)) == trim(line)
    assert words(trim(line)) == words(line)


def words(line: Inlines) -> str:
    """The text without white space, and without the addresses that links without content show."""
    return inline_text(line).replace(URL.href, "").replace(" ", "").replace("\n", "")
