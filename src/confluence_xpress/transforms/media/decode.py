"""Decoding within bounds: how much memory an image takes, and how its format can spare some."""

from __future__ import annotations

from PIL import Image
from PIL.Jpeg2KImagePlugin import Jpeg2KImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.TiffImagePlugin import ROWSPERSTRIP, TILELENGTH, TiffImageFile

MAX_PIXELS = 64_000_000
"""256 MB decoded in the usual four bytes a pixel."""
MAX_MEMORY = 400_000_000
"""Bytes that decoding may take; a worker has 700 MB for all it holds."""
_PER_PIXEL = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16B": 2, "I;16L": 2}
_OTHER = 4
_SEVERAL_COPIES = {"WEBP": 16, "AVIF": 10, "JPEG2000": 19}
"""Bytes a pixel, measured, where the decoder holds the whole image more than once."""
_NAMES = {"WEBP": "WebP", "JPEG": "a progressive JPEG", "MPO": "a progressive JPEG"}


def too_large(image: Image.Image) -> str:
    """Why an image that is open but not decoded can't be; empty if it can."""
    if image.width * image.height > MAX_PIXELS:
        return f"{image.width} × {image.height} pixels are too many"
    if _memory(image, max(_reductions(image))) > MAX_MEMORY:
        kind = _NAMES.get(image.format or "", image.format)
        return f"{image.width} × {image.height} pixels are too many for {kind}"
    return ""


def decode(image: Image.Image, width: int, height: int) -> None:
    """Decodes an open image, of which no more than so many pixels are wanted; it may come out smaller than it says.

    Raises what Pillow's decoders raise.
    """
    affordable = [n for n in _reductions(image) if _memory(image, n) <= MAX_MEMORY]
    if isinstance(image, JpegImageFile):
        wanted = max(
            n for n in _reductions(image) if n == 1 or (image.width // n >= width and image.height // n >= height)
        )
        reduction = max(wanted, min(affordable))
        image.draft(None, (image.width // reduction, image.height // reduction))
    elif isinstance(image, Jpeg2KImageFile):
        image.reduce = min(affordable).bit_length() - 1
    image.load()


def _reductions(image: Image.Image) -> tuple[int, ...]:
    """By how much the decoder of a format can divide the sides of an image."""
    return (1, 2, 4, 8) if isinstance(image, (JpegImageFile, Jpeg2KImageFile)) else (1,)


def _memory(image: Image.Image, reduction: int) -> int:
    """Bytes that decoding takes at the most, the file's own not counted."""
    pixels = image.width * image.height
    decoded = pixels // reduction**2
    kind = image.format or ""
    if kind in _SEVERAL_COPIES:
        return decoded * _SEVERAL_COPIES[kind]
    per_pixel = _PER_PIXEL.get(image.mode, _OTHER)
    if isinstance(image, TiffImageFile):
        # A strip or row of tiles is unpacked whole; a file may be a single strip.
        rows = image.tag_v2.get(TILELENGTH) or image.tag_v2.get(ROWSPERSTRIP) or image.height
        return (pixels + image.width * min(rows, image.height)) * per_pixel
    if isinstance(image, JpegImageFile) and image.info.get("progressive"):
        # All coefficients are held, two bytes each; colours mostly have fewer of them.
        areas = [across * down for _, across, down, _ in image.layer]
        return decoded * per_pixel + pixels * 2 * sum(areas) // max(areas)
    return decoded * per_pixel
