"""Gathers what pages need from their source, and files to embed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from confluence_xpress.bundle import Answer, Bundle, Media, Page, Unavailable
from confluence_xpress.collect import complete
from confluence_xpress.delivery.dispatch import LARGEST_FILE
from confluence_xpress.needs import AttachmentNeed, BodyNeed, ImageNeed, Need
from confluence_xpress.render.core import needs
from confluence_xpress.render.part import Job, PartTask
from confluence_xpress.render.plan import LAST_STEP
from confluence_xpress.sources.source import Source

_TOO_LARGE = Unavailable("it is larger than the rendering service takes")
_TOO_MUCH = Unavailable("the files of its page are more than the rendering service takes")


class Gatherer:
    """Answers the needs of a job's pages. `largest`: bytes that a file may have to be sent."""

    def __init__(self, source: Source, job: Job, largest: int) -> None:
        self._source = source
        self._job = job
        self._largest = largest
        self._read: set[str] = set()

    def answers(self, task: PartTask) -> Mapping[Need, Answer]:
        """All that a part needs."""
        if task.reduced == LAST_STEP:
            return {}
        pages = {page.id for page in self._job.outline.pages[task.start : task.stop]}
        # Half of a part still has the bodies of all of it.
        own: dict[Need, Answer] = {
            need: body for need, body in task.answers.items() if isinstance(need, BodyNeed) and need.page_id in pages
        }
        known = complete(
            self._source,
            replace(self._job.outline, answers=own),
            needs=lambda bundle: self._missing(bundle, task),
        ).answers
        self._read.update(need.page_id for need in known if isinstance(need, BodyNeed))
        return {need: self._sendable(answer) for need, answer in known.items()}

    def shown(self) -> list[Page]:
        """Pages beyond the selected ones that were read, as some of theirs may be shown; in the source's order."""
        selected = {page.id for page in self._job.outline.pages}
        return [page for page in self._source.pages().pages if page.id in self._read and page.id not in selected]

    def embedded(self, known: Mapping[Need, Answer]) -> Iterator[tuple[Need, Answer]]:
        """The files that are to be embedded, one at a time, apart from those that are known."""
        asked: dict[Need, None] = {}
        for page in self._job.outline.pages:
            for file in page.attachments:
                if file.size <= LARGEST_FILE:
                    asked[AttachmentNeed(page.id, file.title, file.file_id)] = None
        for need in asked:
            if need not in known:
                yield need, self._sendable(self._source.fulfil((need,))[need])

    def _missing(self, bundle: Bundle, task: PartTask) -> tuple[Need, ...]:
        missing = needs(bundle, self._job.options, task.start, task.stop)
        # Of a reduced page only the text is shown.
        return tuple(need for need in missing if not (task.reduced and isinstance(need, AttachmentNeed | ImageNeed)))

    def _sendable(self, answer: Answer) -> Answer:
        return _TOO_LARGE if isinstance(answer, Media) and len(answer.data) > self._largest else answer


def without_largest(answers: Mapping[Need, Answer]) -> Mapping[Need, Answer] | None:
    """The answers without their largest file; None if there is no file."""
    sizes = {need: len(answer.data) for need, answer in answers.items() if isinstance(answer, Media)}
    if not sizes:
        return None
    largest = max(sizes, key=lambda need: sizes[need])
    return {need: _TOO_MUCH if need == largest else answer for need, answer in answers.items()}
