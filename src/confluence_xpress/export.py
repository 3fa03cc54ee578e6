"""An export: a source's pages become PDF files and a manifest, part by part, on all cores.

The host of the core for everything that runs on one machine: it answers needs from the source, has tasks done by
workers, keeps typeset parts in a temporary file, and writes the documents where it is told.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache

from confluence_xpress.delivery import Delivery, Files, deliver
from confluence_xpress.delivery.exported import Exported
from confluence_xpress.render import PRELOAD, Manifest, begin
from confluence_xpress.render.book import make_book
from confluence_xpress.render.part import Job
from confluence_xpress.render.produce import Production, Progress, Told
from confluence_xpress.render.spool import Spool
from confluence_xpress.sources.source import Source
from confluence_xpress.workers import Limits, Workers


def export(
    source: Source,
    job: Job,
    delivery: Delivery,
    files: Files,
    *,
    jobs: int,
    changes: Manifest | None = None,
    progress: Progress | None = None,
) -> Exported:
    """Export the pages of the job's outline. Raises XPressError or OSError; content never raises.

    `changes`: what the manifest says about those since an earlier export. `progress` is told of the stages
    “fetching”, “parts” and “finishing”.
    """
    tell = progress or (lambda _stage, _done, _known: None)
    with (
        _threads(jobs) as threads,
        tempfile.TemporaryFile() as file,
        Workers(jobs, begin, job, Limits(), preload=PRELOAD) as workers,
    ):
        source.expect(job.outline.pages, lambda done, known: tell("fetching", done, known))
        production = Production(
            job,
            make_book(job.outline, job.options),
            workers,
            (lambda needs: threads.submit(source.fulfil, needs)) if source.concurrent else source.fulfil,
            Spool(file),
            split=delivery.split,
            progress=tell,
        )
        production.make_parts()
        digest = cache(source.digest)

        def told() -> Told:
            known = {page.id: page for page in source.pages().pages}
            return Told(source.diagnostics, {} if changes is None else {"changes": changes}, {}, digest, known)

        facts, embedded = deliver(
            production, delivery, files, fulfil=source.fulfil, told=told, scratch=tempfile.TemporaryFile
        )
        return Exported(
            facts,
            sum(fact["pages"] for fact in facts),
            sum(fact["bytes"] for fact in facts),
            (*source.diagnostics, *production.diagnostics),
            embedded,
            (
                sum(cost.original for cost in production.images.values()),
                sum(cost.stored for cost in production.images.values()),
            ),
            workers.peak,
        )


@contextmanager
def _threads(count: int) -> Iterator[ThreadPoolExecutor]:
    """Threads that are not waited for if the work ends before theirs."""
    threads = ThreadPoolExecutor(count, "xpress-answers")
    try:
        yield threads
    finally:
        threads.shutdown(wait=False, cancel_futures=True)
