"""An export whose typesetting a service does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Protocol

from confluence_xpress.bundle import Answer, Media, Page
from confluence_xpress.delivery import Delivery, Files
from confluence_xpress.delivery.exported import Exported
from confluence_xpress.delivery.scratch import scratch_file
from confluence_xpress.needs import Need, PageNeed
from confluence_xpress.remote.about import Limits, check, too_large
from confluence_xpress.remote.client import Client
from confluence_xpress.remote.document import MEDIA_TYPE, Receiver
from confluence_xpress.remote.gather import Gatherer
from confluence_xpress.remote.parts import Parts, smaller
from confluence_xpress.remote.refusals import ExpensiveError
from confluence_xpress.remote.requests import Requests
from confluence_xpress.remote.service import Service, check_possible
from confluence_xpress.remote.upload import Attached, Content, Upload
from confluence_xpress.render.changes import page_facts
from confluence_xpress.render.manifest import Manifest
from confluence_xpress.render.part import Job, PartTask
from confluence_xpress.render.plan import part_tasks
from confluence_xpress.render.produce import Progress
from confluence_xpress.render.spool import Spool
from confluence_xpress.sources.source import Source
from confluence_xpress.transforms.outline import outline
from confluence_xpress.wire.forms import Answered, AnswerForm, MediaForm, SourceForm
from confluence_xpress.wire.requests import answered, need_form


class NamedFiles(Files, Protocol):
    """Files whose names are known before they are made."""

    @property
    def name(self) -> str:
        """What the PDF is called; names of volumes are made of it, by `delivery.split.volume_name`."""


def export_remote(  # noqa: PLR0913 - those of `export`, and the service
    source: Source,
    job: Job,
    delivery: Delivery,
    files: NamedFiles,
    *,
    service: Service,
    jobs: int,
    changes: Manifest | None = None,
    progress: Progress | None = None,
) -> Exported:
    """Export the pages of the job's outline, as `export` does. Raises XPressError or OSError; content never raises.

    `jobs`: requests at once. `changes` and `progress` as for `export`.
    """
    check_possible(delivery)
    with Client(service) as client, scratch_file() as file:
        limits = check(client, job)
        run = _Run(
            client,
            source,
            job,
            delivery,
            limits,
            Spool(file),
            Requests(job, delivery, files.name),
            Gatherer(source, job, limits.file_bytes),
            changes,
        )
        return run.export(files, jobs, progress or (lambda _stage, _done, _known: None))


@dataclass(frozen=True, slots=True)
class _Run:
    """One export."""

    _client: Client
    _source: Source
    _job: Job
    _delivery: Delivery
    _limits: Limits
    _spool: Spool
    _requests: Requests
    _gatherer: Gatherer
    _changes: Manifest | None

    def export(self, files: Files, jobs: int, progress: Progress) -> Exported:
        pages = self._job.outline.pages
        self._source.expect(pages, lambda done, known: progress("fetching", done, known))
        receiver = Receiver(files, progress, self._client.host)
        tasks = part_tasks(self._job.outline, outline(pages), self._source.fulfil, self._delivery.split)
        first, second = next(tasks, None), next(tasks, None)
        again: tuple[PartTask, ...]
        if first and not second and len(pages) <= self._limits.pages:
            try:
                if exported := self._at_once(first, receiver):
                    return exported
                again = (first,)
            except ExpensiveError as error:
                again = smaller(first, error.code, error)
        else:
            again = tuple(task for task in (first, second) if task)
        parts = Parts(self._client, self._requests, self._gatherer, self._limits, jobs=jobs, spool=self._spool)
        upload = self._document({}, parts.make(chain(again, tasks), len(pages), progress))
        if not self._fits(upload):
            raise too_large(upload.size, self._limits, self._client.host)
        return self._client.post("/v1/assemble", upload, MEDIA_TYPE, receiver.take)

    def _at_once(self, task: PartTask, receiver: Receiver) -> Exported | None:
        """A document of one part; None if it is too large to be asked for by one request."""
        upload = self._document(self._gatherer.answers(task))
        return self._client.post("/v1/render", upload, MEDIA_TYPE, receiver.take) if self._fits(upload) else None

    def _document(self, answers: Mapping[Need, Answer], parts: Sequence[Content] | None = None) -> Upload:
        """The request for the document, of its parts or of answers."""
        files = Attached()
        shown = self._gatherer.shown()
        # The pages that the manifest may name are told in the order of the source.
        told = [answered(PageNeed(id=page.id), page, files.add_bytes) for page in shown]
        if self._delivery.attachments:
            told += [self._embedded(need, answer, files) for need, answer in self._gatherer.embedded(answers)]
        return self._requests.document(answers, self._about_source(shown), files, told, parts)

    def _embedded(self, need: Need, answer: Answer, files: Attached) -> Answered:
        """The answer for a file that goes into the PDF. Its bytes wait in the spool."""
        if not isinstance(answer, Media):
            return answered(need, answer, files.add_bytes)
        slot = self._spool.put(answer.data)
        name = files.add(Content(slot.length, lambda: self._spool.bytes(slot)))
        return Answered(need_form(need), AnswerForm(media=MediaForm(file=name, media_type=answer.media_type)))

    def _about_source(self, shown: Sequence[Page]) -> SourceForm:
        """What the manifest is to say of the source, by what is known now."""
        pages = (*self._job.outline.pages, *shown)
        digests = {page.id: digest for page in pages if (digest := page_facts(page, self._source.digest)["digest"])}
        return SourceForm(self._source.diagnostics, digests, self._changes)

    def _fits(self, upload: Upload) -> bool:
        return upload.size <= self._limits.request_bytes and upload.largest <= self._limits.file_bytes
