"""Recall: are the words of the source, as a reader would see them, in the text of the finished PDF?

Nothing here is shared with the readers: what is visible is told anew, by rules as plain as they can be, and the text
of the PDF is extracted by poppler.
"""

from __future__ import annotations

import json
import re
import subprocess
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from html.entities import html5
from typing import Any

from lxml import etree

from confluence_xpress.bundle import Body, Page
from confluence_xpress.needs import BodyNeed
from tests.corpus import Export

# Scripts without spaces between words are counted by the character, as lines may break anywhere.
_WORD = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]|[^\W_]")
_SPACED = re.compile(r"[^\W_\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]+")
_ARABIC = re.compile("[\u0600-\u06ff]")
"""Ligatures of letters come out of poppler in the wrong order: such words are not counted."""
_LONG = 4
"""A word that a line break or an end of style cuts is looked for in the text without spaces, from this length on."""

_CDATA = re.compile(r"(<!\[CDATA\[.*?\]\]>|<!--.*?-->)", re.DOTALL)
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]*);")
_XMLNS = re.compile(r"""\sxmlns(?::\w+)?=("[^"]*"|'[^']*')""")
_XML = {"amp", "lt", "gt", "quot", "apos"}
_BLOCKS = frozenset(
    "p div h1 h2 h3 h4 h5 h6 li td th tr br hr table pre blockquote ul ol dt dd dl tbody thead tfoot caption "
    "ac:layout-cell ac:task-body ac:task ac:rich-text-body ac:plain-text-body "
    "ac:parameter ac:caption ac:image ac:adf-content ac:adf-node".split()
)
_HIDDEN = frozenset(
    "ac:placeholder ac:task-id ac:task-uuid ac:task-status ac:adf-attribute ac:adf-parameter ac:default-parameter "
    "script style title xml time".split()
)
_TITLED = {"panel", "info", "note", "tip", "warning", "expand", "code", "status", "noformat", "excerpt-include"}
_UNSEEN = {"style", "html", "html-include", "anchor"}
"""Macros whose text is not for readers."""


def missing_words(export: Export, text_pages: Sequence[str]) -> dict[str, Counter[str]]:
    """By page title, the words that are more often in the source than on the page's sheets of the PDF."""
    entries = export.rendition.manifest["pages"]
    starts = [entry["pdf_page"] for entry in entries]
    ends = [*[start - 1 for start in starts[1:]], len(text_pages)]
    lost = {}
    for page, start, end in zip(export.bundle.pages, starts, ends, strict=True):
        body = export.bundle.answers.get(BodyNeed(page.id))
        wanted = page_words(page, body) if isinstance(body, Body) else Counter(words(page.title))
        if left := missing(wanted, "\n".join(text_pages[start - 1 : max(start, end)])):
            lost[page.title] = left
    return lost


def page_words(page: Page, body: Body) -> Counter[str]:
    """The words of a page that a reader would see, its title included."""
    text = adf_text(json.loads(body.value)) if body.format == "adf" else storage_text(body.value)
    # A first heading that repeats the title is not shown again.
    return Counter(words(page.title)) | Counter(words(text))


def missing(wanted: Counter[str], text: str) -> Counter[str]:
    """Those of the wanted words that a text has too few of."""
    left = wanted - Counter(words(text))
    if not left:
        return left
    squeezed = "".join(_WORD.findall(_plain(text)))
    return Counter(
        {word: count for word, count in left.items() if len(word) < _LONG or squeezed.count(word) < wanted[word]}
    )


def words(text: str) -> list[str]:
    """The words of a text, whatever their case, ligatures and soft hyphens."""
    plain = _plain(text)
    spaced = (word for word in _SPACED.findall(plain) if not _ARABIC.search(word))
    return [*spaced, *(c for c in _WORD.findall(plain) if not _SPACED.match(c))]


def pdf_text(pdf: bytes) -> list[str]:
    """The text of each PDF page, in the order of its content."""
    done = subprocess.run(
        ["pdftotext", "-raw", "-enc", "UTF-8", "-", "-"], input=pdf, capture_output=True, check=True, timeout=300
    )
    return done.stdout.decode().split("\f")[:-1]


def _plain(text: str) -> str:
    text = text.replace("\u00ad", "").replace("\u200b", "").replace("\u2060", "")
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


# --- ADF -------------------------------------------------------------------------------------------------------------


def adf_text(node: Any) -> str:
    """The visible text of an ADF node."""
    return "".join(_adf(node))


def _adf(node: Any) -> Iterator[str]:
    if not isinstance(node, dict):
        return
    given = node.get("attrs")
    attrs: dict[str, Any] = given if isinstance(given, dict) else {}
    match node.get("type"):
        case "text":
            yield str(node.get("text", ""))
        case "status":
            yield str(attrs.get("text", ""))
        case "expand" | "nestedExpand":
            yield f"\n{attrs.get('title') or ''}\n"
        case "hardBreak":
            yield "\n"
    children = node.get("content")
    for child in children if isinstance(children, list) else ():
        yield from _adf(child)
    if node.get("type") not in ("text", "status", "emoji", "mention"):
        yield "\n"


# --- Storage format --------------------------------------------------------------------------------------------------


def storage_text(body: str) -> str:
    """The visible text of a body in storage format."""
    # Space exports write the end of a section inside another one, `]]>`, in two ways.
    parts = _CDATA.split(body.replace("]] ]>", "]]]>"))
    known = "".join(part if part.startswith("<!") else _ENTITY.sub(_character, _XMLNS.sub("", part)) for part in parts)
    spaces = " ".join(f'xmlns:{prefix}="{prefix}"' for prefix in ("ac", "ri", "at", "fab", "acxhtml"))
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, huge_tree=True)
    root = etree.fromstring(f"<x {spaces}>{known}</x>".encode(), parser)
    return "".join(_storage(root))


def _character(match: re.Match[str]) -> str:
    name = match[1]
    return match[0] if name in _XML else html5.get(f"{name};", match[0])


def _name(element: etree._Element) -> str:
    name = etree.QName(element)
    return f"{name.namespace}:{name.localname}" if name.namespace else name.localname


def _parameters(macro: etree._Element) -> dict[str, str]:
    return {
        child.get("{ac}name", ""): "".join(map(str, child.itertext()))
        for child in macro
        if _tag(child) == "ac:parameter"
    }


def _tag(element: etree._Element) -> str:
    tag: object = element.tag  # a function for comments and processing instructions
    return _name(element) if isinstance(tag, str) else ""


def _storage(element: etree._Element) -> Iterator[str]:
    name = _tag(element)
    if not name or name in _HIDDEN or name.startswith("at:") or element.get("aria-hidden") == "true":
        return
    if name == "math" and (formula := element.find(".//{*}annotation")) is not None:
        yield formula.text or ""
        return
    if name == "ac:link":
        # A smart link shows the title of its page.
        if not element.get("{ac}card-appearance"):
            for child in element:
                yield from _storage(child)
        return
    if name == "ac:parameter" and not _seen(element):
        return
    if name in ("ac:structured-macro", "ac:macro") and _unseen(element):
        return
    # An ADF node in storage format is there twice: as itself and as what older versions show.
    if name == "ac:adf-fallback" and element.getparent() is not None and _has_words(element.getparent()):
        return
    if name in _BLOCKS:
        yield "\n"
    yield element.text or ""
    for child in element:
        yield from _storage(child)
        yield child.tail or ""
    if name in _BLOCKS:
        yield "\n"


def _unseen(macro: etree._Element) -> bool:
    return macro.get("{ac}name") in _UNSEEN or _parameters(macro).get("hidden", "").casefold() == "true"


def _seen(parameter: etree._Element) -> bool:
    parent = parameter.getparent()
    return (
        parent is not None and parameter.get("{ac}name") == "title" and parent.get("{ac}name") in _TITLED - {"noformat"}
    )


def _has_words(extension: etree._Element | None) -> bool:
    if extension is None:
        return False
    return any(words("".join(_storage(child))) for child in extension if _tag(child) not in ("ac:adf-fallback", ""))
