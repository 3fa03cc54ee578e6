"""Bytes to picture, by what the bytes are."""

from __future__ import annotations

from confluence_xpress.transforms.media.data_uri import data_uri
from confluence_xpress.transforms.media.picture import Picture, Unreadable, number
from confluence_xpress.transforms.media.raster import read_raster
from confluence_xpress.transforms.media.sniff import looks_like_svg, not_an_image
from confluence_xpress.transforms.media.svg import read_svg

MAX_BYTES = 64 * 2**20
"""Larger files would take several times their size in memory as a data URI."""


def prepare(data: bytes) -> Picture | Unreadable:
    """The image as an SVG, or why it can't be shown. Never raises on any bytes.

    Typst takes files from memory only as UTF-8, so a raster image travels as a data URI in an SVG of its size.
    """
    if not data:
        return Unreadable("the file is empty")
    if len(data) > MAX_BYTES:
        return Unreadable(f"the file is larger than {MAX_BYTES // 2**20} MB")
    if looks_like_svg(data):
        return read_svg(data)
    if reason := not_an_image(data):
        return Unreadable(reason)
    raster = read_raster(data)
    if isinstance(raster, Unreadable):
        return raster
    width, height = number(raster.width), number(raster.height)
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
        f'<image width="{width}" height="{height}" preserveAspectRatio="none" '
        f'href="{data_uri(raster.media_type, raster.data)}"/></svg>'
    )
    return Picture(svg.encode("ascii"), raster.width, raster.height, raster.notes)
