"""What images cost while they are typeset, so that a part holds no more of them than there is room for.

Typst keeps a copy of each file it is given, the image decoded from its data URI, and the bytes for the PDF several
times. JPEG bytes go into the PDF as they are; PNG is unpacked and deflated again without PNG's filters, which takes
far more than the PNG where colours change gradually. Measured with Typst 0.15.2 on one thread.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable

from PIL import Image

from confluence_xpress.transforms.media.picture import Cost
from confluence_xpress.transforms.media.resample import bands, mixable

_COPIES_OF_FILE = 3
"""As text of the data URI and decoded from it, in units of the PNG or JPEG file."""
_COPIES_IN_PDF = 4.5
"""Of the bytes that go into the PDF."""
_DECODED = {"1": 1, "L": 1, "LA": 4, "RGBA": 8, "I;16": 2}
"""Bytes a pixel while a PNG is decoded, by mode; an opacity is taken apart. Three for colours without."""
_ROWS = 16
_BANDS = 12
MAX_COST = 300_000_000
"""Bytes that typesetting one image may take: the worker holds the image and its data URI too."""
_DRAWN_BYTE, _DRAWN_ELEMENT, _DRAWN_TEXT = 8, 2_300, 14_000
"""Bytes for each byte, element and piece of text of a drawing's SVG."""


def typeset_memory(costs: Iterable[Cost]) -> int:
    """Bytes that typesetting pictures in one document takes, each given once; an estimate, rather too high.

    What they hold adds up; they are decoded one after the other.
    """
    known = list(costs)
    return sum(cost.held for cost in known) + max((cost.decoded for cost in known), default=0)


def raster_cost(file: bytes, media_type: str, image: Image.Image) -> Cost:
    """What a PNG or JPEG file takes; `image` has its pixels."""
    if media_type == "image/jpeg":
        return Cost(stored=len(file), held=int((_COPIES_OF_FILE + _COPIES_IN_PDF) * len(file)))
    stored = _deflated_size(image)
    return Cost(
        stored=stored,
        held=int(_COPIES_OF_FILE * len(file) + _COPIES_IN_PDF * stored),
        decoded=image.width * image.height * _DECODED.get(mixable(image), 3),
    )


def drawing_cost(svg: bytes) -> Cost:
    """What a drawing takes."""
    elements = svg.count(b"<") - svg.count(b"</")
    texts = svg.count(b"<text") + svg.count(b"<tspan")
    held = _DRAWN_BYTE * len(svg) + _DRAWN_ELEMENT * elements + _DRAWN_TEXT * texts
    return Cost(stored=len(zlib.compress(svg)), held=held)


def _deflated_size(image: Image.Image) -> int:
    """How many bytes the pixels of an image take in the PDF, judged by some of its rows."""
    mode = mixable(image)
    pixels = packed = 0
    for band in bands(image, _ROWS, _BANDS):
        pixels += band.width * band.height
        packed += len(zlib.compress(band.convert(mode).tobytes()))
    return packed * image.width * image.height // max(pixels, 1)
