"""Raster images: checked by decoding them whole, and left as they are where the typesetter can take them."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import cast

from PIL import Image, ImageCms, UnidentifiedImageError

from confluence_xpress.transforms.media.picture import Unreadable

FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "DIB", "TIFF", "ICO", "CUR", "AVIF", "JPEG2000", "PPM", "ICNS")
"""What Pillow may try. Not EPS or WMF (they run other programs) nor formats without a signature."""
MAX_PIXELS = 64_000_000
"""256 MB decoded; more would leave a worker too little of its 700 MB."""
MAX_SIDE = 4_000
"""Pixels a side. The longest side of an A4 page at 340 ppi; the typesetter holds 4 bytes for each pixel."""
_JPEG_QUALITY = 92
_PNG_MODES = ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_MOVING = ("GIF", "PNG", "WEBP", "AVIF", "TIFF")


@dataclass(frozen=True, slots=True)
class Raster:
    """A PNG or JPEG, and the natural size of the image it was made from in CSS pixels."""

    data: bytes
    media_type: str
    width: int
    height: int
    notes: tuple[tuple[str, str], ...] = ()


def read_raster(data: bytes) -> Raster | Unreadable:
    """The image as PNG or JPEG, upright, in grey or RGB, no larger than MAX_SIDE."""
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            if image.width * image.height > MAX_PIXELS:
                return Unreadable(f"{image.width} × {image.height} pixels are too many")
            return _convert(image, data)
    except UnidentifiedImageError:
        return Unreadable("it is not an image of a known format")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return Unreadable("it has too many pixels")
    except MemoryError:
        return Unreadable("it takes too much memory")
    except Exception as error:  # noqa: BLE001 - Pillow's decoders raise nearly every exception there is on damaged files
        return Unreadable(f"the image is damaged ({error})" if str(error) else "the image is damaged")


def _convert(image: Image.Image, data: bytes) -> Raster:
    kind = image.format or ""
    notes: tuple[tuple[str, str], ...] = ()
    if kind in _MOVING and getattr(image, "is_animated", False):
        notes = (("image-first-frame", f"only the first {'page' if kind == 'TIFF' else 'frame'} is shown"),)
    width, height = image.size
    if kind == "JPEG":
        image.draft(None, (MAX_SIDE, MAX_SIDE))  # decodes huge photos at 1/2, 1/4 … of their size
    image.load()
    profile = image.info.get("icc_profile")
    orientation = _orientation(image)
    if orientation == 1 and max(width, height) <= MAX_SIDE and _profile_fits(profile, image.mode):
        if kind == "PNG" and image.mode in _PNG_MODES:
            return Raster(data, "image/png", width, height, notes)
        if kind == "JPEG" and image.mode in ("L", "RGB"):
            return Raster(data, "image/jpeg", width, height, notes)
    result = _shrink(_plain(image, profile))
    if orientation != 1:
        result = result.transpose(_UPRIGHT[orientation])
        if orientation >= 5:
            width, height = height, width
    keep = profile if profile and _profile_fits(profile, result.mode) else None
    out = io.BytesIO()
    if _is_lossy(kind, data) and result.mode in ("L", "RGB"):
        result.save(out, "JPEG", quality=_JPEG_QUALITY, subsampling=0, icc_profile=keep)
        return Raster(out.getvalue(), "image/jpeg", width, height, notes)
    result.save(out, "PNG", icc_profile=keep)
    return Raster(out.getvalue(), "image/png", width, height, notes)


def _orientation(image: Image.Image) -> int:
    """How a camera was held, 1 (upright) to 8, by the EXIF tag of that name."""
    try:
        value = image.getexif().get(0x0112, 1)
    except Exception:  # noqa: BLE001 - damaged EXIF data says nothing about the image itself
        return 1
    return value if isinstance(value, int) and value in _UPRIGHT else 1


def _shrink(image: Image.Image) -> Image.Image:
    if max(image.size) <= MAX_SIDE:
        return image
    if image.mode in ("1", "P"):
        image = image.convert("RGBA" if "transparency" in image.info else "RGB")
    image.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS)
    return image


def _is_lossy(kind: str, data: bytes) -> bool:
    """Whether the image lost detail already, so that JPEG costs nothing that is still there."""
    return kind in ("JPEG", "MPO", "AVIF") or (kind == "WEBP" and b"VP8 " in data[:64])


def _plain(image: Image.Image, profile: bytes | None) -> Image.Image:
    """The image in a mode that PNG has; PDF/A allows no CMYK without a profile of its own."""
    mode = image.mode
    if mode in _PNG_MODES:
        return image
    if mode in ("RGBa", "La", "PA"):
        return image.convert("LA" if mode == "La" else "RGBA")
    if mode in ("F", "I"):
        # These modes have one band.
        low, high = cast("tuple[float, float]", image.getextrema())
        scale = 255 / (high - low) if high > low else 0.0
        offset = -low * scale
        return image.convert("F").point(lambda value: value * scale + offset).convert("L")
    if mode.startswith("I;16"):
        return image.convert("I").point(lambda value: value / 256).convert("L")
    if mode == "CMYK" and profile:
        try:
            converted = ImageCms.profileToProfile(
                image, ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
        except ImageCms.PyCMSError:
            return image.convert("RGB")
        return converted if converted is not None else image.convert("RGB")
    return image.convert("RGB")


def _profile_fits(profile: object, mode: str) -> bool:
    """Whether a colour profile may go into the PDF: it belongs to a display or camera and to the image's own colours.

    Header fields of ICC.1: device class at 12, colour space at 16, signature at 36.
    """
    if not profile:
        return True
    if not isinstance(profile, bytes) or len(profile) < 132 or profile[36:40] != b"acsp":
        return False
    space = b"GRAY" if mode in ("1", "L", "LA", "I;16") else b"RGB "
    return profile[12:16] in (b"mntr", b"scnr", b"spac") and profile[16:20] == space
