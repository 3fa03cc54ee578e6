"""What the manifest says of a page: its macros, images, links and files, and what became of them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from confluence_xpress.bundle import Body, Page
from confluence_xpress.diagnostics import Diagnostic
from confluence_xpress.model import (
    Asset,
    Card,
    Destination,
    Document,
    Figure,
    File,
    Files,
    Image,
    InlineFile,
    InlineImage,
    Link,
    LinkTarget,
    Missing,
    Url,
)
from confluence_xpress.model.text import inline_text, target_text
from confluence_xpress.model.walk import iter_blocks, iter_inlines, own_inlines
from confluence_xpress.render.manifest import Manifest

_MACRO_NAMES = (
    re.compile(r"<ac:(?:structured-)?macro\b[^>]*?\bac:name=\"([^\"]*)\""),
    re.compile(r'\\?"extensionKey\\?"\s*:\s*\\?"([^"\\]*)'),
)
_QUOTED = re.compile(r"<!\[CDATA\[.*?\]\]>", re.DOTALL)
_NOT_SHOWN = (
    "macro-unknown",
    "macro-body-only",
    "macro-interactive",
    "macro-failed",
    "include-missing",
    "include-cycle",
)


@dataclass(frozen=True, slots=True)
class Exported:
    """One exported page: its metadata and its final content."""

    page: Page
    document: Document
    level: int
    number: str
    label: str
    body: Body | None = None
    """The source, of which the macros are listed."""


def manifest_entry(entry: Exported, titles: Mapping[str, str], diagnostics: Iterable[Diagnostic]) -> Manifest:
    """What a page's content adds to its entry. `titles`: page ids by label. Where it is in the PDF is said later."""
    page = entry.page
    images, links, files = _contents(entry.document, titles)
    return {
        "id": page.id,
        "level": entry.level,
        "number": entry.number,
        "volume": 1,
        "pdf_page": None,
        "macros": _macros(page.id, entry.body, diagnostics),
        "images": images,
        "links": links,
        "attachments": files,
    }


def _macros(page: str, body: Body | None, diagnostics: Iterable[Diagnostic]) -> list[Manifest]:
    """The macros in the page's source, how often each stands there, and what became of them."""
    # What is quoted in a code block is no macro.
    source = _QUOTED.sub("", body.value) if body else ""
    counts = Counter(name for pattern in _MACRO_NAMES for name in pattern.findall(source))
    results = {
        d.place.removeprefix("macro "): d.code
        for d in diagnostics
        if d.page == page and d.place.startswith("macro ") and d.code in _NOT_SHOWN
    }
    return [{"name": name, "count": counts[name], "result": results.get(name, "shown")} for name in sorted(counts)]


def _contents(document: Document, titles: Mapping[str, str]) -> tuple[list[Manifest], list[Manifest], list[Manifest]]:
    images: list[Manifest] = []
    links: list[Manifest] = []
    files: list[Manifest] = []

    def image(node: Image) -> None:
        match node.source:
            case Asset():
                images.append({"alt": node.alt, "name": node.source.name, "result": "shown"})
            case Missing():
                images.append({"alt": node.alt, "name": node.source.name, "result": node.source.reason})
            case source:
                images.append({"alt": node.alt, "name": target_text(source), "result": "not shown"})

    def link(target: LinkTarget, text: str) -> None:
        match target:
            case Destination():
                page = titles.get(target.label.split("-", 1)[0])
                anchor = {"anchor": target.anchor} if target.anchor else {}
                links.append({"text": text, "place": target.label, "page": page, **anchor})
            case Url():
                links.append({"text": text, "url": target.href})
            case _:
                links.append({"text": text, "result": "text only"})

    def file(node: File) -> None:
        files.append({"name": node.name, "url": node.href, "bytes": node.size})

    for block in iter_blocks(document.content):
        match block:
            case Figure():
                image(block.image)
            case Files():
                for each in block.files:
                    file(each)
            case Card():
                link(block.target, inline_text(block.content))
            case _:
                pass
        for line in own_inlines(block):
            for node in iter_inlines(line):
                match node:
                    case InlineImage():
                        image(node.image)
                    case InlineFile():
                        file(node.file)
                    case Link():
                        link(node.target, inline_text(node.content))
                    case _:
                        pass
    return images, links, files
