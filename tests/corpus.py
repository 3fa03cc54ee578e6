"""Real Confluence content that nobody in this project wrote, where it lies beside the checkout, and its exports."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from confluence_xpress.bundle import Bundle
from confluence_xpress.collect import collect
from confluence_xpress.render import Options, Rendition, needs, render
from confluence_xpress.sources.open import open_source
from confluence_xpress.sources.selection import Selection
from confluence_xpress.templates import load_template, parse_settings

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT.parent / "shared" / "corpus"
DEMO = ROOT / "demo" / "space"

ABSENT = f"the corpus of real content is not at {CORPUS}"
WITHOUT_PAGES = frozenset({"xwiki-group"})
"""Exports of a space that has no page."""
ALONE = {"header": "false", "footer": "false", "cover": "false", "contents": "false", "page_details": "false"}
"""Settings by which a PDF holds nothing but the pages' titles and content."""


@dataclass(frozen=True)
class Export:
    """What went in and what came out."""

    bundle: Bundle
    rendition: Rendition


def documents(*kinds: str) -> list[Path]:
    """The corpus's documents of these kinds (its folders); empty without the corpus."""
    return [
        path
        for kind in kinds
        if (CORPUS / kind).is_dir()
        for path in sorted((CORPUS / kind).iterdir())
        if path.name not in WITHOUT_PAGES
    ]


def as_space(folder: Path, paths: Sequence[Path]) -> Path:
    """A folder source in which each of these documents is a page, with its files as far as they are known."""
    pages = []
    for number, path in enumerate(paths, 1):
        body = f"{number}{'.storage.xml' if path.suffix == '.xml' else '.adf.json'}"
        shutil.copyfile(path, folder / body)
        files = attachments(path)
        for file in files:
            target = folder / "attachments" / str(number) / file.name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)
        names = [file.name for file in files]
        pages.append({"id": number, "title": path.stem, "position": number, "body": body, "attachments": names})
    (folder / "pages.json").write_text(json.dumps(pages), encoding="utf-8")
    return folder


def attachments(path: Path) -> list[Path]:
    """The image files of a document that the corpus has."""
    source, _, name = path.stem.partition("__")
    places = (CORPUS / "storage-attachments" / source, CORPUS / "rest" / source / name.split("-")[0] / "attachments")
    return [file for place in places if place.is_dir() for file in sorted(place.iterdir())]


def options(settings: Mapping[str, str] | None = None, **fields: object) -> Options:
    """Options of a rendering with the default template, at the time 0."""
    template = load_template("default")
    return Options(template, parse_settings(template.options, settings or {}), **fields)  # type: ignore[arg-type]


def export(path: Path, settings: Mapping[str, str] | None = None, selection: Selection | None = None) -> Export:
    """Everything at a path, blog posts too, as a PDF."""
    wanted = options(settings)
    source = open_source(path)
    bundle = collect(source, selection or Selection(blogposts=True), needs=lambda bundle: needs(bundle, wanted))
    return Export(bundle, render(bundle, wanted, source.diagnostics))
