"""Where words stand on the pages of a PDF, told by poppler; in points from the top left corner."""

from __future__ import annotations

import subprocess
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lxml import etree

# Boxes of lines that stand close to each other share a little; points.
_LEAST_WIDTH = 3.0
_LEAST_HEIGHT = 5.0


@dataclass(frozen=True)
class Word:
    """A word and its box. What lies wholly outside the page is not extracted at all: recall finds that."""

    text: str
    page: int
    left: float
    top: float
    right: float
    bottom: float
    page_width: float
    page_height: float

    def leaves(self, x: float, y: float) -> bool:
        """Whether it comes nearer to the page's edge than the margins x and y, or is not on the page at all."""
        return self.left < x or self.right > self.page_width - x or self.top < y or self.bottom > self.page_height - y


def word_boxes(pdf: bytes) -> Iterator[Word]:
    """All words of a PDF."""
    done = subprocess.run(
        ["pdftotext", "-bbox", "-enc", "UTF-8", "-", "-"], input=pdf, capture_output=True, check=True, timeout=300
    )
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True)
    root = etree.fromstring(done.stdout, parser)
    for number, page in enumerate(root.iter("page"), 1):
        width, height = float(page.get("width", 0)), float(page.get("height", 0))
        for word in page.iter("word"):
            left, top, right, bottom = (float(word.get(name, 0)) for name in ("xmin", "ymin", "xmax", "ymax"))
            yield Word(word.text or "", number, left, top, right, bottom, width, height)


def overlaps(words: Iterable[Word]) -> Iterator[tuple[Word, Word]]:
    """Pairs of words that stand on each other. The boxes of emoji are larger than what is drawn: they don't count."""
    by_page: dict[int, list[Word]] = {}
    for word in words:
        if not any(sign in "\ufe0f\u20e3" or unicodedata.category(sign) == "So" for sign in word.text):
            by_page.setdefault(word.page, []).append(word)
    for page in by_page.values():
        page.sort(key=lambda word: word.top)
        for index, upper in enumerate(page):
            for lower in page[index + 1 :]:
                if lower.top > upper.bottom - _LEAST_HEIGHT:
                    break
                width = min(upper.right, lower.right) - max(upper.left, lower.left)
                height = min(upper.bottom, lower.bottom) - lower.top
                if width > _LEAST_WIDTH and height > _LEAST_HEIGHT:
                    yield upper, lower
