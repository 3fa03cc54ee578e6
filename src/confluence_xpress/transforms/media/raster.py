"""Raster images: checked by decoding them whole, and left as they are where that is best."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image, UnidentifiedImageError

from confluence_xpress.transforms.media.colours import PNG_MODES, plain, profile_fits
from confluence_xpress.transforms.media.decode import decode, too_large
from confluence_xpress.transforms.media.encode import Encoded, compact, encoded, is_photo, jpeg, png, with_palette
from confluence_xpress.transforms.media.picture import Cost, Unreadable
from confluence_xpress.transforms.media.profile import ORIGINAL, Profile
from confluence_xpress.transforms.media.resample import resample

Shown = Callable[[float, float], tuple[float, float]]
"""From the natural size of an image in CSS pixels to the size at which it stands on paper, in points."""

FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "DIB", "TIFF", "ICO", "CUR", "AVIF", "JPEG2000", "PPM", "ICNS")
"""What Pillow may try. Not EPS or WMF (they run other programs) nor formats without a signature."""
MAX_SIDE = 4_000
"""Pixels a side. The longest side of an A4 page at 340 ppi."""
_WORTH = 0.9
"""Of the bytes that an image takes in the PDF: what saves less is not worth writing it anew."""
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
    notes: tuple[tuple[str, str], ...]
    cost: Cost


def read_raster(data: bytes, profile: Profile = ORIGINAL, shown: Shown | None = None) -> Raster | Unreadable:
    """The image as PNG or JPEG, upright, in grey or RGB, no larger than MAX_SIDE and than the profile wants it."""
    try:
        with warnings.catch_warnings(), Image.open(io.BytesIO(data), formats=FORMATS) as image:
            # An icon may hold a larger image than it says.
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            if reason := too_large(image):
                return Unreadable(reason)
            return _convert(image, data, profile, shown)
    except UnidentifiedImageError:
        return Unreadable("it is not an image of a known format")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return Unreadable("it has too many pixels")
    except MemoryError:
        return Unreadable("it takes too much memory")
    except Exception as error:  # noqa: BLE001 - Pillow's decoders raise nearly every exception there is on damaged files
        return Unreadable(f"the image is damaged ({error})" if str(error) else "the image is damaged")


def _convert(image: Image.Image, data: bytes, profile: Profile, shown: Shown | None) -> Raster:
    notes = _notes(image)
    orientation = _orientation(image)
    sides = image.size
    upright = sides[::-1] if orientation >= 5 else sides
    wanted = _wanted(upright, profile, shown)
    goal = wanted[::-1] if orientation >= 5 else wanted
    decode(image, *goal)
    best = _as_it_is(image, data, sides) if orientation == 1 else None
    if best is None or profile.ppi is not None or not best.affordable:
        photo = _is_lossy(image, data) or (profile.ppi is not None and is_photo(image))
        result = _write(image, goal, orientation, profile, photo=photo)
        while not result.affordable:
            goal = (max(1, goal[0] * 3 // 4), max(1, goal[1] * 3 // 4))
            result = _write(image, goal, orientation, profile, photo=photo)
        if best is None or not best.affordable or result.cost.stored <= _WORTH * best.cost.stored:
            best = result
    return Raster(best.data, best.media_type, *upright, notes, best.cost)


def _notes(image: Image.Image) -> tuple[tuple[str, str], ...]:
    kind = image.format
    if kind in _MOVING and getattr(image, "is_animated", False):
        return (("image-first-frame", f"only the first {'page' if kind == 'TIFF' else 'frame'} is shown"),)
    return ()


def _orientation(image: Image.Image) -> int:
    """How a camera was held, 1 (upright) to 8, by the EXIF tag of that name."""
    if image.format == "TIFF":
        return 1  # Pillow turns it while decoding
    try:
        value = image.getexif().get(0x0112, 1)
    except Exception:  # noqa: BLE001 - damaged EXIF data says nothing about the image itself
        return 1
    return value if isinstance(value, int) and value in _UPRIGHT else 1


def _wanted(size: tuple[int, int], profile: Profile, shown: Shown | None) -> tuple[int, int]:
    """The most pixels that are wanted of an image."""
    width, height = profile.pixels(*size, shown(*size) if shown else None)
    scale = min(1.0, MAX_SIDE / max(width, height))
    return max(1, int(width * scale)), max(1, int(height * scale))


def _as_it_is(image: Image.Image, data: bytes, sides: tuple[int, int]) -> Encoded | None:
    """The file itself if the typesetter and PDF/A take it."""
    if max(sides) > MAX_SIDE or not profile_fits(image.info.get("icc_profile"), image.mode):
        return None
    if image.format == "PNG" and image.mode in PNG_MODES:
        return encoded(data, "image/png", image)
    if image.format == "JPEG" and image.mode in ("L", "RGB"):
        return encoded(data, "image/jpeg", image)
    return None


def _write(image: Image.Image, goal: tuple[int, int], orientation: int, profile: Profile, *, photo: bool) -> Encoded:
    """The image written anew, upright, with at most so many pixels (as the image lies)."""
    colours = image.info.get("icc_profile")
    result = image
    if image.width > goal[0] or image.height > goal[1]:
        result = resample(image, min(image.width, goal[0]), min(image.height, goal[1]))
    result = plain(result, colours)
    if profile.ppi is not None:
        result = compact(result)
    if orientation != 1:
        result = result.transpose(_UPRIGHT[orientation])
    colours = colours if colours and profile_fits(colours, result.mode) else None
    if photo and result.mode in ("L", "RGB"):
        return jpeg(result, profile.quality, colours)
    return png(result if profile.ppi is None else with_palette(result), colours)


def _is_lossy(image: Image.Image, data: bytes) -> bool:
    """Whether the image lost detail already, so that JPEG costs nothing that is still there."""
    return image.format in ("JPEG", "MPO", "AVIF") or (image.format == "WEBP" and b"VP8 " in data[:64])
