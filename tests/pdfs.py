"""What a finished PDF holds, read by a library that had no part in writing it: links, bookmarks, named places."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass

import pikepdf


@dataclass(frozen=True)
class Jump:
    """A link annotation: the PDF page it is on, and what it leads to: a page, an address, or a place in a file."""

    page: int
    to: int | None
    address: str = ""
    file: str = ""


@dataclass(frozen=True)
class Spot:
    """A place that a link or a bookmark leads to: PDF page (from 1), and points from the top of that page."""

    page: int
    below: float


def jumps(pdf: bytes) -> list[Jump]:
    """All links of a PDF in the order of its pages. A link that leads nowhere is a failure."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return list(_jumps(document))


def bookmarks(pdf: bytes) -> list[tuple[str, int]]:
    """Title and PDF page of each bookmark, in reading order."""
    return [(title, spot.page) for _, title, spot in outline(pdf)]


def outline(pdf: bytes) -> list[tuple[int, str, Spot]]:
    """Level (from 1), title and place of each bookmark, in reading order."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        places = _Places(document)
        return list(_bookmarks(document.Root.get("/Outlines"), places, 1))


def named_places(pdf: bytes) -> dict[str, Spot]:
    """The named destinations of a PDF."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        places = _Places(document)
        return {name: places.spot(target) for name, target in places.names.items()}


class _Places:
    """The named destinations of a document, and the numbers of its pages."""

    def __init__(self, document: pikepdf.Pdf) -> None:
        self._document = document
        self._numbers: dict[object, int] = {page.objgen: number for number, page in enumerate(document.pages, 1)}
        self.names: dict[str, pikepdf.Object] = {}
        if "/Names" in document.Root and "/Dests" in document.Root.Names:
            self.names = {str(key): value for key, value in pikepdf.NameTree(document.Root.Names.Dests).items()}

    def spot(self, target: pikepdf.Object) -> Spot:
        """The place that a destination means, a named one or not."""
        if isinstance(target, (pikepdf.String, pikepdf.Name)):
            found = self.names[str(target)]
            target = found.D if isinstance(found, pikepdf.Dictionary) else found
        assert isinstance(target, pikepdf.Array), f"{target!r} is no destination"
        number = self._numbers[target[0].objgen]
        box = self._document.pages[number - 1].mediabox
        return Spot(number, float(box[3]) - float(target[3]))


def _jumps(document: pikepdf.Pdf) -> Iterator[Jump]:
    places = _Places(document)
    for number, page in enumerate(document.pages, 1):
        for annotation in page.get("/Annots", pikepdf.Array()):
            if annotation.get("/Subtype") != "/Link":
                continue
            action = annotation.get("/A", pikepdf.Dictionary())
            if "/URI" in action:
                yield Jump(number, None, str(action.URI))
            elif action.get("/S") == "/GoToR":
                yield Jump(number, None, str(action.D), str(action.F.UF))
            else:
                target = annotation.get("/Dest", action.get("/D"))
                assert target is not None, f"a link on page {number} leads nowhere"
                yield Jump(number, places.spot(target).page)


def _bookmarks(parent: pikepdf.Object | None, places: _Places, level: int) -> Iterator[tuple[int, str, Spot]]:
    item = parent.get("/First") if parent is not None else None
    while item is not None:
        target = item.get("/Dest")
        if target is None:
            target = item.A.D
        yield level, str(item.Title), places.spot(target)
        yield from _bookmarks(item, places, level + 1)
        item = item.get("/Next")
