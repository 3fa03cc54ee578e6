"""What is shown of a macro that nobody can expand: as much of it as there is, never nothing."""

from __future__ import annotations

import re

from confluence_xpress.bundle import Unavailable
from confluence_xpress.diagnostics import Diagnostic
from confluence_xpress.macros.call import Expansion
from confluence_xpress.model import (
    AttachmentRef,
    CodeBlock,
    Document,
    File,
    Inline,
    InlineFile,
    Inlines,
    Link,
    Macro,
    Mark,
    Mention,
    Notice,
    Paragraph,
    Parameter,
    Placeholder,
    Reference,
    Text,
    Url,
    UserRef,
)
from confluence_xpress.model.build import collapse, merge_text
from confluence_xpress.model.text import block_text

_TITLES = frozenset({"title", "label", "heading", "caption"})
_WORDS = _TITLES | frozenset(
    "text body name alt description content message diagramname displayname key jql jqlquery cql query".split()
)
_ADDRESSES = frozenset({"url", "src", "href", "link", "ri:url"})
_URL = re.compile(r"https?://\S+", re.IGNORECASE)
# What Confluence renders for a macro that it can't render either.
_FAILURE = re.compile(r"\W*(error rendering macro|unknown macro|unable to render)", re.IGNORECASE)
_HINT = "Export from a live site, where Confluence can render the macro, or put its content into the page."

Rendered = tuple[Document, tuple[Diagnostic, ...]] | Unavailable
Fallback = tuple[Expansion, tuple[Diagnostic, ...]]


def fall_back(macro: Macro, rendered: Rendered, *, inline: bool, failed: bool = False) -> Fallback:
    """In this order: Confluence's rendering, the body, the plain text, a notice with the macro's telling parameters.

    `failed`: its failure is reported already.
    """
    if not isinstance(rendered, Unavailable):
        document, found = rendered
        text = block_text(document.content)
        if document.content and not _FAILURE.match(text):
            return document.content, found
    place = f"macro {macro.name}"
    if macro.body or (macro.text and macro.text.strip()):
        message = f"of the unknown macro “{macro.name}” only the body is shown"
        diagnostics = () if failed else (Diagnostic("macro-body-only", message, place=place),)
        return _body(macro, inline=inline), diagnostics
    message = f"the macro “{macro.name}” can't be shown"
    diagnostics = () if failed else (Diagnostic("macro-unknown", message, place=place, hint=_HINT),)
    details = _details(macro)
    if inline:
        spaced = [part for detail in details for part in (Text(" "), detail)]
        return (Placeholder(macro.name or "macro"), *spaced), diagnostics
    lines = tuple(Paragraph((detail,)) for detail in details)
    return (Notice(f"The macro “{macro.name}” can't be shown here.", lines),), diagnostics


def _body(macro: Macro, *, inline: bool) -> Expansion:
    title = next((p.value.strip() for p in macro.parameters if p.name.casefold() in _TITLES and p.value.strip()), "")
    if macro.body:
        heading = (Paragraph((Mark("strong", (Text(collapse(title)),)),)),) if title else ()
        return (*heading, *macro.body)
    text = macro.text or ""
    if inline:
        shown: Inlines = merge_text((Text(text),))
        return (Mark("code", shown),)
    return (CodeBlock(text.replace("\r\n", "\n").replace("\r", "\n").strip("\n"), title=title),)


def _details(macro: Macro) -> list[Inline]:
    """The parameters that a reader would want to see: titles, texts, addresses, files, people."""
    details: list[Inline] = []
    for parameter in macro.parameters:
        details += map(_reference, parameter.references)
        if not parameter.references:
            details += _value(parameter)
    return details


def _reference(reference: Reference) -> Inline:
    if isinstance(reference, AttachmentRef):
        return InlineFile(File(reference, reference.filename))
    if isinstance(reference, UserRef):
        return Mention(reference)
    return Link(reference)


def _value(parameter: Parameter) -> Inlines:
    name, value = parameter.name.casefold(), collapse(parameter.value).strip()
    if not value:
        return ()
    if _URL.fullmatch(value) or (name in _ADDRESSES and "/" in value):
        return (Link(Url(value), (Text(value),)),)
    if name in _WORDS or name == "":
        return (Text(value),)
    return ()
