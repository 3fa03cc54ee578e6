"""`xpress export`: open the source, compare, render, write."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from confluence_xpress.bundle import Bundle
from confluence_xpress.cli.console import Console, Stage
from confluence_xpress.cli.delivery import Wishes, load_key, make_delivery
from confluence_xpress.cli.interrupt import interruptible
from confluence_xpress.cli.opening import Opened, Scope, open_scope, reading
from confluence_xpress.cli.output import Outputs
from confluence_xpress.cli.report import diagnostic_lines, size_text, usage_line
from confluence_xpress.cli.since import Since, look
from confluence_xpress.cli.targets import Targets, name_of_path, name_of_title
from confluence_xpress.collect import outline
from confluence_xpress.delivery import Delivery, standards_for
from confluence_xpress.render import Options
from confluence_xpress.sources.selection import Selection, select
from confluence_xpress.sources.source import Source
from confluence_xpress.templates import load_template, parse_settings

if TYPE_CHECKING:
    from confluence_xpress.delivery.exported import Exported
    from confluence_xpress.remote import Service

_REQUESTS = 4
"""At once, to a rendering service."""


@dataclass(frozen=True, slots=True)
class Request:
    """What the user asked for. `standards`: None if the user said nothing of them."""

    scope: Scope
    output: str
    template: str
    settings: Mapping[str, str]
    manifest: Path | None
    standards: tuple[str, ...] | None
    timestamp: int
    wishes: Wishes
    images: str
    since: Path | None
    jobs: int
    """0: as many as there are cores; with a service, four requests at once."""
    verbose: bool
    service: str = ""
    """The address of a rendering service; empty to render here."""
    pick: bool = False
    """The user chooses among the pages."""


def run_export(request: Request, console: Console) -> bool:
    """Do it. Returns whether anything was lost. Raises XPressError or OSError; then no file is written."""
    started = time.monotonic()
    template = load_template(request.template)
    delivery = make_delivery(request.wishes, request.timestamp)
    service = _service(request.service, delivery) if request.service else None
    options = Options(
        template,
        parse_settings(template.options, request.settings),
        standards_for(delivery, request.standards),
        request.timestamp,
        request.images,
    )
    with Outputs() as outputs, ExitStack() as stack:
        name = "export.pdf" if request.scope.online else name_of_path(Path(request.scope.names[0]))
        targets = Targets(name, request.output, request.manifest, outputs)
        targets.check(delivery.split)
        opened = interruptible(lambda: _opened(request, console))
        source = opened.source
        stack.enter_context(closing(source))
        selection = _picked(request, opened) if request.pick else opened.selection
        if selection is None:
            console.say("Nothing was picked; nothing was written.")
            return False
        bundle = outline(source, selection)
        if request.scope.online:
            targets = Targets(name_of_title(bundle.title), request.output, request.manifest, outputs)
            targets.check(delivery.split)
        since = None
        if request.since:
            since = look(request.since, source, bundle, options, delivery)
            if not since.changes:
                console.say(f"Nothing has changed since {since.time}; nothing was written.")
                return False
            for line in since.lines():
                console.say(line)
        if request.wishes.key:
            delivery = replace(delivery, signer=load_key(request.wishes.key, request.timestamp))
        exported = interruptible(
            lambda: _exported(request, console, source, bundle, options, delivery, targets, since, service)
        )
        targets.deliver()
    names = {page.id: page.title for page in bundle.pages}
    for line in diagnostic_lines(exported.diagnostics, names):
        console.say(line)
    for line in _summary(request, targets, exported, len(bundle.pages), time.monotonic() - started):
        console.say(line)
    if opened.connection and request.verbose:
        console.say(usage_line(opened.connection.usage))
    return any(diagnostic.lost for diagnostic in exported.diagnostics)


def _opened(request: Request, console: Console) -> Opened:
    with console.stages(reading(request.scope)) as progress:
        return open_scope(request.scope, console.note, progress)


def _picked(request: Request, opened: Opened) -> Selection | None:
    """What the user picks; None if it is nothing."""
    from confluence_xpress.cli.pick import pick

    site = opened.source.pages()
    ticked = [page.id for page in select(site, opened.selection)] if request.scope.selection != Selection() else []
    ids = pick(site, ticked, title=f"Pick pages of {request.scope.label}")
    return Selection(pages=ids) if ids else None


def _service(url: str, delivery: Delivery) -> Service:
    """The rendering service at an address. InputError if it can't be used."""
    from confluence_xpress.remote import check_possible, service_at

    check_possible(delivery)
    return service_at(url, os.environ)


def _exported(
    request: Request,
    console: Console,
    source: Source,
    bundle: Bundle,
    options: Options,
    delivery: Delivery,
    targets: Targets,
    since: Since | None,
    service: Service | None,
) -> Exported:
    # Late, so that the workers get ready meanwhile, and are not needed at all if nothing has changed.
    from confluence_xpress.render.part import Job

    what = f"Typesetting {_count(len(bundle.pages), 'Confluence page')}"
    where = f" at {service.host}" if service else ""
    labels: dict[str, str | Stage] = {
        **({"fetching": Stage("Fetching pages", "Fetching", "pages")} if source.concurrent else {}),
        "parts": Stage(f"{what}{where}", "Typesetting", "pages"),
        "finishing": "Writing the PDF",
    }
    with console.stages(labels) as progress:
        export, jobs = (_remote(service), _REQUESTS) if service else (_local(), cores())
        return export(
            source,
            Job(bundle, options),
            delivery,
            targets,
            jobs=request.jobs or jobs,
            changes=since.entry if since else None,
            progress=progress,
        )


def _local() -> Callable[..., Exported]:
    from confluence_xpress.export import export

    return export


def _remote(service: Service) -> Callable[..., Exported]:
    from confluence_xpress.cli.sites import hush_retries
    from confluence_xpress.remote.export import export_remote

    hush_retries()
    return partial(export_remote, service=service)


def _summary(request: Request, targets: Targets, exported: Exported, pages: int, seconds: float) -> Iterator[str]:
    size = f"{_count(exported.pages, 'page')}, {size_text(exported.size)}"
    if exported.embedded:
        size += f", with {_count(exported.embedded, 'attachment')}"
    yield f"{targets.written(exported)}: {size}, from {_count(pages, 'Confluence page')} in {seconds:.1f} s"
    if request.verbose and len(exported.files) > 1:
        for file in exported.files:
            yield f"  {file['file']}: {_count(file['pages'], 'page')}, {size_text(file['bytes'])}"
    before, after = exported.images
    if before and request.images != "original":
        yield f"Images: {size_text(after)} instead of {size_text(before)} (profile {request.images})"
    if request.verbose and exported.peak:
        yield f"Memory of the largest worker: {size_text(exported.peak)}"
    yield (
        f"Manifest: {targets.manifest_path}"
        if targets.manifest_path
        else "No manifest was written; --manifest OUT.json asks for one."
    )


def cores() -> int:
    """How many processors we may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
