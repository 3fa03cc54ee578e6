"""The manifest: what went into a PDF, what was left out and why."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from confluence_xpress import __version__
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
from confluence_xpress.render.options import Options

FORMAT = 1
"""Version of the manifest's shape; a reader that knows it can rely on every key below."""
_MACRO_NAMES = (
    re.compile(r"<ac:(?:structured-)?macro\b[^>]*?\bac:name=\"([^\"]*)\""),
    re.compile(r'\\?"extensionKey\\?"\s*:\s*\\?"([^"\\]*)'),
)
_QUOTED = re.compile(r"<!\[CDATA\[.*?\]\]>", re.DOTALL)
_NOT_SHOWN = ("macro-unknown", "macro-body-only", "macro-failed", "include-missing", "include-cycle")

Manifest = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Exported:
    """One exported page: its metadata, its final content, and the PDF page (from 1) where it begins."""

    page: Page
    document: Document
    level: int
    number: str
    label: str
    pdf_page: int | None
    body: Body | None = None
    """The source, of which the macros are listed."""


def make_manifest(
    *,
    title: str,
    pdf: bytes,
    pdf_pages: int,
    options: Options,
    exported: Sequence[Exported],
    diagnostics: Sequence[Diagnostic],
) -> Manifest:
    """The manifest as values that `json.dumps` takes."""
    titles = {entry.label: entry.page.id for entry in exported}
    return {
        "format": FORMAT,
        "generator": f"XPress {__version__}",
        "exported": datetime.fromtimestamp(options.timestamp, UTC).isoformat().replace("+00:00", "Z"),
        "title": title,
        "template": options.template.name,
        "options": dict(options.settings),
        "standards": list(options.standards),
        "pdf": {"pages": pdf_pages, "bytes": len(pdf), "sha256": hashlib.sha256(pdf).hexdigest()},
        "complete": not any(d.lost for d in diagnostics),
        "pages": [_page(entry, titles, diagnostics) for entry in exported],
        "diagnostics": [_diagnostic(d) for d in diagnostics],
    }


def manifest_bytes(manifest: Manifest) -> bytes:
    """The manifest as UTF-8 JSON."""
    return (json.dumps(manifest, ensure_ascii=False, indent=1) + "\n").encode()


def _page(entry: Exported, titles: dict[str, str], diagnostics: Iterable[Diagnostic]) -> Manifest:
    page = entry.page
    images, links, files = _contents(entry.document, titles)
    return {
        "id": page.id,
        "title": page.title,
        "kind": page.kind,
        "space": page.space,
        "parent": page.parent,
        "version": page.version,
        "updated": page.updated,
        "url": page.url,
        "level": entry.level,
        "number": entry.number,
        "pdf_page": entry.pdf_page,
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


def _contents(document: Document, titles: dict[str, str]) -> tuple[list[Manifest], list[Manifest], list[Manifest]]:
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
                links.append({"text": text, "place": target.label, "page": titles.get(target.label.split("-", 1)[0])})
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


def _diagnostic(diagnostic: Diagnostic) -> Manifest:
    entry = {
        "code": diagnostic.code,
        "severity": diagnostic.severity,
        "lost": diagnostic.lost,
        "page": diagnostic.page,
        "place": diagnostic.place,
        "message": diagnostic.message,
        "hint": diagnostic.hint,
    }
    return {key: value for key, value in entry.items() if value != ""}
