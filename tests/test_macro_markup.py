"""Macros without an id in storage format again, for Confluence to render them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from confluence_xpress.bundle import Answer, Body, Unavailable
from confluence_xpress.macros.markup import macro_markup, macro_need
from confluence_xpress.model import (
    AttachmentRef,
    Macro,
    PageRef,
    Parameter,
    Reference,
    Shortcut,
    SpaceRef,
    Url,
    UserRef,
)
from confluence_xpress.needs import MacroNeed, Need
from confluence_xpress.readers.storage import read_storage
from confluence_xpress.transforms.macros import expand_macros
from tests.sites import codes, macro, page, para, site

A = page("1", "Alpha")


def again(value: Macro) -> Macro:
    """The macro as it is read from its markup."""
    (block,), found = read_storage(macro_markup(value))[0].content, read_storage(macro_markup(value))[1]
    assert found == ()
    assert isinstance(block, Macro)
    return block


REFERENCES: list[Reference] = [
    PageRef("A & B", "DOC"),
    PageRef(id="12"),
    PageRef("News", "DOC", day="2026-03-05"),
    AttachmentRef('plan "new".png'),
    AttachmentRef("plan.png", page=PageRef("Other", "DOC")),
    UserRef(account_id="557058:a"),
    UserRef(key="8a7f"),
    SpaceRef("~jane"),
    Shortcut("JIRA", "A-1"),
    Url("https://example.com/?a=1&b=2"),
]


@pytest.mark.parametrize("reference", REFERENCES, ids=repr)
def test_references_mean_the_same(reference: Reference) -> None:
    value = Macro("gadget", (Parameter("page", "", (reference,)),))
    assert again(value) == value


TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn", "Zs", "Zl", "Zp"]), min_size=1, max_size=20)


@pytest.mark.slow
@given(TEXT, st.dictionaries(TEXT, TEXT, max_size=3), st.none() | TEXT)
def test_words_mean_the_same(name: str, values: dict[str, str], text: str | None) -> None:
    value = Macro(f"x-{name}", tuple(Parameter(*pair) for pair in values.items()), text=text)
    assert again(value) == value


@given(st.text(max_size=20))
def test_whatever_stands_in_a_macro_the_markup_is_well_formed(text: str) -> None:
    value = Macro(text, (Parameter(text, text), Parameter("p", text, (Url(text), PageRef(text)))), text=text)
    etree.fromstring(f'<a xmlns:ac="ac" xmlns:ri="ri">{macro_markup(value)}</a>')


def test_a_plain_text_body_may_hold_what_ends_it() -> None:
    value = Macro("plantuml", text="a ]]> b <c> &amp;\n  d ]]]]>>")
    assert again(value).text == value.text


# What is asked for


def test_a_macro_is_asked_for_by_its_id_if_it_has_one() -> None:
    assert macro_need("1", Macro("chart", (Parameter("a", "b"),), id="m")) == MacroNeed("1", "m", "chart")
    need = macro_need("1", macro("chart", type="pie"))
    assert need == MacroNeed(
        "1",
        "",
        "chart",
        '<ac:structured-macro ac:name="chart" ac:schema-version="1"><ac:parameter ac:name="type">pie</ac:parameter>'
        "</ac:structured-macro>",
    )


def test_what_can_t_be_written_again_is_not_asked_for() -> None:
    assert macro_need("1", Macro("chart", body=(para("data"),))) is None
    assert macro_need("1", Macro(" ")) is None


def test_a_macro_without_an_id_is_shown_as_confluence_renders_it() -> None:
    unknown = macro("chart", type="pie")
    need = macro_need("1", unknown)
    assert need is not None
    answers: dict[Need, Answer] = {need: Body("view", "drawn")}
    found = expand_macros_of(unknown, answers)
    assert found == ((para("drawn"),), [])
    assert expand_macros_of(unknown, {need: Unavailable("no")})[1] == ["macro-unknown"]


BODY = (para("data"),)


@pytest.mark.parametrize(
    "rendering",
    [
        " ",
        "Error rendering macro 'chart' : no",
        "Unknown macro: {chart}",
        "An unexpected error has occurred.",
        "You need to log in to see this.",
        "HTTP Status 404 – not found",
    ],
)
def test_no_rendering_that_says_nothing_wins_over_a_body(rendering: str) -> None:
    unknown = replace(Macro("chart", body=BODY), id="m")
    found = expand_macros_of(unknown, {MacroNeed("1", "m", "chart"): Body("view", rendering)})
    assert found == (BODY, ["macro-body-only"])


def test_words_of_errors_in_a_text_are_no_error() -> None:
    handbook = "If an error occurred, call us. " * 20
    unknown = replace(Macro("chart", body=BODY), id="m")
    found = expand_macros_of(unknown, {MacroNeed("1", "m", "chart"): Body("view", handbook)})
    assert found == ((para(handbook),), [])
    # Where there is nothing else, what Confluence shows is better than a notice.
    alone = Macro("chart", id="m")
    assert expand_macros_of(alone, {MacroNeed("1", "m", "chart"): Body("view", "An error occurred.")})[1] == []


def expand_macros_of(value: Macro, answers: dict[Need, Answer]) -> tuple[object, list[str]]:
    from confluence_xpress.model import Document

    found = expand_macros(Document((value,)), site([A], {}, answers), A)
    return found.document.content, codes(found.diagnostics)


# Macros for the screen alone


@pytest.mark.parametrize("name", ["livesearch", "create-from-template", "pagetreesearch"])
def test_search_boxes_and_buttons_print_nothing(name: str) -> None:
    document, found = read_storage(
        f'<p>before</p><ac:structured-macro ac:name="{name}"><ac:parameter ac:name="spaceKey">DOC</ac:parameter>'
        "</ac:structured-macro>"
    )
    assert document.content == (para("before"),)
    (said,) = found
    assert (said.code, said.lost, said.place) == ("macro-interactive", False, f"macro {name}")
