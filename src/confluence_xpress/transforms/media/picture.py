"""What becomes of the bytes of an image."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Picture:
    """An SVG that the typesetter can draw without looking anywhere else."""

    svg: bytes
    width: float
    """Natural width in CSS pixels (1/96 inch)."""
    height: float
    notes: tuple[tuple[str, str], ...] = ()
    """Findings: the code of a diagnostic and its message."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Bytes that are no usable image, and why, in words for the reader."""

    reason: str


def number(value: float) -> str:
    """A length as SVG writes it, without needless digits."""
    return f"{value:.3f}".rstrip("0").rstrip(".")
