"""Static macros: what readers put in their places, whichever spelling they were read from."""

from __future__ import annotations

import pytest

from confluence_xpress.macros.code import language
from confluence_xpress.macros.table import expand_static, is_computed
from confluence_xpress.model import (
    Anchor,
    Block,
    Blocks,
    CodeBlock,
    Column,
    Columns,
    Contents,
    Emoji,
    Excerpt,
    Expand,
    Inline,
    Macro,
    PageProperties,
    Panel,
    PanelKind,
    Paragraph,
    Parameter,
    Status,
    Text,
)
from confluence_xpress.model.color import normal_color

BODY = (Paragraph((Text("body"),)),)


def expand(macro: str, /, body: Blocks = (), text: str | None = None, **parameters: str) -> tuple[Block | Inline, ...]:
    """What a macro becomes; `unnamed` stands for the parameter without a name."""
    values = tuple(Parameter("" if key == "unnamed" else key, value) for key, value in parameters.items())
    expanded = expand_static(Macro(macro, values, body, text))
    assert expanded is not None
    assert expanded[1] == ()
    return expanded[0]


@pytest.mark.parametrize(
    ("name", "kind"),
    [("info", "info"), ("tip", "success"), ("note", "warning"), ("warning", "error"), ("INFO", "info")],
)
def test_message_kinds_are_those_of_the_editor(name: str, kind: PanelKind) -> None:
    assert expand(name, BODY) == (Panel(kind, BODY),)


def test_message_title_and_icon() -> None:
    assert expand("note", BODY, title=" A  title ", icon="false") == (
        Panel("warning", BODY, (Text("A title"),), show_icon=False),
    )


def test_panel_colors_and_icon() -> None:
    assert expand("panel", BODY, bgColor="#ABC", borderColor="rgb(1,2,3)", titleColor="white", borderStyle="solid") == (
        Panel("custom", BODY, show_icon=False, color="#aabbcc", border="#010203", title_color="#ffffff"),
    )
    assert expand("panel", BODY, panelIcon=":bee:", panelIconText="🐝") == (
        Panel("custom", BODY, icon=Emoji(":bee:", "🐝")),
    )


def test_expand_takes_the_unnamed_title() -> None:
    assert expand("expand", BODY, unnamed="More") == expand("expand", BODY, title="More") == (Expand("More", BODY),)


def test_code() -> None:
    assert expand("code", text="\n\tx\r\ny\n", language="c#", linenumbers="true", firstline="5", title="T") == (
        CodeBlock("\tx\ny", "cs", "T", line_numbers=True, first_line=5),
    )
    assert expand("code", BODY) == (CodeBlock("body"),)
    assert expand("code", text=" \n") == ()
    assert expand("noformat", text="  as is") == (CodeBlock("  as is"),)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("py", "python"), ("JavaScript", "javascript"), ("js", "javascript"), ("yml", "yaml"), ("none", ""), ("Text", "")],
)
def test_languages(name: str, expected: str) -> None:
    assert language(name) == expected


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"title": "Done", "colour": "Green"}, (Status("Done", "green"),)),
        ({"title": "Done", "color": "grey", "subtle": "true"}, (Status("Done"),)),
        ({"colour": "Red"}, (Status("Red", "red"),)),
        ({"title": "x", "colour": "#123456"}, (Status("x", "#123456"),)),
        ({}, ()),
    ],
)
def test_status(parameters: dict[str, str], expected: tuple[Status, ...]) -> None:
    assert expand("status", (), None, **parameters) == expected


def test_anchor_and_toc() -> None:
    assert expand("anchor", unnamed="here") == (Anchor("here"),)
    assert expand("toc", minLevel="0", maxLevel="9", style="none", outline="true") == (Contents(numbered=True),)
    assert expand("toc", minLevel="4", maxLevel="2", type="flat", include="A.*") == (
        Contents(4, 4, include="A.*", flat=True),
    )
    assert expand("toc-zone", BODY, location="bottom") == (*BODY, Contents())


def test_sections_hold_columns() -> None:
    column = Macro("column", (Parameter("width", "30%"),), BODY)
    assert is_computed("column")
    assert expand("section", (column, Macro("Column", (), BODY))) == (Columns((Column(BODY, 30), Column(BODY))),)
    assert expand("section", (column,)) == BODY
    assert expand("section", (*BODY, column, *BODY, column)) == BODY * 4


def test_excerpt_and_properties() -> None:
    assert expand("excerpt", BODY, hidden="true", name="n") == (Excerpt(BODY, "n", hidden=True),)
    assert expand("details", BODY, id="i", label="l") == (PageProperties(BODY, "i"),)


def test_bodies_that_a_macro_has_no_use_for_are_kept() -> None:
    assert expand("status", BODY, title="x") == (Status("x"), *BODY)
    assert expand("info", text="plain") == (Panel("info", ()), CodeBlock("plain"))


def test_parameters_without_effect_are_reported() -> None:
    expanded = expand_static(Macro("info", (Parameter("sparkle", "yes"),)))
    assert expanded is not None
    assert [found.code for found in expanded[1]] == ["macro-parameter-ignored"]
    assert expand_static(Macro("nobody-knows")) is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("rgb(255, 86,48)", "#ff5630"),
        ("#FFF", "#ffffff"),
        ("091e4224", "#dcdfe4"),
        ("rgba(0,0,0,0.5)", "#808080"),
        ("rgb(100% 0% 0% / 100%)", "#ff0000"),
        ("rebeccapurple", "#663399"),
        ("var(--x, var(--y, #F1F2F4))", "#f1f2f4"),
        ("var(--ds-text-accent-red)", "#ae2e24"),
        ("transparent", ""),
        ("rgb(1.2.3,0,0)", "#ff0000"),
        ("inherit", ""),
        ("", ""),
    ],
)
def test_colors(value: str, expected: str) -> None:
    assert normal_color(value) == expected
