"""Sizes of images in points.

Confluence's page is 760 CSS pixels wide, the default template's text 453 points: an image keeps the share of the
line that its author saw.
"""

from __future__ import annotations

from confluence_xpress.model import Asset, Image, Size

POINTS_PER_PIXEL = 0.6
PAGE_PIXELS = 760.0


def _pixels(size: Size | None) -> float | None:
    if size is None or size.value <= 0:
        return None
    return size.value / 100 * PAGE_PIXELS if size.unit == "%" else size.value


def figure_size(image: Image, asset: Asset) -> tuple[float, float]:
    """Width and height in points; the template shrinks what is larger than its place."""
    ratio = asset.height / asset.width
    width, height = _pixels(image.width), image.height.value if image.height and image.height.unit == "px" else None
    if width is None:
        width = height / ratio if height else asset.width
    return max(width * POINTS_PER_PIXEL, 1), max(width * ratio * POINTS_PER_PIXEL, 1)


def inline_size(image: Image, asset: Asset) -> tuple[float, float]:
    """The same for an image in a line of text, which may be at most a good third of the page high."""
    width, height = figure_size(image, asset)
    scale = min(1.0, 240 / height, 420 / width)
    return width * scale, height * scale
