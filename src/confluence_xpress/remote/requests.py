"""What an export asks the service for: requests with the answers and files that each needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias, cast

from confluence_xpress.bundle import Answer
from confluence_xpress.delivery import Delivery
from confluence_xpress.needs import Need
from confluence_xpress.remote.upload import Attached, Content, Upload
from confluence_xpress.render.part import Job, PartTask
from confluence_xpress.render.plan import Split
from confluence_xpress.wire.forms import Answered, DeliveryForm, Range, Request, SourceForm
from confluence_xpress.wire.requests import answered, encode

_Step: TypeAlias = Literal[0, 1, 2]
_Images: TypeAlias = Literal["original", "print", "screen", "small"]


class Requests:
    """The requests of one export. `name`: what the PDF is called."""

    def __init__(self, job: Job, delivery: Delivery, name: str) -> None:
        self._job = job
        self._delivery = delivery
        self._name = name
        # Passwords are only for who writes the document; the rest says which standards are possible.
        of_parts = DeliveryForm(attachments=delivery.attachments, manifest=delivery.manifest)
        self._of_parts = _open(self._request(of_parts, SourceForm()))

    def part(self, task: PartTask, answers: Mapping[Need, Answer]) -> Upload:
        """Has some of the pages typeset."""
        files = Attached()
        entries = [answered(need, answer, files.add_bytes) for need, answer in answers.items()]
        part = Range(task.start, task.stop, cast("_Step", task.reduced), task.reason)
        return Upload((self._of_parts, _entry("answers", entries), _entry("part", part), b"}"), files.contents)

    def document(
        self,
        answers: Mapping[Need, Answer],
        source: SourceForm,
        files: Attached,
        embedded: Sequence[Answered],
        parts: Sequence[Content] | None = None,
    ) -> Upload:
        """Asks for the document: of these parts, or (None) of the bundle.

        `embedded`: the answers for files that go into the PDF; those that were found are in `files` already.
        """
        form = delivery_form(self._delivery, self._name)
        entries = [*embedded, *(answered(need, answer, files.add_bytes) for need, answer in answers.items())]
        pieces = [_open(self._request(form, source)), _entry("answers", entries)]
        if parts is not None:
            pieces.append(_entry("parts", [files.add(part) for part in parts]))
        return Upload((*pieces, b"}"), files.contents)

    def _request(self, delivery: DeliveryForm, source: SourceForm) -> Request:
        outline, options = self._job.outline, self._job.options
        return Request(
            title=outline.title,
            pages=outline.pages,
            spaces=outline.spaces,
            as_of=outline.as_of,
            template=options.template.name,
            settings=options.settings,
            standards=options.standards,
            timestamp=options.timestamp,
            images=cast("_Images", options.images),
            delivery=delivery,
            source=source,
        )


def delivery_form(delivery: Delivery, name: str) -> DeliveryForm:
    """A delivery as a request says it."""
    protection = delivery.protection
    return DeliveryForm(
        name=name,
        split=_split(delivery.split),
        attachments=delivery.attachments,
        manifest=delivery.manifest,
        password=protection.user if protection else "",
        owner_password=protection.owner if protection else "",
        permissions=protection.allowed if protection else None,
        linearize=delivery.linearized,
    )


def _split(split: Split | None) -> str:
    if split is None:
        return ""
    if split.by == "size":
        return f"size={split.most // 1_000_000}MB"
    return f"pages={split.most}" if split.by == "pages" else split.by


def _open(request: Request) -> bytes:
    """A request as JSON that has not ended yet: pages and settings are the same in all requests."""
    return encode(request).removesuffix(b"}")


def _entry(name: str, value: object) -> bytes:
    """One more entry."""
    return b"," + encode(name) + b":" + encode(value)
