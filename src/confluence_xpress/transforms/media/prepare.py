"""Bytes to picture, by what the bytes are."""

from __future__ import annotations

import base64
from dataclasses import replace

from confluence_xpress.transforms.media.picture import Picture, Unreadable, number
from confluence_xpress.transforms.media.profile import ORIGINAL, Profile
from confluence_xpress.transforms.media.raster import Raster, Shown, read_raster
from confluence_xpress.transforms.media.sniff import looks_like_svg, not_an_image
from confluence_xpress.transforms.media.svg import read_svg
from confluence_xpress.transforms.media.typesetting import MAX_COST, drawing_cost

MAX_BYTES = 64 * 2**20
"""Larger files would take several times their size in memory as a data URI."""


def prepare(data: bytes, profile: Profile = ORIGINAL, shown: Shown | None = None) -> Picture | Unreadable:
    """The image as an SVG, or why it can't be shown. Never raises on any bytes.

    `shown` says at what size it stands on paper, for profiles that look at it; drawings stay as they are.
    Typst takes files from memory only as UTF-8, so a raster image travels as a data URI in an SVG of its size.
    """
    if not data:
        return Unreadable("the file is empty")
    if len(data) > MAX_BYTES:
        return Unreadable(f"the file is larger than {MAX_BYTES // 2**20} MB")
    if looks_like_svg(data):
        drawing = read_svg(data)
        if isinstance(drawing, Unreadable):
            return drawing
        cost = drawing_cost(drawing.svg)
        if cost.held > MAX_COST:
            return Unreadable("the drawing takes too much memory")
        return replace(drawing, cost=replace(cost, original=len(data)))
    if reason := not_an_image(data):
        return Unreadable(reason)
    raster = read_raster(data, profile, shown)
    if isinstance(raster, Unreadable):
        return raster
    return Picture(
        _wrapped(raster),
        raster.width,
        raster.height,
        raster.notes,
        replace(raster.cost, original=len(data)),
    )


def _wrapped(raster: Raster) -> bytes:
    width, height = number(raster.width), number(raster.height)
    # Joined as bytes: files of many megabytes are not copied more often than needed.
    return b"".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
            f'viewBox="0 0 {width} {height}"><image width="{width}" height="{height}" preserveAspectRatio="none" '
            f'href="data:{raster.media_type};base64,'.encode(),
            base64.b64encode(raster.data),
            b'"/></svg>',
        )
    )
