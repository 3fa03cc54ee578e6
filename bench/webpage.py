"""A space as one HTML document: `python -m bench.webpage SOURCE FOLDER` writes `index.html`, its style, its images
and, for checking, its words.

It is made of the very tree that XPress's Typst writer gets, after macros, links, images and tables were worked out, so
the other programs are spared that work.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from html import escape
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from bench.markup import Markup
from bench.pdf import words
from confluence_xpress.collect import collect
from confluence_xpress.lookup import Site
from confluence_xpress.model import Block, Blocks, Date, Figure, Inline, Inlines, Text
from confluence_xpress.model.text import block_text
from confluence_xpress.model.walk import rewrite_blocks
from confluence_xpress.readers import read
from confluence_xpress.render import Options, needs
from confluence_xpress.render.book import make_chapter, wanted
from confluence_xpress.render.dates import day_format
from confluence_xpress.render.part import Job, Line, outline_lines
from confluence_xpress.render.workshop import Workshop
from confluence_xpress.sources.open import open_source
from confluence_xpress.sources.selection import Selection
from confluence_xpress.templates import load_template, parse_settings
from confluence_xpress.transforms.images import resolve_images
from confluence_xpress.transforms.pipeline import Options as TransformOptions
from confluence_xpress.transforms.pipeline import prepare
from confluence_xpress.writers.typst import Book, Chapter, labels

_STYLE = Path(__file__).with_name("print.css")
_FACES = (
    ("Inter", "normal", "fontpkg_inter", "Inter[opsz,wght].ttf"),
    ("Inter", "italic", "fontpkg_inter", "Inter-Italic[opsz,wght].ttf"),
    ("Source Code Pro", "normal", "fontpkg_source_code_pro", "SourceCodePro[wght].ttf"),
    ("Source Code Pro", "italic", "fontpkg_source_code_pro", "SourceCodePro-Italic[wght].ttf"),
)


@dataclass(frozen=True, slots=True)
class Content:
    """What XPress typesets."""

    book: Book
    chapters: tuple[Chapter, ...]
    cover: bool
    contents: tuple[Line, ...]
    """The lines of the table of contents."""
    media: Mapping[str, bytes]
    """Images by path."""


def load_content(source: Path) -> Content:
    """What XPress typesets for a source with its default options, all in memory."""
    template = load_template("default")
    options = Options(template, parse_settings(template.options, {}))
    opened = open_source(source)
    bundle = collect(opened, Selection(), needs=lambda bundle: needs(bundle, options))
    shop = Workshop(Job(bundle, options))
    media: dict[str, bytes] = {}
    prepared = prepare(
        Site(bundle, read),
        TransformOptions(
            images=lambda document, site, page: resolve_images(document, site, page, media),
            tables=shop.tables,
        ),
    )
    chapters = tuple(make_chapter(page, options) for page in prepared)
    several = len(chapters) > 1
    depth = int(options.settings.get("contents_depth", 3))
    lines = outline_lines(chapters, frozenset(labels(chapters)), single=not several)
    return Content(
        book=shop.book,
        chapters=chapters,
        cover=wanted(options, "cover", several=several),
        contents=tuple(line for line in lines if line.level <= depth)
        if wanted(options, "contents", several=several)
        else (),
        media=media,
    )


def write_html(content: Content) -> str:
    """The content as one HTML document, with a cover and a table of contents where XPress makes them."""
    book = content.book
    markup = Markup(frozenset(labels(content.chapters)), day_format(book.language))
    head = f'<meta charset="utf-8"><title>{escape(book.title)}</title><link rel="stylesheet" href="print.css">'
    parts = [f'<!DOCTYPE html>\n<html lang="{escape(book.language)}"><head>{head}</head><body>']
    if content.cover:
        facts = "".join(f"<p>{escape(name)} {escape(value)}</p>" for name, value in book.facts)
        parts.append(f'<section class="cover"><p class="title">{escape(book.title)}</p>{facts}</section>')
    if content.contents:
        lines = "".join(
            f'<p class="level{line.level}"><a href="#{escape(line.label)}">'
            f"{escape(f'{line.number} {line.title}'.strip())}</a></p>"
            for line in content.contents
        )
        parts.append(f'<nav class="contents"><h1>{escape(book.words["contents"])}</h1>{lines}</nav>')
    for chapter in content.chapters:
        tag = f"h{min(chapter.depth, 6)}"
        title = escape(f"{chapter.number} {chapter.title}".strip())
        details = f'<p class="details">{escape(chapter.details)}</p>' if chapter.details else ""
        parts.append(
            f'<section><{tag} class="page"{markup.identity(chapter.label)}>{title}</{tag}>{details}\n'
            f"{markup.blocks(chapter.content, chapter.depth)}</section>"
        )
    return "\n".join([*parts, "</body></html>\n"])


def content_words(content: Content) -> Counter[str]:
    """The words that a reader of all pages sees, as often as they are there; not those that are read out for images."""
    show_day = day_format(content.book.language)

    def block(node: Block) -> Blocks:
        return (replace(node, image=replace(node.image, alt="")),) if isinstance(node, Figure) else (node,)

    def inline(node: Inline) -> Inlines:
        return (Text(show_day(node.day)),) if isinstance(node, Date) else (node,)

    found: Counter[str] = Counter()
    for chapter in content.chapters:
        found += words(f"{chapter.title}\n{block_text(rewrite_blocks(chapter.content, block, inline))}")
    return found


def style() -> str:
    """The style sheet, with the fonts that XPress uses."""
    faces = []
    for family, slant, package, name in _FACES:
        spec = find_spec(package)
        if spec is None or not spec.submodule_search_locations:
            raise SystemExit(f"The font package {package} is not installed.")
        url = "file://" + quote(str(Path(spec.submodule_search_locations[0], "files", name)))
        faces.append(
            f'@font-face {{ font-family: "{family}"; font-style: {slant}; font-weight: 100 900; src: url("{url}"); }}\n'
        )
    return "".join(faces) + _STYLE.read_text("utf-8")


def main() -> None:
    """Write the document of a source into a new folder."""
    source, folder = map(Path, sys.argv[1:])
    content = load_content(source)
    folder.mkdir(parents=True)
    (folder / "index.html").write_text(write_html(content), "utf-8")
    (folder / "print.css").write_text(style(), "utf-8")
    (folder / "words.json").write_text(json.dumps(content_words(content)), "utf-8")
    for path, data in content.media.items():
        file = folder / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)


if __name__ == "__main__":
    main()
