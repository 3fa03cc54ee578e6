"""Colour arithmetic: text must stay readable on whatever colour an author chose (WCAG 2 contrast)."""

from __future__ import annotations


def luminance(color: str) -> float:
    """Relative luminance of `#rrggbb`, 0 (black) to 1 (white)."""
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def is_dark(color: str) -> bool:
    """Whether white text is easier to read on it than the template's ink."""
    return 1.05 / (luminance(color) + 0.05) > (luminance(color) + 0.05) / (luminance("#172B4D") + 0.05)


def lozenge(color: str) -> tuple[str, str]:
    """Background and text colour of a status with a colour of its own."""
    return color, "#FFFFFF" if is_dark(color) else "#172B4D"
