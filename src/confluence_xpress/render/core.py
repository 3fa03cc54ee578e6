"""Needs and rendering: what a bundle lacks, and what it looks like as a PDF.

Pure: the same bundle and options give the same bytes. Content never raises; what is lost is in the manifest.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import accumulate

from confluence_xpress.bundle import Body, Bundle
from confluence_xpress.diagnostics import Diagnostic
from confluence_xpress.lookup import Read, Site
from confluence_xpress.needs import BodyNeed, Need
from confluence_xpress.readers import read
from confluence_xpress.render.book import make_book, paper_size
from confluence_xpress.render.dates import day_format
from confluence_xpress.render.manifest import Exported, Manifest, make_manifest
from confluence_xpress.render.options import Options
from confluence_xpress.render.typesetting import Typesetting
from confluence_xpress.transforms.images import resolve_images
from confluence_xpress.transforms.media import Unreadable
from confluence_xpress.transforms.pipeline import Options as TransformOptions
from confluence_xpress.transforms.pipeline import PreparedPage, prepare
from confluence_xpress.transforms.tables import fit_tables
from confluence_xpress.typeset.finish import Facts, finish
from confluence_xpress.writers.typst import Book, page_file, write_book
from confluence_xpress.writers.typst.document import headings


@dataclass(frozen=True, slots=True)
class Rendition:
    """A PDF, its manifest, and what was found on the way."""

    pdf: bytes
    manifest: Manifest
    diagnostics: tuple[Diagnostic, ...]
    facts: Facts


def remembering_reader() -> Read:
    """A reader that reads each body once: for a host that asks for needs several times and renders then.

    It holds the documents for as long as it lives; give each export its own.
    """
    return cache(read)


def needs(bundle: Bundle, options: Options, reader: Read = read) -> tuple[Need, ...]:
    """What the bundle still lacks; empty when it can be rendered."""
    site = Site(bundle, reader)
    prepare(
        site,
        TransformOptions(
            numbering=options.settings.get("numbering") is True,
            images=lambda document, site, page: resolve_images(document, site, page, {}, _unchecked),
        ),
    )
    return tuple(site.missing)


def render(bundle: Bundle, options: Options, found: Iterable[Diagnostic] = (), reader: Read = read) -> Rendition:
    """The PDF of a complete bundle. `found`: diagnostics of the source, for the manifest."""
    media: dict[str, bytes] = {}
    site = Site(bundle, reader)
    pages = _prepare(site, options, media)
    typesetting = Typesetting(make_book(bundle, pages, options), options, media)
    pdf, facts = finish(typesetting.run(), bookmarks=options.settings.get("bookmarks") is not False)
    diagnostics = (*found, *(d for page in pages for d in page.diagnostics), *typesetting.diagnostics)
    starts = _starts(typesetting.book, facts)
    manifest = make_manifest(
        title=typesetting.book.title,
        pdf=pdf,
        pdf_pages=facts.pages,
        options=options,
        exported=[
            Exported(
                page.page, page.document, page.level, page.number, page.label, start, _source(bundle, page.page.id)
            )
            for page, start in zip(pages, starts, strict=True)
        ],
        diagnostics=diagnostics,
    )
    return Rendition(pdf, manifest, diagnostics, facts)


def markup(bundle: Bundle, options: Options) -> str:
    """The Typst markup of a bundle's pages, one after the other."""
    pages = _prepare(Site(bundle, read), options, {})
    book = make_book(bundle, pages, options)
    files = write_book(book, day_format(book.language))
    return "\n".join(files[page_file(index)] for index in range(len(book.chapters)))


def _prepare(site: Site, options: Options, media: dict[str, bytes]) -> tuple[PreparedPage, ...]:
    area = options.template.area
    width, height = paper_size(options)
    margins = area.margin_left + area.margin_right
    return prepare(
        site,
        TransformOptions(
            numbering=options.settings.get("numbering") is True,
            images=lambda document, site, page: resolve_images(document, site, page, media),
            tables=lambda document: fit_tables(
                document, width - margins, area.table_size, height - margins, area.table_padding
            ),
        ),
    )


def _unchecked(_data: bytes) -> Unreadable:
    return Unreadable("not looked at")


def _source(bundle: Bundle, page_id: str) -> Body | None:
    answer = bundle.answers.get(BodyNeed(page_id))
    return answer if isinstance(answer, Body) else None


def _starts(book: Book, facts: Facts) -> list[int | None]:
    """The PDF page on which each chapter begins, told by the bookmarks: one for each title and heading, in order."""
    counts = [1 + sum(1 for _ in headings(chapter.content)) for chapter in book.chapters]
    if sum(counts) != len(facts.bookmarks):
        return [None] * len(counts)
    return [facts.bookmarks[start][1] or None for start in accumulate([0, *counts[:-1]])]
