"""A template that Typst refuses is the user's to mend: the message says where."""

from __future__ import annotations

from dataclasses import replace

import pytest

from confluence_xpress.bundle import Body, Bundle, Page
from confluence_xpress.errors import InputError
from confluence_xpress.needs import BodyNeed
from confluence_xpress.render import Options, render
from confluence_xpress.templates import load_template, parse_settings
from tests.pdfs import bookmarks

BUNDLE = Bundle("Book", (Page("1", "One"),), (), {BodyNeed("1"): Body("storage", "<p>Words</p>")})


def options(before: str, after: str) -> Options:
    """The default template with one thing in it replaced."""
    template = load_template("default")
    text = template.files["template.typ"]
    assert before in text
    changed = replace(template, name="mine", files={**template.files, "template.typ": text.replace(before, after, 1)})
    return Options(changed, parse_settings(template.options, {"cover": "true"}))


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("#let anchor(", "#let broken = (\n#let anchor(", r"unclosed delimiter \(template\.typ, line \d+\)"),
        ("#let cover-sheet() = page(", "#let cover-sheet() = pige(", r"unknown variable: pige \(template\.typ, line"),
        ("options.accent", "options.akzent", r"akzent.* \(template\.typ, line"),
        ("#let document-styles(", "#let dokument-styles(", "document-styles"),
    ],
)
def test_the_message_names_the_line(before: str, after: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        render(BUNDLE, options(before, after))


def test_a_template_with_bookmarks_of_its_own_changes_none() -> None:
    bundle = replace(BUNDLE, answers={BodyNeed("1"): Body("storage", "<h1>First</h1><h2>Second</h2><h1>Third</h1>")})
    own = options("#let body-styles(body) = {", "#let body-styles(body) = {\n  set heading(bookmarked: true)")
    plain = options("#let body-styles(body) = {", "#let body-styles(body) = {\n")
    assert bookmarks(render(bundle, own).pdf) == bookmarks(render(bundle, plain).pdf)


def test_a_function_that_fails_on_a_page_leaves_its_text() -> None:
    status = (
        '<ac:structured-macro ac:name="status"><ac:parameter ac:name="title">Done</ac:parameter></ac:structured-macro>'
    )
    bundle = replace(BUNDLE, answers={BodyNeed("1"): Body("storage", f"<p>Words</p><p>{status}</p>")})
    rendition = render(bundle, options('#let status(color: "neutral",', '#let status(kolor: "neutral",'))
    (lost,) = rendition.diagnostics
    assert lost.code == "page-not-typeset"
    assert lost.message.endswith("only its text is shown")
    assert rendition.manifest["complete"] is False
