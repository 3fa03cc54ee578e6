"""Image profiles: how finely images are kept."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Profile:
    """How finely images are kept."""

    name: str
    ppi: int | None
    """Most pixels per inch at the size at which an image is shown; None: as many as it has."""
    quality: int
    """JPEG quality, 1 to 95, of photos that are written anew."""

    def pixels(self, width: float, height: float, shown: tuple[float, float] | None) -> tuple[int, int]:
        """The most pixels wanted of an image of this natural size that is shown at this size in points."""
        if self.ppi is None or shown is None:
            return math.ceil(width), math.ceil(height)
        scale = min(1.0, max(shown[0] / width, shown[1] / height) / 72 * self.ppi)
        return math.ceil(width * scale), math.ceil(height * scale)


ORIGINAL = Profile("original", None, 92)
PROFILES: Mapping[str, Profile] = MappingProxyType(
    {
        profile.name: profile
        for profile in (ORIGINAL, Profile("print", 300, 90), Profile("screen", 150, 80), Profile("small", 96, 70))
    }
)
