"""The exact look at a finished PDF, whatever wrote it."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator

import pikepdf

from confluence_xpress.typeset.inspect.codes import fonts_without_glyph
from confluence_xpress.typeset.inspect.finding import Finding, join, shorten
from confluence_xpress.typeset.inspect.geometry import Box, intersect
from confluence_xpress.typeset.inspect.painted import PaintedPages
from confluence_xpress.typeset.inspect.references import Destinations, Tags, fonts_not_embedded


def inspect_pdf(pdf: bytes, *, tagged: bool = True, private_links: bool = False) -> tuple[Finding, ...]:
    """All faults of a PDF that isn't encrypted: one finding of each kind and page, those of the document first.

    Without `tagged`, content may be untagged. With `private_links`, addresses that parts use among themselves are fine.
    """
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return (
            *document_findings(document, private_links=private_links),
            *page_findings(pdf, document, range(len(document.pages)), tagged=tagged, private_links=private_links),
        )


def document_findings(document: pikepdf.Pdf, *, private_links: bool) -> Iterator[Finding]:
    """What concerns no page: fonts and bookmarks."""
    for font in fonts_not_embedded(document):
        yield Finding("font-not-embedded", -1, shorten(font))
    if titles := join(Destinations(document, private=private_links).dangling_bookmarks(document)):
        yield Finding("link-dangling", -1, titles)


def page_findings(
    pdf: bytes, document: pikepdf.Pdf, pages: Iterable[int], *, tagged: bool, private_links: bool
) -> Iterator[Finding]:
    """What is wrong on these pages (from 0) of a PDF, given as bytes and opened."""
    destinations, tags = Destinations(document, private=private_links), Tags(document)
    with PaintedPages(pdf) as painted_pages:
        for number in pages:
            page = document.pages[number]
            painted = painted_pages.look(number, _seen(page))
            untagged = painted.untagged + [f"content {n} without a tag" for n in tags.orphans(page, painted.numbers)]
            if text := shorten(" ".join(painted.text_outside)):
                yield Finding("text-outside", number, text)
            if count := painted.images_outside:
                yield Finding("image-outside", number, "1 image" if count == 1 else f"{count} images")
            if fonts := join(fonts_without_glyph(page)):
                yield Finding("glyph-missing", number, fonts)
            if targets := join(destinations.dangling(page)):
                yield Finding("link-dangling", number, targets)
            if tagged and untagged:
                yield Finding("content-untagged", number, join(untagged))


def _seen(page: pikepdf.Page) -> Box:
    """What viewers show of a page: the crop box, which is the media box as a rule."""
    boxes = [tuple(float(value) for value in box) for box in (page.mediabox, page.cropbox)]
    media, crop = ((min(b[0], b[2]), min(b[1], b[3]), max(b[0], b[2]), max(b[1], b[3])) for b in boxes)
    return intersect(media, crop)
