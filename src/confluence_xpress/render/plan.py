"""Cutting a document into parts: by its content alone, so that the result is the same on any number of cores."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from confluence_xpress.bundle import Answer, Body, Bundle
from confluence_xpress.errors import InternalError
from confluence_xpress.needs import BodyNeed, Need
from confluence_xpress.render.part import PartTask
from confluence_xpress.render.volume import Kept
from confluence_xpress.tasks import Failure
from confluence_xpress.transforms.outline import Place

_REASONS = {
    "memory": "it takes too much memory",
    "time": "it takes too long",
    "crash": "the typesetter crashed",
    "output": "it becomes too long",
}
LAST_STEP = 2
"""The last step of reducing a page: a notice alone."""
MOST_PAGES = 48
"""Confluence pages in one part."""
MOST_BYTES = 160_000
"""Bytes of page bodies in one part: about 40 pages of a PDF."""
PARTS_IN_A_VOLUME = 6
"""At least, if volumes are to have a size."""
_BODY_BYTES_A_PAGE = 4_000
_PDF_BYTES_A_PAGE = 10_000
AT_ONCE = 48
"""Bodies asked for at once."""


@dataclass(frozen=True, slots=True)
class Split:
    """How a document is cut into volumes: by top-level pages, or by the most PDF pages or bytes of each."""

    by: Literal["top-level", "pages", "size"]
    most: int = 0

    @property
    def content(self) -> int:
        """Bytes of page bodies that fill a volume, roughly."""
        return (
            self.most * _BODY_BYTES_A_PAGE
            if self.by == "pages"
            else self.most * _BODY_BYTES_A_PAGE // _PDF_BYTES_A_PAGE
        )


AnswerNeeds = Callable[[tuple[Need, ...]], Mapping[Need, Answer]]


def part_tasks(
    outline: Bundle, places: Mapping[str, Place], answer: AnswerNeeds, split: Split | None
) -> Iterator[PartTask]:
    """The parts in order, each with the bodies of its pages. Bodies are fetched as the parts are taken.

    Volumes are made of whole parts: parts are small enough to fill them well, or end with their chapter.
    """
    pages = outline.pages
    chapters_apart = split is not None and split.by == "top-level"
    most = min(MOST_BYTES, split.content // PARTS_IN_A_VOLUME) if split and split.most else MOST_BYTES
    start, size = 0, 0
    bodies: dict[Need, Answer] = {}
    for index, body in enumerate(_bodies(outline, answer)):
        page = pages[index]
        length = len(body.value) if isinstance(body, Body) else 0
        full = index - start >= MOST_PAGES or size + length > most
        apart = chapters_apart and places[page.id].level == 1
        if index > start and (full or apart):
            yield PartTask(start, index, bodies)
            start, size, bodies = index, 0, {}
        size += length
        if body is not None:
            bodies[BodyNeed(page.id)] = body
    if pages:
        yield PartTask(start, len(pages), bodies)


def smaller(task: PartTask, failure: Failure) -> tuple[PartTask, ...]:
    """What to try instead of a part that can't be made: its halves, until one page is left; that one reduced."""
    if task.stop - task.start > 1:
        middle = (task.start + task.stop) // 2
        return (
            PartTask(task.start, middle, task.answers, task.reduced, task.reason),
            PartTask(middle, task.stop, task.answers, task.reduced, task.reason),
        )
    if task.reduced == LAST_STEP:
        raise InternalError(f"A page can't be typeset, nor can a notice in its place: {failure.detail}.")
    return (replace(task, reduced=task.reduced + 1, reason=_REASONS[failure.reason]),)


def cut_volumes(parts: Sequence[Kept], split: Split | None) -> list[list[Kept]]:
    """The parts of each volume; one volume unless the document is split. Only whole parts are moved."""
    if split is None:
        return [[*parts]]
    volumes: list[list[Kept]] = [[]]
    filled = 0
    for part in parts:
        size = part.pages if split.by == "pages" else part.scan.size
        full = filled + size > split.most
        if split.by == "top-level":
            full = bool(part.begins) and part.begins[0].chapter
        if full and volumes[-1]:
            volumes.append([])
            filled = 0
        volumes[-1].append(part)
        filled += size
    return volumes


def _bodies(outline: Bundle, answer: AnswerNeeds) -> Iterator[Answer | None]:
    """The body of each page in order; None for folders and the like, which have none."""
    pages = outline.pages
    for start in range(0, len(pages), AT_ONCE):
        some = pages[start : start + AT_ONCE]
        answers = answer(tuple(BodyNeed(page.id) for page in some if page.has_body))
        for page in some:
            yield answers[BodyNeed(page.id)] if page.has_body else None
