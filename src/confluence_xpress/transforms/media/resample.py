"""Pieces of an image, and making it smaller without a second copy of it."""

from __future__ import annotations

import math

from PIL import Image

_STRIP = 4_000_000
"""Pixels of the source that are worked on at once; 16 MB."""
_REACH = 3
"""Pixels of the result that a Lanczos filter reaches over."""
_BLENDED = {"RGBA": "RGBa", "LA": "La"}
"""Colours of transparent pixels must not bleed into others: they count by their opacity while they are mixed."""


def mixable(image: Image.Image) -> str:
    """The mode in which pixels of the image can be mixed."""
    if "transparency" in image.info:
        return "RGBA"
    return {"1": "L", "P": "RGB", "PA": "RGBA"}.get(image.mode, image.mode)


def resample(image: Image.Image, width: int, height: int) -> Image.Image:
    """The image with so many pixels, in a mode that can hold the new colours. It is worked on in strips."""
    mode = mixable(image)
    across, down = image.width / width, image.height / height
    rows = max(1, int(_STRIP / image.width / down))
    margin = math.ceil(_REACH * down) + 1
    result = Image.new(mode, (width, height))
    for top in range(0, height, rows):
        bottom = min(top + rows, height)
        first = max(0, int(top * down) - margin)
        last = min(image.height, math.ceil(bottom * down) + margin)
        strip = image.crop((0, first, image.width, last)).convert(mode)
        if mode in _BLENDED:
            strip = strip.convert(_BLENDED[mode])
        box = (0, top * down - first, width * across, min(bottom * down - first, strip.height))
        part = strip.resize((width, bottom - top), Image.Resampling.LANCZOS, box)
        result.paste(part.convert(mode), (0, top))
    return result


def bands(image: Image.Image, rows: int, count: int) -> list[Image.Image]:
    """Pieces of the image, spread evenly, each as wide as the image and so many rows high at the most."""
    if image.height <= rows * count:
        return [image]
    tops = [(image.height - rows) * n // (count - 1) for n in range(count)]
    return [image.crop((0, top, image.width, top + rows)) for top in tops]
