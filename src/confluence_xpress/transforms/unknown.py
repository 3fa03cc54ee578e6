"""What is shown of a macro that nobody can expand: as much of it as there is, never nothing."""

from __future__ import annotations

import re

from confluence_xpress.bundle import Unavailable
from confluence_xpress.diagnostics import Diagnostic
from confluence_xpress.macros.call import Expansion, Otherwise
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
from confluence_xpress.transforms.images import images_in

_TITLES = frozenset({"title", "label", "heading", "caption"})
_WORDS = _TITLES | frozenset(
    "text body name alt description content message diagramname displayname key jql jqlquery cql query".split()
)
_ADDRESSES = frozenset({"url", "src", "href", "link", "ri:url"})
_URL = re.compile(r"https?://\S+", re.IGNORECASE)
# What Confluence renders for a macro that it can't render either,
_FAILURE = re.compile(
    r"\W*(error rendering macro|error formatting macro|unknown macro|unable to render|unable to locate jira server)",
    re.IGNORECASE,
)
# and what a short text says that is no rendering: pages of errors, and what a script would have replaced.
_SHORT = 400
_NO_CONTENT = re.compile(
    r"getting issue details|authenticate to (?:see|view|retrieve)|data cannot be retrieved|javascript (?:is|must be)|"
    r"you (?:must|need to) (?:be logged|log|enable)|log in with |(?:page|http status) (?:not found|40[134]|50[023])|"
    r"an? (?:unexpected )?error (?:has )?occurred|macro (?:could not|can't|cannot) be",
    re.IGNORECASE,
)
_HINT = "Put its content into the page, or export from a site, where Confluence may be able to render it."

Rendered = tuple[Document, tuple[Diagnostic, ...]] | Unavailable
Fallback = tuple[Expansion, tuple[Diagnostic, ...]]


def fall_back(
    macro: Macro, rendered: Rendered, otherwise: Otherwise | None = None, *, inline: bool, failed: bool = False
) -> Fallback:
    """In this order: Confluence's rendering, the body, the plain text, what its handler has `otherwise`, a notice with
    the macro's telling parameters.

    `failed`: its failure is reported already.
    """
    others = bool(macro.body or (macro.text and macro.text.strip()) or otherwise)
    if not isinstance(rendered, Unavailable) and _shows(rendered[0], others=others):
        document, found = rendered
        return document.content, found
    place = f"macro {macro.name}"
    if macro.body or (macro.text and macro.text.strip()):
        message = f"of the unknown macro “{macro.name}” only the body is shown"
        diagnostics = () if failed else (Diagnostic("macro-body-only", message, place=place),)
        return _body(macro, inline=inline), diagnostics
    if otherwise and otherwise.content:
        message = f"the macro “{macro.name}” is not shown as on the site: {otherwise.reason}"
        return otherwise.content, (Diagnostic("macro-unknown", message, place=place, hint=otherwise.hint or _HINT),)
    message = f"the macro “{macro.name}” can't be shown"
    diagnostics = () if failed else (Diagnostic("macro-unknown", message, place=place, hint=_HINT),)
    details = _details(macro)
    if inline:
        spaced = [part for detail in details for part in (Text(" "), detail)]
        return (Placeholder(macro.name or "macro"), *spaced), diagnostics
    lines = tuple(Paragraph((detail,)) for detail in details)
    return (Notice(f"The macro “{macro.name}” can't be shown here.", lines),), diagnostics


def _shows(rendered: Document, *, others: bool) -> bool:
    """Whether there is something to see in a rendering, and it is not that there is nothing.

    `others`: there is something else to show, so that what only sounds like an error is not worth it.
    """
    text = block_text(rendered.content).strip()
    if not text:
        return next(images_in(rendered.content), None) is not None
    if _FAILURE.match(text):
        return False
    return not (others and len(text) < _SHORT and _NO_CONTENT.search(text))


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
