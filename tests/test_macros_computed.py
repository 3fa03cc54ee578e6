"""The macros that need other pages: children, include, excerpt-include."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from confluence_xpress.bundle import Answer, Page, Pages, Unavailable
from confluence_xpress.lookup import Site
from confluence_xpress.model import (
    AttachmentRef,
    Block,
    BulletList,
    Excerpt,
    Figure,
    Heading,
    Image,
    InlineMacro,
    Link,
    ListItem,
    Notice,
    PageRef,
    Panel,
    Url,
)
from confluence_xpress.model.text import block_text
from confluence_xpress.needs import BodyNeed, ChildrenNeed, Need, PageNeed
from confluence_xpress.transforms.macros import Expanded, expand_macros
from tests.sites import body, codes, expand, link, macro, page, para, site, text

A, B, C = page("1", "Alpha"), page("2", "Beta", parent="1"), page("3", "Gamma", parent="1")


def expanded(where: Site, on: Page = A) -> Expanded:
    document = where.document(on)
    assert not isinstance(document, Unavailable)
    return expand_macros(document[0], where, on, expand)


def run(
    *blocks: Block,
    answers: Mapping[Need, Answer] | None = None,
    bodies: Mapping[str, tuple[Block, ...]] | None = None,
    pages: list[Page] | None = None,
) -> Expanded:
    return expanded(site(pages or [A, B, C], {"1": blocks, **(bodies or {})}, answers))


def listed(result: Expanded) -> str:
    return block_text(result.document.content)


TREE: dict[Need, Answer] = {
    ChildrenNeed("1"): Pages((C, B, page("9", "Delta", url="https://example.org/9"))),
    ChildrenNeed("2"): Pages((page("4", "Below"),)),
    ChildrenNeed("3"): Pages(()),
    ChildrenNeed("4"): Pages((page("5", "Deepest"),)),
    ChildrenNeed("5"): Pages((A,)),
    ChildrenNeed("9"): Pages(()),
}


def test_children_are_links_in_page_tree_order() -> None:
    (block,) = run(macro("children"), answers=TREE).document.content
    assert block == BulletList(
        (
            ListItem((para(Link(PageRef(id="3"), text("Gamma"))),)),
            ListItem((para(Link(PageRef(id="2"), text("Beta"))),)),
            ListItem((para(Link(Url("https://example.org/9"), text("Delta"))),)),
        )
    )


@pytest.mark.parametrize(
    ("parameters", "shown"),
    [
        ({"sort": "title"}, ["Beta", "Delta", "Gamma"]),
        ({"sort": "title", "reverse": "true"}, ["Gamma", "Delta", "Beta"]),
        ({"reverse": "true"}, ["Delta", "Beta", "Gamma"]),
        ({"first": "2"}, ["Gamma", "Beta"]),
        ({"depth": "2"}, ["Gamma", "Beta", "Below", "Delta"]),
        ({"all": "true"}, ["Gamma", "Beta", "Below", "Deepest", "Delta"]),
        ({"allChildren": "true", "depth": "1"}, ["Gamma", "Beta", "Below", "Deepest", "Delta"]),
        ({"page": "Beta"}, ["Below"]),
        ({"page": "DOC:Beta", "depth": "nonsense"}, ["Below"]),
    ],
)
def test_children_parameters(parameters: dict[str, str], shown: list[str]) -> None:
    assert listed(run(macro("children", **parameters), answers=TREE)).split("\n") == shown


def test_children_sorted_by_time() -> None:
    old, new = (
        page("7", "Z", created="2024-01-02", updated="2026"),
        page("8", "A", created="2023-01-01", updated="2027"),
    )
    answers: dict[Need, Answer] = {ChildrenNeed("1"): Pages((old, new))}
    assert listed(run(macro("children", sort="creation"), answers=answers)) == "A\nZ"
    assert listed(run(macro("children", sort="modified"), answers=answers)) == "Z\nA"


def test_children_with_style_and_excerpts() -> None:
    excerpt = Excerpt((para("In ", Link(Url("#x"), text("short"))),))
    bodies: dict[str, tuple[Block, ...]] = {"2": (para("No excerpt"),), "3": (excerpt,)}
    answers: dict[Need, Answer] = {**TREE, ChildrenNeed("1"): Pages((B, C))}
    result = run(macro("children", style="h3", excerptType="simple"), answers=answers, bodies=bodies)
    assert result.document.content == (
        Heading(3, (Link(PageRef(id="2"), text("Beta")),)),
        Heading(3, (Link(PageRef(id="3"), text("Gamma")),)),
        para("In short"),
    )
    rich = run(macro("children", excerptType="rich content"), answers=answers, bodies=bodies).document.content[0]
    assert isinstance(rich, BulletList)
    assert rich.items[1].content[1] == para("In ", Link(PageRef(id="3"), text("short"), "x"))


def test_no_children_leave_nothing_and_an_unknown_list_is_reported() -> None:
    assert run(macro("children"), answers={ChildrenNeed("1"): Pages(())}).document.content == ()
    result = run(macro("children"), answers={ChildrenNeed("1"): Unavailable("forbidden")})
    assert listed(result) == "Beta\nGamma"
    assert codes(result.diagnostics) == ["include-missing"]


def test_pending_children_are_asked_for() -> None:
    where = site([A], {"1": (macro("children", depth="2"),)})
    expanded(where)
    assert list(where.missing) == [ChildrenNeed("1")]


def test_include_by_reference_and_by_adf_spelling() -> None:
    bodies: dict[str, tuple[Block, ...]] = {"2": (para("Beta's text"),)}
    for call in (
        macro("include", PageRef(title="Beta")),
        macro("include", unnamed="Beta"),
        macro("include", unnamed="DOC:Beta"),
        macro("include", unnamed="beta"),
    ):
        result = run(call, bodies=bodies)
        assert listed(result) == "Beta's text"
        assert result.included == {"2"}
        assert result.diagnostics == ()


def test_a_title_with_a_colon_is_still_a_title() -> None:
    named = page("6", "Note: one")
    result = run(macro("include", unnamed="Note: one"), bodies={"6": (para("x"),)}, pages=[A, named])
    assert listed(result) == "x"
    tight = page("6", "Note:one")
    where = site([A, tight], {"1": (macro("include", unnamed="Note:one"),), "6": (para("x"),)})
    assert listed(expanded(where)) == "x"


def test_included_references_become_absolute() -> None:
    other = page("20", "Other", space="OPS")
    image = Image(AttachmentRef("a.png"), link=Url("#down"))
    bodies: dict[str, tuple[Block, ...]] = {
        "20": (
            para(link(PageRef(title="Near"), "near"), link(PageRef(), "here", "Down"), link(Url("#a%20b"), "up")),
            Figure(image),
            Figure(Image(AttachmentRef("b.png", page=PageRef(title="Near")))),
        )
    }
    result = run(macro("include", PageRef(title="Other", space="OPS")), bodies=bodies, pages=[A, other])
    own = PageRef(id="20")
    assert result.document.content == (
        para(link(PageRef(title="Near", space="OPS"), "near"), link(own, "here", "Down"), link(own, "up", "a b")),
        Figure(Image(AttachmentRef("a.png", page=own), link=own, link_anchor="down")),
        Figure(Image(AttachmentRef("b.png", page=PageRef(title="Near", space="OPS")))),
    )


def test_includes_nest_and_resolve_against_the_included_page() -> None:
    outer, inner = page("30", "Outer", space="OPS"), page("31", "Inner", space="OPS")
    bodies: dict[str, tuple[Block, ...]] = {"30": (macro("include", PageRef(title="Inner")),), "31": (para("deep"),)}
    result = run(macro("include", PageRef(id="30")), bodies=bodies, pages=[A, outer, inner])
    assert listed(result) == "deep"
    assert result.included == {"30", "31"}


def test_a_cycle_shows_a_notice_and_is_reported() -> None:
    result = run(
        para("a"), macro("include", PageRef(id="2")), bodies={"2": (para("b"), macro("include", PageRef(id="1")))}
    )
    first, second, notice = result.document.content
    assert (first, second) == (para("a"), para("b"))
    assert isinstance(notice, Notice)
    assert notice.content == (para(Link(PageRef(id="1"), text("Alpha"))),)
    assert codes(result.diagnostics) == ["include-cycle"]
    assert codes(run(macro("include", PageRef())).diagnostics) == ["include-cycle"]


def test_a_chain_of_includes_ends() -> None:
    pages = [page(str(n)) for n in range(1, 30)]
    bodies: dict[str, tuple[Block, ...]] = {
        str(n): (para(f"w{n}"), macro("include", PageRef(id=str(n + 1)))) for n in range(1, 29)
    }
    result = expanded(site(pages, bodies), pages[0])
    assert "w11" in block_text(result.document.content)
    assert "w12" not in block_text(result.document.content)
    assert codes(result.diagnostics) == ["include-missing"]


def test_a_flood_of_includes_ends() -> None:
    pages = [page(str(n)) for n in range(1, 12)]
    bodies: dict[str, tuple[Block, ...]] = {
        str(n): tuple(macro("include", PageRef(id=str(n + 1))) for _ in range(10)) for n in range(1, 11)
    }
    result = expanded(site(pages, {**bodies, "11": (para("end"),)}), pages[0])
    assert codes(result.diagnostics)[0] == "include-missing"


@pytest.mark.parametrize("name", ["include", "excerpt-include"])
def test_what_is_not_there_is_visible(name: str) -> None:
    answers: dict[Need, Answer] = {
        PageNeed(title="Gone", space="DOC"): Unavailable("no such page"),
        BodyNeed("2"): Unavailable("forbidden"),
    }
    for call, words in (
        (macro(name, PageRef(title="Gone")), "Gone"),
        (macro(name, PageRef(id="2")), "forbidden"),
        (macro(name), "names no page"),
    ):
        result = run(call, answers=answers)
        (notice,) = result.document.content
        assert isinstance(notice, Notice)
        assert words in notice.message
        assert codes(result.diagnostics) == ["include-missing"]
        assert result.diagnostics[0].page == "1"


def test_an_include_is_asked_for_step_by_step() -> None:
    where = site([A], {"1": (macro("include", PageRef(title="X")),)})
    expanded(where)
    assert list(where.missing) == [PageNeed(title="X", space="DOC")]
    where = site(
        [A], {"1": (macro("include", PageRef(title="X")),)}, {PageNeed(title="X", space="DOC"): page("50", "X")}
    )
    expanded(where)
    assert list(where.missing) == [BodyNeed("50")]


def test_hidden_excerpts_stay_hidden_where_they_are_included_whole() -> None:
    bodies: dict[str, tuple[Block, ...]] = {"2": (Excerpt((para("secret"),), hidden=True), Excerpt((para("shown"),)))}
    assert run(macro("include", PageRef(id="2")), bodies=bodies).document.content == (para("shown"),)


EXCERPTS: dict[str, tuple[Block, ...]] = {
    "2": (para("before"), Excerpt((para("one"),), name="First", hidden=True), Excerpt((para("two"),), name="b"))
}


def test_an_excerpt_in_a_panel_with_the_page_s_title() -> None:
    (panel,) = run(macro("excerpt-include", PageRef(title="Beta")), bodies=EXCERPTS).document.content
    assert panel == Panel("custom", (para("one"),), title=(Link(PageRef(id="2"), text("Beta")),), show_icon=False)


def test_an_excerpt_by_name_without_panel() -> None:
    assert run(
        macro("excerpt-include", unnamed="Beta", name="B", nopanel="true"), bodies=EXCERPTS
    ).document.content == (para("two"),)


def test_an_excerpt_in_a_line_of_text_stays_in_the_line() -> None:
    call = InlineMacro(macro("excerpt-include", PageRef(title="Beta")))
    assert run(para("a ", call, " b"), bodies=EXCERPTS).document.content == (para("a one b"),)
    (alone,) = run(para(call), bodies=EXCERPTS).document.content
    assert isinstance(alone, Panel)


def test_a_missing_excerpt_leads_to_its_page() -> None:
    result = run(macro("excerpt-include", PageRef(title="Beta"), name="zzz"), bodies=EXCERPTS)
    (notice,) = result.document.content
    assert isinstance(notice, Notice)
    assert "zzz" in notice.message
    assert notice.content == (para(Link(PageRef(id="2"), text("Beta"))),)
    inline = run(para("x ", InlineMacro(macro("excerpt-include", PageRef(id="2"), name="zzz"))), bodies=EXCERPTS)
    assert inline.document.content == (para("x ", Link(PageRef(id="2"), text("Beta"))),)


def test_pages_may_show_each_other_s_excerpts() -> None:
    bodies: dict[str, tuple[Block, ...]] = {
        "2": (Excerpt((para("of beta"),)), macro("excerpt-include", PageRef(id="1"), nopanel="true")),
    }
    result = run(
        Excerpt((para("of alpha"),)),
        macro("excerpt-include", PageRef(id="2"), nopanel="true"),
        macro("excerpt-include", PageRef(id="1"), nopanel="true"),
        bodies=bodies,
    )
    assert listed(result) == "of alpha\nof beta\nof alpha"
    assert result.diagnostics == ()


def test_an_excerpt_that_includes_itself() -> None:
    result = run(Excerpt((para("x"), macro("excerpt-include", PageRef(id="1")))))
    assert codes(result.diagnostics) == ["include-cycle"]


def test_findings_of_readers_are_those_of_the_included_page() -> None:
    outside = page("60", "Outside")
    unknown = macro("unheard-of")
    answers: dict[Need, Answer] = {PageNeed(id="60"): outside, BodyNeed("60"): body(unknown)}
    result = run(macro("include", PageRef(id="60")), answers=answers)
    assert [(d.code, d.page) for d in result.diagnostics] == [("macro-unknown", "60")]
    assert isinstance(result.document.content[0], Notice)
