"""A document from its outline: parts, front matter, volumes, manifest.

No I/O of its own: needs are answered, tasks are run and files are opened by whoever calls.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import unquote

from confluence_xpress.bundle import Page
from confluence_xpress.diagnostics import Diagnostic, on_page
from confluence_xpress.errors import InternalError
from confluence_xpress.needs import Need
from confluence_xpress.render.changes import Digest, page_facts
from confluence_xpress.render.manifest import Manifest, manifest_chunks, manifest_head
from confluence_xpress.render.part import Answers, FinishTask, Job, Made, PartTask, Question, Result, Task
from confluence_xpress.render.plan import Split, cut_volumes, part_tasks, smaller
from confluence_xpress.render.spool import Slot, Spool
from confluence_xpress.render.volume import Kept, Volume
from confluence_xpress.tasks import Failure
from confluence_xpress.transforms.anchors import Names, page_label
from confluence_xpress.transforms.links import anchor_missing
from confluence_xpress.transforms.media import PROFILES, Cost, savings
from confluence_xpress.transforms.outline import outline
from confluence_xpress.typeset.finish import Target
from confluence_xpress.writers.typst import Book

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

    from confluence_xpress.typeset.assemble import Properties


class Runner(Protocol):
    """Has tasks done, here or elsewhere."""

    def run(
        self, next_task: Callable[[], Task | None], answer: Callable[[Question], Answers | Future[Answers]]
    ) -> Iterator[tuple[Task, Result | Failure]]:
        """Results as they come. `next_task` gives None when there is nothing to do right now."""


Progress = Callable[[str, int, int], None]
"""Called with the stage, how much of it is done, and how much there is."""


Reply = Callable[[tuple[Need, ...]], Answers | Future[Answers]]
"""Answers needs, perhaps later."""


def _unknown(_page: Page) -> str:
    return ""


@dataclass(slots=True)
class _Collected:
    """The parts as they come."""

    parts: dict[int, list[tuple[Kept, Slot, Slot]]] = field(default_factory=dict)
    """By the first page of their task: what is kept, and where names and records are."""
    diagnostics: dict[int, list[Diagnostic]] = field(default_factory=dict)

    def forget(self, start: int) -> None:
        """Drop what a task has made."""
        self.parts.pop(start, None)
        self.diagnostics.pop(start, None)


@dataclass(frozen=True, slots=True)
class Told:
    """What the host adds to the manifest."""

    diagnostics: Sequence[Diagnostic] = ()
    """Of the source."""
    head: Mapping[str, object] = field(default_factory=dict)
    """More entries before the pages."""
    tail: Mapping[str, object] = field(default_factory=dict)
    """More entries behind them."""
    digest: Digest = _unknown
    known: Mapping[str, Page] = field(default_factory=dict)
    """All pages of the source by their ids, for those that are shown without being selected."""


class Production:
    """One document being made."""

    def __init__(
        self,
        job: Job,
        book: Book,
        runner: Runner,
        answer: Reply,
        spool: Spool,
        *,
        split: Split | None = None,
        progress: Progress | None = None,
    ) -> None:
        self.job = job
        self.book = book
        self.diagnostics: list[Diagnostic] = []
        self.volumes: list[Volume] = []
        self.images: dict[str, Cost] = {}
        """What the images of the document cost, by path."""
        self._runner = runner
        self._answer = answer
        self._spool = spool
        self._split = split
        self._progress = progress or (lambda _stage, _done, _known: None)
        self._records: list[Slot] = []
        self._titles: dict[str, str] = {}
        self._names: dict[str, Slot] = {}
        self._places: dict[str, int] = {}
        self._looked_up: dict[tuple[str, str], str | None] = {}
        self._several = len(job.outline.pages) > 1
        self._included: set[str] = set()
        self._reported: set[Diagnostic] = set()
        self._finished = 0

    # Parts.

    def make_parts(self) -> None:
        """Have all parts typeset. A part that can't be made is split until the culprit is found."""
        for _ in self.parting():
            pass

    def parting(self) -> Iterator[int]:
        """The same step by step: how many pages of the outline are done so far."""
        outlined = self.job.outline
        places = outline(outlined.pages)
        fresh = part_tasks(outlined, places, self._now, self._split)
        again: deque[PartTask] = deque()
        collected = _Collected()
        done = 0

        def next_task() -> PartTask | None:
            return again.popleft() if again else next(fresh, None)

        def reply(question: Question) -> Answers | Future[Answers]:
            if not isinstance(question, Made):
                return self._answer(question)
            self._keep(question, collected)
            return {}

        for task, result in self._runner.run(next_task, reply):
            if not isinstance(task, PartTask):
                continue
            if isinstance(result, Failure):
                collected.forget(task.start)
                again.extend(smaller(task, result))
                continue
            done += task.stop - task.start
            self._progress("parts", done, len(outlined.pages))
            yield done
        self._gather(collected)

    def _now(self, needs: tuple[Need, ...]) -> Answers:
        """The answer, waited for."""
        answer = self._answer(needs)
        return answer.result() if isinstance(answer, Future) else answer

    def take_parts(self, parts: Iterable[Made]) -> None:
        """Parts that were made before, of this job, in any order, instead of making them."""
        collected = _Collected()
        for part in parts:
            self._keep(part, collected)
        self._gather(collected)

    def _gather(self, collected: _Collected) -> None:
        kept = []
        for start in sorted(collected.parts):
            self.diagnostics += collected.diagnostics[start]
            for part, names, records in collected.parts[start]:
                kept.append(part)
                self._records.append(records)
                for begin in part.begins:
                    self._names[begin.label] = names
        self.volumes = self._make_volumes(kept)

    def _keep(self, made: Made, collected: _Collected) -> None:
        """A part goes into the spool. The first one of a task that was begun again replaces what it made before."""
        if not made.place:
            collected.forget(made.start)
        part = made.part
        slim = Kept(
            self._spool.put(part.pdf),
            part.scan,
            part.labels,
            part.begins,
            part.lines,
            part.figures,
            part.tables,
            part.terms,
        )
        kept = (slim, self._spool.put(dict(part.names)), self._spool.put(part.records))
        collected.parts.setdefault(made.start, []).append(kept)
        collected.diagnostics.setdefault(made.start, []).extend(part.diagnostics)
        self._included |= part.included
        self.images |= part.images

    def _make_volumes(self, parts: Sequence[Kept]) -> list[Volume]:
        groups = cut_volumes(parts, self._split)
        name = self.book.words.get("volume", "{0} / {1}")
        several = len(groups) > 1
        return [
            Volume(
                replace(self.book, volume=name.format(number, len(groups)) if several else ""),
                self.job.options,
                group,
                self._spool,
            )
            for number, group in enumerate(groups, 1)
        ]

    # Front matter and links.

    def make_front(self) -> None:
        """Have covers and lists typeset; then all places in all volumes are known."""
        for index, volume in enumerate(self.volumes):
            volume.make_front(self._run, several=self._several)
            for label in volume.labels():
                self._places.setdefault(label, index)
            self._titles.update(volume.titles())

    def pages_of(self, index: int) -> list[Page]:
        """The pages that begin in a volume."""
        return [page for page in self.job.outline.pages if self._places.get(page_label(page.id)) == index]

    def write(self, index: int, out: SupportsWrite[bytes], properties: Properties, **options: Any) -> int:
        """One volume as a PDF. `options` and result are those of `Volume.write`."""
        volume = self.volumes[index]
        links = {address: self._target(address, index) for part in volume.sequence for address in part.scan.links}
        return volume.write(out, self._run, links, properties, **options)

    def _target(self, address: str, volume: int) -> Target:
        name, _, anchor = address.partition("#")
        label = self._resolve(name, unquote(anchor)) or name
        if label not in self._places:
            label = page_of(label)
        there = self._places.get(label, volume)
        file = self.volumes[there].file if there != volume else ""
        return Target(label, self._titles.get(label) or self._titles.get(page_of(label), ""), file)

    def _resolve(self, label: str, anchor: str) -> str | None:
        """The label that an anchor of a page means; None if the page has no such place."""
        if not anchor:
            return label
        key = (label, anchor)
        if key not in self._looked_up:
            slot = self._names.get(label)
            names: Mapping[str, Names] = self._spool.value(slot) if slot else {}
            found = next((names[page] for page in names if page_label(page) == label), None)
            self._looked_up[key] = found.find(anchor) if found else None
        return self._looked_up[key]

    def _run(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, Result]]:
        """Tasks without content of their own: they can't fail but by a defect, or in a crash that comes again."""
        rest = iter(tasks)
        for task, result in self._runner.run(lambda: next(rest, None), _no_answer):
            if isinstance(result, Failure):
                raise InternalError(f"A part of the document can't be finished: {result.reason} ({result.detail}).")
            if isinstance(task, FinishTask):
                self._finished += 1
                self._progress("finishing", self._finished, sum(len(volume.sequence) for volume in self.volumes))
            yield task, result

    # The manifest.

    def manifest(self, files: Sequence[Manifest], told: Told) -> Iterator[bytes]:
        """The manifest as JSON, page by page, as far as all is known by now. `files`: each volume's facts.

        `diagnostics` is complete when the last chunk has been taken.
        """
        head = manifest_head(self.book.title, self.job.options, files)
        head["images"] = savings(PROFILES[self.job.options.images], self.images)
        if self.job.outline.as_of:
            head["as_of"] = self.job.outline.as_of
        head["complete"] = not any(found.lost for found in (*told.diagnostics, *self.diagnostics))
        selected = {page.id for page in self.job.outline.pages}
        included = [
            page_facts(page, told.digest)
            for page in told.known.values()
            if page.id in self._included and page.id not in selected
        ]
        # Those diagnostics that come with the pages are in the list when it is their turn.
        diagnostics = chain(told.diagnostics, self.diagnostics)
        return manifest_chunks(
            {**head, **told.head}, self._pages(told.digest), {"included": included, **told.tail}, diagnostics
        )

    def _pages(self, digest: Digest) -> Iterator[Manifest]:
        places = [volume.places() for volume in self.volumes]
        titles = {page_label(page.id): page for page in self.job.outline.pages}
        for slot in self._records:
            for record in self._spool.value(slot):
                label = page_label(record["id"])
                volume = self._places.get(label)
                if volume is not None:
                    record |= {"volume": volume + 1, "pdf_page": places[volume][label].page + 1}
                for link in record["links"]:
                    if anchor := link.pop("anchor", ""):
                        link["place"] = self._followed(link["place"], anchor, titles, record["id"])
                yield {**page_facts(titles[label], digest), **record}

    def _followed(self, label: str, anchor: str, pages: Mapping[str, Page], page: str) -> str:
        """The place that a link to an anchor leads to; reported if it is only the page."""
        if found := self._resolve(label, anchor):
            return found
        (report,) = on_page(page, (anchor_missing(pages[label], anchor),))
        if report not in self._reported:
            self._reported.add(report)
            self.diagnostics.append(report)
        return label


def _no_answer(question: Question) -> Answers:
    raise InternalError(f"A task without content asks for something: {question}.")


def page_of(label: str) -> str:
    """The label of the page on which a label is."""
    return label.partition("-")[0]
