"""Macros in the tree: where they stand, and what is shown of those that nobody knows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from confluence_xpress.bundle import Answer, Body, Page, Unavailable
from confluence_xpress.diagnostics import Diagnostic
from confluence_xpress.lookup import Site
from confluence_xpress.macros.call import Expansion
from confluence_xpress.macros.context import Context
from confluence_xpress.model import (
    AttachmentRef,
    Block,
    Cell,
    CodeBlock,
    Figure,
    File,
    Heading,
    Image,
    InlineFile,
    InlineMacro,
    Link,
    Macro,
    Mark,
    Mention,
    Notice,
    Panel,
    Placeholder,
    Preformatted,
    Row,
    Rule,
    Table,
    Text,
    Url,
    UserRef,
)
from confluence_xpress.model.text import block_text
from confluence_xpress.needs import MacroNeed, Need
from confluence_xpress.transforms.macros import Expand, Expanded, expand_macros
from tests.sites import codes, macro, page, para, site, text

A = page("1", "Alpha")


def handler(name: str, expansion: Expansion) -> Expand:
    """Expands the macro of one name."""

    def expand(macro: Macro, _context: Context) -> tuple[Expansion, tuple[Diagnostic, ...]] | None:
        return (expansion, ()) if macro.name == name else None

    return expand


def run(
    *blocks: Block,
    answers: dict[Need, Answer] | None = None,
    expand: Expand = lambda _macro, _context: None,
    where: Site | None = None,
    on: Page = A,
) -> Expanded:
    from confluence_xpress.model import Document

    return expand_macros(Document(blocks), where or site([A], {}, answers), on, expand)


X = InlineMacro(Macro("x"))
RULE = handler("x", (Rule(),))


def test_a_document_without_macros_is_untouched() -> None:
    blocks = (para("a"), Table((Row((Cell((para("b"),)),)),)))
    assert run(*blocks).document.content is not None
    assert run(*blocks).document.content == blocks


def test_blocks_split_the_paragraph_they_stand_in() -> None:
    assert run(para("a ", X, " b"), expand=RULE).document.content == (para("a"), Rule(), para("b"))


def test_blocks_leave_the_marks_they_stand_in() -> None:
    marked = para("see ", Mark("strong", (Text("a"), X, Text("b"))), " end")
    assert run(marked, expand=RULE).document.content == (
        para("see ", Mark("strong", text("a"))),
        Rule(),
        para(Mark("strong", text("b")), " end"),
    )


def test_lines_that_can_t_be_split_are_followed_by_the_blocks() -> None:
    assert run(Heading(2, (Text("T "), X)), expand=RULE).document.content == (Heading(2, text("T")), Rule())
    panel = Panel("info", (para("in"),), title=(Text("T"), X))
    assert run(panel, expand=RULE).document.content == (Panel("info", (Rule(), para("in")), title=text("T")),)
    figure = Figure(Image(Url("u")), caption=(Text("C"), X))
    assert run(figure, expand=RULE).document.content == (Figure(Image(Url("u")), caption=text("C")), Rule())
    assert run(Preformatted((Text("a"), X, Text("b"))), expand=RULE).document.content == (
        Preformatted(text("a")),
        Rule(),
        Preformatted(text("b")),
    )


def test_one_paragraph_joins_the_line() -> None:
    expand = handler("x", (para("two ", Mark("strong", text("words"))),))
    assert run(para("a ", X, "."), expand=expand).document.content == (
        para("a two ", Mark("strong", text("words")), "."),
    )


def test_macros_in_bodies_and_results_are_expanded() -> None:
    nested = Macro("outer", body=(Panel("info", (para("p", X),)),))
    assert run(nested, expand=RULE).document.content == (Panel("info", (para("p"), Rule())),)
    chain: dict[str, Expansion] = {"a": (Macro("b"),), "b": (para(InlineMacro(Macro("c"))),), "c": (para("end"),)}
    result = run(Macro("a"), expand=lambda m, _: (chain[m.name], ()))
    assert result.document.content == (para("end"),)


def test_a_macro_that_gives_itself_ends() -> None:
    def endless(macro: Macro, _context: Context) -> tuple[Expansion, tuple[Diagnostic, ...]]:
        return (replace(macro),), ()

    result = run(Macro("x"), expand=endless)
    assert isinstance(result.document.content[0], Notice)
    assert codes(result.diagnostics) == ["macro-failed"]


def test_a_failing_handler_costs_only_its_macro() -> None:
    def expand(_macro: Macro, _context: Context) -> tuple[Expansion, tuple[Diagnostic, ...]] | None:
        raise ZeroDivisionError

    result = run(para("a"), Macro("x", body=(para("kept"),)), expand=expand)
    assert result.document.content == (para("a"), para("kept"))
    assert codes(result.diagnostics) == ["macro-failed"]


# The fallback ladder


def test_confluence_s_own_rendering_comes_first() -> None:
    unknown = Macro("chart", body=(para("data"),), id="m1")
    need = MacroNeed("1", "m1", "chart")
    result = run(unknown, answers={need: Body("view", "drawn")})
    assert result.document.content == (para("drawn"),)
    assert result.diagnostics == ()
    where = site([A])
    run(unknown, where=where)
    assert list(where.missing) == [need]


@pytest.mark.parametrize(
    "answer", [Unavailable("offline"), Body("view", ""), Body("view", "Error rendering macro 'chart' : no")]
)
def test_the_body_where_confluence_renders_nothing(answer: Answer) -> None:
    unknown = replace(macro("chart", title="Sales"), body=(para("data"),), id="m1")
    result = run(unknown, answers={MacroNeed("1", "m1", "chart"): answer})
    assert result.document.content == (para(Mark("strong", text("Sales"))), para("data"))
    assert codes(result.diagnostics) == ["macro-body-only"]


def test_plain_text_is_shown_as_it_is() -> None:
    plain = Macro("plantuml", text="@startuml\r\na -> b\n\n")
    assert run(plain).document.content == (CodeBlock("@startuml\na -> b"),)
    inline = run(para("x ", InlineMacro(Macro("tex", text="a  +\nb"))))
    assert inline.document.content == (para("x ", Mark("code", text("a + b"))),)
    assert codes(inline.diagnostics) == ["macro-body-only"]


def test_nothing_but_parameters_is_a_notice_that_shows_the_telling_ones() -> None:
    unknown = Macro(
        "gadget",
        macro("m", AttachmentRef("a.xls"), UserRef(account_id="u")).parameters
        + macro("m", url="https://example.org/x", title="Quarter", width="100", theme="dark").parameters,
    )
    result = run(unknown)
    assert result.document.content == (
        Notice(
            "The macro “gadget” can't be shown here.",
            (
                para(InlineFile(File(AttachmentRef("a.xls"), "a.xls"))),
                para(Mention(UserRef(account_id="u"))),
                para(Link(Url("https://example.org/x"), text("https://example.org/x"))),
                para("Quarter"),
            ),
        ),
    )
    (lost,) = result.diagnostics
    assert (lost.code, lost.page, lost.place) == ("macro-unknown", "1", "macro gadget")
    assert lost.hint


def test_an_unknown_macro_in_a_line_of_text() -> None:
    result = run(para("see ", InlineMacro(macro("gadget", text="words")), "."))
    assert result.document.content == (para("see ", Placeholder("gadget"), " words."),)


def test_an_issue_shows_its_key() -> None:
    result = run(para("fixed by ", InlineMacro(macro("jira", key="ABC-12", server="System JIRA"))))
    assert result.document.content == (para("fixed by ", Placeholder("jira"), " ABC-12"),)


def test_nothing_is_lost_from_a_heading() -> None:
    result = run(Heading(1, (InlineMacro(Macro("gadget", body=(para("kept"),))), Text(" tail"))))
    assert "kept" in block_text(result.document.content)
