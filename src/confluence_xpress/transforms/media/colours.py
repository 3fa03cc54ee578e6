"""Colour modes and profiles: what PNG, JPEG and PDF/A can hold."""

from __future__ import annotations

import io
from typing import cast

from PIL import Image, ImageCms

PNG_MODES = ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")


def plain(image: Image.Image, profile: bytes | None) -> Image.Image:
    """The image in a mode that PNG has; PDF/A allows no CMYK without a profile of its own."""
    mode = image.mode
    if mode in PNG_MODES:
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


def profile_fits(profile: object, mode: str) -> bool:
    """Whether a colour profile may go into the PDF: it belongs to a display or camera and to the image's own colours.

    Header fields of ICC.1: device class at 12, colour space at 16, signature at 36.
    """
    if not profile:
        return True
    if not isinstance(profile, bytes) or len(profile) < 132 or profile[36:40] != b"acsp":
        return False
    space = b"GRAY" if mode in ("1", "L", "LA", "I;16") else b"RGB "
    return profile[12:16] in (b"mntr", b"scnr", b"spac") and profile[16:20] == space
