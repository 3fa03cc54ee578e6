"""What the service can do: needs, parts, a document of parts, a document, a preview."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import BinaryIO, Literal

from confluence_xpress.bundle import Answer, Bundle, Unavailable
from confluence_xpress.delivery import Delivery, deliver
from confluence_xpress.delivery.dispatch import LARGEST_FILE
from confluence_xpress.delivery.split import volume_name
from confluence_xpress.errors import InputError
from confluence_xpress.needs import AttachmentNeed, Need
from confluence_xpress.render.book import make_book
from confluence_xpress.render.core import begin, needs
from confluence_xpress.render.part import Answers, Job, Made, PartTask, Question, Result, Task
from confluence_xpress.render.produce import Production, Told
from confluence_xpress.render.spool import Spool
from confluence_xpress.service.output import File, Form, Output, shaped
from confluence_xpress.service.problems import Problem
from confluence_xpress.service.unpacking import ZipLimits
from confluence_xpress.tasks import Inline
from confluence_xpress.templates import Template
from confluence_xpress.typeset.preview import page_png, page_sizes, page_svg
from confluence_xpress.wire import parts as wire_parts
from confluence_xpress.wire.forms import (
    AssembleRequest,
    NeedsAnswer,
    NeedsRequest,
    PartsRequest,
    PreviewRequest,
    Progress,
    Range,
    Request,
)
from confluence_xpress.wire.requests import (
    MANIFEST,
    bundle_of,
    decode,
    delivery_of,
    encode,
    need_form,
    options_of,
    told_of,
)

Operation = Literal["needs", "parts", "assemble", "render", "preview"]
Turns = Generator[Progress, object, Output]

MOST_SHOWN = 20
"""Pages in one preview."""
_ABSENT = Unavailable("it is not in the bundle")
_SHOWN = re.compile(r"(\d{1,6})(?:-(\d{1,6}))?")


@dataclass(frozen=True, slots=True)
class Setup:
    """What all requests share: templates by name; Confluence pages that are rendered at once, and named at most."""

    templates: Mapping[str, Template]
    zip: ZipLimits
    pages: int = 2_000
    named: int = 100_000


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request as the core understands it."""

    bundle: Bundle
    job: Job
    delivery: Delivery
    told: Told
    """What the manifest says besides."""

    def fulfil(self, wanted: Iterable[Need]) -> Mapping[Need, Answer]:
        """Answers out of the bundle."""
        return {need: self.bundle.answers.get(need, _ABSENT) for need in wanted}


class _InMemory:
    """Volumes and manifest in memory."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.volumes: list[tuple[str, io.BytesIO]] = []
        self.told = io.BytesIO()

    def volume(self, number: int, count: int) -> tuple[str, BinaryIO]:
        name, file = volume_name(self._name, number, count), io.BytesIO()
        self.volumes.append((name, file))
        return name, file

    def manifest(self) -> BinaryIO:
        return self.told


def _asked(setup: Setup, request: Request, files: Mapping[str, bytes], now: int, *, most: int) -> _Asked:
    if len(request.pages) > most:
        raise Problem("too-large", f"The request names {len(request.pages)} pages; {most} are possible.")
    if request.template not in setup.templates:
        raise InputError("there is no template of this name", f"The service has {', '.join(sorted(setup.templates))}.")
    bundle = bundle_of(request, files)
    delivery = delivery_of(request.delivery)
    options = options_of(request, setup.templates[request.template], delivery, now)
    job = Job(replace(bundle, answers={}), options)
    return _Asked(bundle, job, delivery, told_of(request, bundle))


def _span(part: Range, count: int) -> tuple[int, int]:
    if not 0 <= part.start < part.stop <= count:
        raise InputError(f"part is not within the {count} pages", "Give start and stop, 0 ≤ start < stop ≤ pages.")
    return part.start, part.stop


def _needs(setup: Setup, files: Mapping[str, bytes], form: Form, now: int) -> Turns:
    yield from ()  # what is done at once has no progress to tell of
    request = decode(files["request"], NeedsRequest)
    asked = _asked(setup, request, files, now, most=setup.named if request.part else setup.pages)
    start, stop = _span(request.part, len(request.pages)) if request.part else (0, len(request.pages))
    missing = list(needs(asked.bundle, asked.job.options, start, stop))
    if asked.delivery.attachments and not request.part:
        wanted = [
            AttachmentNeed(page.id, file.title, file.file_id)
            for page in asked.bundle.pages
            for file in page.attachments
            if file.size <= LARGEST_FILE
        ]
        missing += [need for need in wanted if need not in asked.bundle.answers]
    answer = NeedsAnswer(tuple(need_form(need) for need in dict.fromkeys(missing)))
    return _given([File("needs.json", "application/json", encode(answer))], form, now)


def _parts(setup: Setup, files: Mapping[str, bytes], form: Form, now: int) -> Turns:
    yield from ()
    request = decode(files["request"], PartsRequest)
    asked = _asked(setup, request, files, now, most=setup.named)
    start, stop = _span(request.part, len(request.pages))
    if stop - start > setup.pages:
        raise Problem("too-large", f"The part has {stop - start} pages; {setup.pages} are possible.")
    made: list[Made] = []

    def reply(question: Question) -> Answers:
        if not isinstance(question, Made):
            return asked.fulfil(question)
        made.append(question)
        return {}

    tasks = iter([PartTask(start, stop, reduced=request.part.reduced, reason=request.part.reason)])
    for _ in _inline(asked.job).run(lambda: next(tasks, None), reply):
        pass
    sheets = sum(len(each.part.scan.sizes) for each in made)
    name = f"pages-{start}-{stop}.part"
    data = wire_parts.pack(asked.job, start, stop, made)
    lost = sum(found.lost for each in made for found in each.part.diagnostics)
    return _given([File(name, wire_parts.MEDIA_TYPE, data, sheets)], form, now, sheets, lost)


def _assemble(setup: Setup, files: Mapping[str, bytes], form: Form, now: int) -> Turns:
    request = decode(files["request"], AssembleRequest)
    asked = _asked(setup, request, files, now, most=setup.named)
    if absent := [name for name in request.parts if name not in files]:
        raise InputError(f"{len(absent)} of the parts were not sent", "Send each along under its name.")
    try:
        typeset = wire_parts.in_order(
            [wire_parts.unpack(files[name], asked.job, f"parts[{index}]") for index, name in enumerate(request.parts)],
            len(request.pages),
        )
    except InputError as error:
        raise Problem("part-unusable", f"{error.message}.", hint=error.hint) from error
    try:
        production = _production(asked)
        production.take_parts(made for each in typeset for made in each.made)
        return (yield from _delivered(production, asked, request, form))
    except (Problem, InputError, MemoryError):
        raise
    except Exception as error:  # parts come from outside: what breaks on them is no defect
        raise Problem("part-unusable", "A part is damaged.") from error


def _render(setup: Setup, files: Mapping[str, bytes], form: Form, now: int) -> Turns:
    request = decode(files["request"], Request)
    asked = _asked(setup, request, files, now, most=setup.pages)
    production = _production(asked)
    for done in production.parting():
        yield Progress("parts", done, len(request.pages))
    return (yield from _delivered(production, asked, request, form))


def _delivered(production: Production, asked: _Asked, request: Request, form: Form) -> Turns:
    yield Progress("finishing", 0, sum(volume.pages for volume in production.volumes))
    target = _InMemory(request.delivery.name)
    facts, _ = deliver(
        production, asked.delivery, target, fulfil=asked.fulfil, told=lambda: asked.told, scratch=io.BytesIO
    )
    pages = [int(fact["pages"]) for fact in facts]
    files = [
        File(name, "application/pdf", out.getvalue(), count)
        for (name, out), count in zip(target.volumes, pages, strict=True)
    ]
    if form != "file":
        files.append(File(MANIFEST, "application/json", target.told.getvalue()))
    return _given(files, form, asked.job.options.timestamp, sum(pages), _lost(request, production))


def _lost(request: Request, production: Production) -> int:
    return sum(found.lost for found in (*request.source.diagnostics, *production.diagnostics))


def _preview(setup: Setup, files: Mapping[str, bytes], form: Form, now: int) -> Turns:
    request = decode(files["request"], PreviewRequest)
    wanted = _wanted(request.show)
    asked = _asked(setup, request, files, now, most=setup.pages)
    production = _production(replace(asked, delivery=Delivery()))
    for done in production.parting():
        yield Progress("parts", done, len(request.pages))
    target = _InMemory("preview.pdf")
    deliver(production, Delivery(), target, fulfil=asked.fulfil, told=lambda: asked.told, scratch=io.BytesIO)
    pdf = target.volumes[0][1].getvalue()
    sizes = page_sizes(pdf)
    pictures = [_picture(pdf, index, sizes[index], request) for index in _shown(wanted, len(sizes))]
    return _given(pictures, form, asked.job.options.timestamp, len(sizes), _lost(request, production))


def _picture(pdf: bytes, index: int, size: tuple[float, float], request: PreviewRequest) -> File:
    name = f"page-{index + 1}.{request.format}"
    if request.format == "svg":
        return File(name, "image/svg+xml", page_svg(pdf, index, size))
    return File(name, "image/png", page_png(pdf, index, request.dpi))


def _wanted(text: str) -> list[tuple[int, int]]:
    """The first and last page (from 1) of each range in a text such as 1-3,7."""
    wanted = []
    for piece in text.replace(" ", "").split(","):
        found = _SHOWN.fullmatch(piece)
        if not found:
            raise InputError("show names no pages", "Write for example 1 or 1-3,7.")
        first, last = int(found[1]), int(found[2] or found[1])
        if not 1 <= first <= last:
            raise InputError("show names no pages", "Write for example 1 or 1-3,7.")
        wanted.append((first, last))
    return wanted


def _shown(wanted: Iterable[tuple[int, int]], count: int) -> list[int]:
    """The pages (from 0) that there are, of those that are wanted."""
    shown = {index for first, last in wanted for index in range(first - 1, min(last, count))}
    if not shown:
        raise InputError(f"the document has {count} pages", "Ask for one of these.")
    if len(shown) > MOST_SHOWN:
        raise InputError(f"{len(shown)} pages are too many for a preview", f"Ask for {MOST_SHOWN} at most.")
    return sorted(shown)


def _production(asked: _Asked) -> Production:
    book = make_book(asked.job.outline, asked.job.options)
    spool = Spool(io.BytesIO())
    return Production(asked.job, book, _inline(asked.job), asked.fulfil, spool, split=asked.delivery.split)


def _inline(job: Job) -> Inline[Job, Task, Question, Answers, Result]:
    return Inline(begin, job)


def _given(files: list[File], form: Form, timestamp: int, pages: int = 0, lost: int = 0) -> Output:
    return Output(shaped(files, form, timestamp, pages, lost), pages, lost)


OPERATIONS: Mapping[Operation, Callable[[Setup, Mapping[str, bytes], Form, int], Turns]] = {
    "needs": _needs,
    "parts": _parts,
    "assemble": _assemble,
    "render": _render,
    "preview": _preview,
}
