"""Needs and rendering: what a bundle lacks, and what it looks like as a PDF.

Pure: the same bundle and options give the same bytes. Content never raises; what is lost is in the manifest.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass, replace

from confluence_xpress.bundle import Answer, Bundle, Unavailable
from confluence_xpress.diagnostics import Diagnostic
from confluence_xpress.lookup import Site
from confluence_xpress.needs import Need
from confluence_xpress.readers import read
from confluence_xpress.render.book import make_book, make_chapter
from confluence_xpress.render.dates import day_format
from confluence_xpress.render.manifest import Manifest, volume_facts
from confluence_xpress.render.options import Options
from confluence_xpress.render.part import Answers, CutTask, FinishTask, FrontTask, Job, PartTask, Question, Result, Task
from confluence_xpress.render.part_run import PartRun
from confluence_xpress.render.produce import Production, Told
from confluence_xpress.render.properties import make_properties
from confluence_xpress.render.sheets import cut_list, finish_part, make_sheets
from confluence_xpress.render.spool import Spool
from confluence_xpress.render.workshop import Workshop, unchecked
from confluence_xpress.tasks import Inline
from confluence_xpress.transforms.images import resolve_images
from confluence_xpress.transforms.pipeline import Options as TransformOptions
from confluence_xpress.transforms.pipeline import prepare
from confluence_xpress.writers.typst import page_file, write_part

_ABSENT = Unavailable("it is not in the bundle")

Work = Generator[Question, Answers, Result]


@dataclass(frozen=True, slots=True)
class Rendition:
    """A PDF, its manifest, what was found on the way, and how many pages it has."""

    pdf: bytes
    manifest: Manifest
    diagnostics: tuple[Diagnostic, ...]
    pages: int


def begin(job: Job) -> Callable[[Task], Work]:
    """What does the tasks of a document, one after the other: made once in each process."""
    shop = Workshop(job)

    def work(task: Task) -> Work:
        """The generator of a task."""
        match task:
            case PartTask():
                return (yield from PartRun(shop, task).run())
            case CutTask():
                return cut_list(shop, task.front)
            case FrontTask():
                return make_sheets(shop, task)
            case FinishTask():
                return finish_part(shop, task)

    return work


def needs(bundle: Bundle, options: Options, start: int = 0, stop: int | None = None) -> tuple[Need, ...]:
    """What the bundle still lacks for its pages, or for some of them; empty when they can be rendered."""
    site = Site(bundle, read)
    prepare(
        site,
        TransformOptions(
            numbering=options.settings.get("numbering") is True,
            images=lambda document, site, page: resolve_images(document, site, page, {}, unchecked),
        ),
        bundle.pages[start:stop],
    )
    return tuple(site.missing)


def render(bundle: Bundle, options: Options, found: Iterable[Diagnostic] = ()) -> Rendition:
    """The PDF of a complete bundle, in memory. `found`: diagnostics of the source, for the manifest."""
    job = Job(replace(bundle, answers={}), options)

    def answer(missing: tuple[Need, ...]) -> Mapping[Need, Answer]:
        return {need: bundle.answers.get(need, _ABSENT) for need in missing}

    book = make_book(bundle, options)
    runner: Inline[Job, Task, Question, Answers, Result] = Inline(begin, job)
    production = Production(job, book, runner, answer, Spool(io.BytesIO()))
    production.make_parts()
    production.make_front()
    out = io.BytesIO()
    production.write(0, out, make_properties(book, options))
    pdf = out.getvalue()
    facts = volume_facts("", book.title, production.volumes[0].pages, len(pdf), hashlib.sha256(pdf).hexdigest())
    of_source = tuple(found)
    manifest = json.loads(b"".join(production.manifest([facts], Told(of_source))))
    return Rendition(pdf, manifest, (*of_source, *production.diagnostics), production.volumes[0].pages)


def markup(bundle: Bundle, options: Options) -> str:
    """The Typst markup of a bundle's pages, one after the other."""
    shop = Workshop(Job(bundle, options))
    pages = prepare(
        Site(bundle, read),
        TransformOptions(
            numbering=options.settings.get("numbering") is True,
            images=lambda document, site, page: resolve_images(document, site, page, {}),
            tables=shop.tables,
        ),
    )
    chapters = [make_chapter(page, options) for page in pages]
    files = write_part(shop.book, chapters, day_format(shop.book.language))
    return "\n".join(files[page_file(index)] for index in range(len(chapters)))
