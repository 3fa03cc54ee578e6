"""The images of a run: prepared by one profile for the sizes at which they are shown, and what they cost."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping

from confluence_xpress.model import Asset, Image, Size
from confluence_xpress.transforms.media.picture import Cost, Picture, Unreadable
from confluence_xpress.transforms.media.prepare import prepare
from confluence_xpress.transforms.media.profile import Profile

Measure = Callable[[Image, Asset], tuple[float, float]]
"""Width and height in points that an image's author gave it, or that are natural."""
_ROOM = 24 * 2**20
"""Bytes of pictures that are remembered, so that a logo on every page is prepared once."""

_Uses = frozenset[tuple[Size | None, Size | None]]


class Album:
    """Prepares images for paper on which they can be at most so wide and tall, in points.

    It remembers what was used last, within bounds, so that it may live as long as a worker.
    """

    def __init__(self, profile: Profile, widest: float, tallest: float, measure: Measure) -> None:
        self.costs: dict[str, Cost] = {}
        """What each picture costs, by its path."""
        self._profile = profile
        self._widest = widest
        self._tallest = tallest
        self._measure = measure
        self._recent: dict[tuple[bytes, _Uses], Picture | Unreadable] = {}
        self._size = 0

    def picture(self, data: bytes, uses: Collection[Image]) -> Picture | Unreadable:
        """The file ready for the typesetter, fine enough for all these places in which it is shown."""
        sizes = frozenset((use.width, use.height) for use in uses) if self._profile.ppi else frozenset()
        key = (hashlib.sha256(data).digest(), sizes)
        found = self._recent.pop(key, None)
        if found is None:
            found = prepare(data, self._profile, lambda width, height: self._shown(width, height, uses))
            self._size += _weight(found)
        self._recent[key] = found
        while self._size > _ROOM and len(self._recent) > 1:
            self._size -= _weight(self._recent.pop(next(iter(self._recent))))
        if isinstance(found, Picture):
            self.costs[found.path()] = found.cost
        return found

    def _shown(self, width: float, height: float, uses: Collection[Image]) -> tuple[float, float]:
        """The largest size on paper of an image of this natural size."""
        sizes = [self._measure(use, Asset("", width, height)) for use in uses]
        fitted = [(w * scale, h * scale) for w, h in sizes for scale in [min(1.0, self._widest / w, self._tallest / h)]]
        return max(fitted, default=(self._widest, self._tallest))


def savings(profile: Profile, images: Mapping[str, Cost]) -> dict[str, object]:
    """What the manifest says about the images of a document, given by path: bytes as they came and as they are."""
    return {
        "profile": profile.name,
        "count": len(images),
        "bytes": sum(cost.original for cost in images.values()),
        "stored": sum(cost.stored for cost in images.values()),
    }


def _weight(picture: Picture | Unreadable) -> int:
    return len(picture.svg) if isinstance(picture, Picture) else 0
