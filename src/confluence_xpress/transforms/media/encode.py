"""How an image is written: photos as JPEG, screenshots and drawings as PNG."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import cast

from PIL import Image, ImageChops

from confluence_xpress.transforms.media.picture import Cost
from confluence_xpress.transforms.media.resample import bands, mixable
from confluence_xpress.transforms.media.typesetting import MAX_COST, raster_cost

_BAND = 32
"""Rows of each of the pieces that an image is judged by."""
_BANDS = 5
_FLAT = 0.3
"""Share of pixels that equal their neighbour. Screenshots were found to have 0.45 and more, photos 0.28 and less."""
_UNSEEN = 6
"""Largest difference of a colour, of 255, that nobody sees."""
_FINE = 90
"""JPEG quality from which on colours are kept as finely as brightness."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """A PNG or JPEG."""

    data: bytes
    media_type: str
    cost: Cost

    @property
    def affordable(self) -> bool:
        """Whether typesetting it leaves a worker enough memory."""
        return self.cost.held + self.cost.decoded <= MAX_COST


def encoded(data: bytes, media_type: str, image: Image.Image) -> Encoded:
    """A file with what it costs; `image` has its pixels."""
    return Encoded(data, media_type, raster_cost(data, media_type, image))


def jpeg(image: Image.Image, quality: int, profile: bytes | None) -> Encoded:
    """An image in grey or RGB as JPEG. `profile`: its colour profile."""
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, subsampling=0 if quality >= _FINE else 2, icc_profile=profile)
    return encoded(out.getvalue(), "image/jpeg", image)


def png(image: Image.Image, profile: bytes | None) -> Encoded:
    """An image as PNG, which loses nothing. `profile`: its colour profile."""
    out = io.BytesIO()
    image.save(out, "PNG", icc_profile=profile)
    return encoded(out.getvalue(), "image/png", image)


def is_photo(image: Image.Image) -> bool:
    """Whether hardly a pixel is like the next one, so that JPEG shows no traces and PNG saves little."""
    same = total = 0
    for band in bands(image, _BAND, _BANDS):
        colours = compact(band).convert("RGB")
        shifted = ImageChops.offset(colours, 1, 0)
        difference = ImageChops.difference(colours, shifted)
        red, green, blue = difference.split()
        same += ImageChops.lighter(ImageChops.lighter(red, green), blue).histogram()[0]
        total += band.width * band.height
    return same < _FLAT * total


def compact(image: Image.Image) -> Image.Image:
    """The same image with fewer bytes a pixel where nobody sees a difference: no needless opacity, grey, a palette."""
    if image.mode.startswith("I;16"):
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    if mixable(image) != image.mode and image.mode != "1":
        image = image.convert(mixable(image))
    if image.mode in ("RGBA", "LA") and image.getchannel("A").getextrema() == (255, 255):
        image = image.convert("RGB" if image.mode == "RGBA" else "L")
    if image.mode == "RGB" and "icc_profile" not in image.info:
        red, green, blue = image.split()
        if ImageChops.difference(red, green).getbbox() is None and ImageChops.difference(red, blue).getbbox() is None:
            return red
    return image


def with_palette(image: Image.Image) -> Image.Image:
    """The image with a palette if 256 colours show it as well."""
    if image.mode not in ("RGB", "RGBA"):
        return image
    # Finding colours takes seconds for large images that have many: some rows tell.
    if any(_few_colours(band) is None for band in bands(image, _BAND, _BANDS)):
        return image
    return _few_colours(image) or image


def _few_colours(image: Image.Image) -> Image.Image | None:
    method = Image.Quantize.FASTOCTREE if image.mode == "RGBA" else Image.Quantize.MEDIANCUT
    few = image.quantize(256, method, dither=Image.Dither.NONE)
    difference = ImageChops.difference(few.convert(image.mode), image)
    # Of an image with several bands, a pair for each.
    extremes = cast("tuple[tuple[int, int], ...]", difference.getextrema())
    return few if max(high for _, high in extremes) <= _UNSEEN else None
