"""What becomes of the bytes of an image."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cost:
    """Bytes that an image takes."""

    original: int = 0
    """In the file as it came."""
    stored: int = 0
    """In the PDF; an estimate unless it is a JPEG."""
    held: int = 0
    """In memory, from when it is typeset until the document is finished; an estimate."""
    decoded: int = 0
    """In memory on top, for the moment in which it is decoded; an estimate."""


@dataclass(frozen=True, slots=True)
class Picture:
    """An SVG that the typesetter can draw without looking anywhere else."""

    svg: bytes
    width: float
    """Natural width in CSS pixels (1/96 inch)."""
    height: float
    notes: tuple[tuple[str, str], ...] = ()
    """Findings: the code of a diagnostic and its message."""
    cost: Cost = Cost()

    def path(self) -> str:
        """The name under which the typesetter finds it: the same content has the same."""
        return f"/media/{hashlib.sha256(self.svg).hexdigest()[:32]}.svg"


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Bytes that are no usable image, and why, in words for the reader."""

    reason: str


def number(value: float) -> str:
    """A length as SVG writes it, without needless digits."""
    return f"{value:.3f}".rstrip("0").rstrip(".")
