"""Where pages stand in the book, from metadata alone: levels and chapter numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from confluence_xpress.bundle import Page


@dataclass(frozen=True, slots=True)
class Place:
    """A page's place in the book. `number` is such as `2.1`; empty for an introduction."""

    level: int
    number: str
    leaf: bool = True
    """No page below it is exported. Only then can its headings be numbered below its number."""


def outline(pages: Sequence[Page]) -> dict[str, Place]:
    """The place of each page by id. Pages are in reading order; one whose parent did not come before it is a root.

    A single root with pages below it is the introduction: it has no number, and its children are the chapters.
    """
    children: dict[str, list[str]] = {}
    roots: list[str] = []
    known: dict[str, None] = {}
    for page in pages:
        if page.id in known:
            continue
        known[page.id] = None
        siblings = children.setdefault(page.parent, []) if page.parent in children else roots
        siblings.append(page.id)
        children[page.id] = []
    places: dict[str, Place] = {}
    if len(roots) == 1 and children[roots[0]]:
        places[roots[0]] = Place(1, "", leaf=False)
        roots = children[roots[0]]
    open_: list[tuple[str, Place]] = []
    for index, root in enumerate(roots, 1):
        open_.append((root, Place(1, str(index), not children[root])))
    while open_:
        page_id, place = open_.pop()
        places[page_id] = place
        for index, child in enumerate(children[page_id], 1):
            open_.append((child, Place(place.level + 1, f"{place.number}.{index}", not children[child])))
    return {page_id: places[page_id] for page_id in known}
