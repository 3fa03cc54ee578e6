"""Sites made by hand for the tests of transforms: bodies are trees, the reader only decodes them."""

from __future__ import annotations

import json
from collections.abc import Mapping

from confluence_xpress.bundle import Answer, Body, Bundle, Page, Space
from confluence_xpress.diagnostics import Diagnostic
from confluence_xpress.lookup import Site
from confluence_xpress.macros.call import Call, Expansion
from confluence_xpress.macros.children import children
from confluence_xpress.macros.context import Context
from confluence_xpress.macros.excerpt_include import excerpt_include
from confluence_xpress.macros.include import include
from confluence_xpress.model import (
    Block,
    Document,
    Heading,
    Inline,
    Link,
    LinkTarget,
    Macro,
    Paragraph,
    Parameter,
    Reference,
    Text,
)
from confluence_xpress.model.json import from_json, to_json
from confluence_xpress.needs import BodyNeed, Need

BASE = "https://example.atlassian.net/wiki"
SPACE = Space("DOC", "Documentation", homepage="1", base_url=BASE)
HANDLERS = {"children": children, "include": include, "excerpt-include": excerpt_include}


def page(id: str, title: str = "", **fields: object) -> Page:  # noqa: A002 - the field's name
    """A page of the space DOC."""
    values: dict[str, object] = {"space": "DOC", **fields}
    return Page(id, title or f"Page {id}", **values)  # type: ignore[arg-type]


def body(*blocks: Block) -> Body:
    """A body that `read` turns back into these blocks."""
    return Body("storage", json.dumps(to_json(Document(blocks))))


def read(value: Body) -> tuple[Document, tuple[Diagnostic, ...]]:
    """The reader of `body`; the view format stands for one paragraph of text."""
    if value.format == "view":
        return Document((para(value.value),) if value.value else ()), ()
    return from_json(json.loads(value.value)), ()


def site(
    pages: list[Page],
    bodies: Mapping[str, tuple[Block, ...]] | None = None,
    answers: Mapping[Need, Answer] | None = None,
    spaces: tuple[Space, ...] = (SPACE,),
) -> Site:
    """A site whose exported pages are `pages`."""
    known: dict[Need, Answer] = {BodyNeed(key): body(*blocks) for key, blocks in (bodies or {}).items()}
    return Site(Bundle("Book", tuple(pages), spaces, {**known, **(answers or {})}), read)


def expand(macro: Macro, context: Context) -> tuple[Expansion, tuple[Diagnostic, ...]] | None:
    """The computed macros, as the table of macros applies them."""
    handler = HANDLERS.get(macro.name)
    if handler is None:
        return None
    call = Call(macro)
    return handler(call, context), tuple(call.diagnostics)


def text(value: str) -> tuple[Inline, ...]:
    """A line of plain text."""
    return (Text(value),)


def para(*parts: Inline | str) -> Paragraph:
    """A paragraph."""
    return Paragraph(tuple(Text(p) if isinstance(p, str) else p for p in parts))


def head(level: int, *parts: Inline | str) -> Heading:
    """A heading."""
    return Heading(level, para(*parts).content)


def link(target: LinkTarget, label: str = "", anchor: str = "") -> Link:
    """A link."""
    return Link(target, text(label) if label else (), anchor)


def macro(name: str, /, *references: Reference, **parameters: str) -> Macro:
    """A macro; the references are in its unnamed parameter, `unnamed` is that parameter's text."""
    named = tuple(Parameter(key, value) for key, value in parameters.items() if key != "unnamed")
    unnamed = parameters.get("unnamed", "")
    first = (Parameter("", unnamed, references),) if references or unnamed else ()
    return Macro(name, (*first, *named))


def codes(diagnostics: tuple[Diagnostic, ...]) -> list[str]:
    """The codes of diagnostics."""
    return [d.code for d in diagnostics]
