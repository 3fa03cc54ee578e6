"""Where the CPU of one export goes: `python -m bench.stages RESULT.json ARGUMENT…` runs `xpress ARGUMENT…` in here.

What workers would do is done in this process, one task after the other. The functions at the borders of the stages are
wrapped, and CPU is charged to the innermost of them. What workers cost besides their tasks (starting them, carrying
tasks and results) is not in it.
"""

from __future__ import annotations

import gc
import json
import sys
from collections.abc import Callable, Collection, Iterator
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec

from bench.clock import Clock, replace, stepwise
from confluence_xpress.cli import app
from confluence_xpress.cli.export import run_export
from confluence_xpress.cli.targets import Targets
from confluence_xpress.collect import outline
from confluence_xpress.export import export
from confluence_xpress.readers import read
from confluence_xpress.render import begin
from confluence_xpress.render.book import make_book, make_chapter
from confluence_xpress.render.entries import manifest_entry
from confluence_xpress.render.inspection import inspected
from confluence_xpress.render.part import figure_lines, index_terms, outline_lines
from confluence_xpress.render.produce import Production
from confluence_xpress.render.sheets import cut_list, finish_part, make_sheets
from confluence_xpress.sources.offline import OfflineSource
from confluence_xpress.sources.open import open_source
from confluence_xpress.tasks import Inline
from confluence_xpress.typeset.engine import compile_pdf, forget, unshown
from confluence_xpress.typeset.finish import finish, scan
from confluence_xpress.typeset.fonts import load_fonts
from confluence_xpress.workers import Workers, warm_up
from confluence_xpress.workers.worker import settle
from confluence_xpress.writers.typst.document import labels, write_part

P = ParamSpec("P")

_BORDERS: tuple[tuple[str, Callable[..., object], Collection[str]], ...] = (
    ("other", run_export, ()),
    ("source", open_source, ()),
    ("source", outline, ()),
    ("assemble", export, ()),
    ("read", read, ()),
    ("write", make_book, ()),
    ("write", make_chapter, ()),
    ("write", write_part, ()),
    ("write", labels, ()),
    ("write", outline_lines, ()),
    ("write", figure_lines, ()),
    ("write", index_terms, ()),
    ("write", cut_list, ()),
    ("write", make_sheets, ()),
    ("typeset", load_fonts, ()),
    ("typeset", unshown, ()),
    ("typeset", forget, ()),
    ("typeset", compile_pdf, ("furniture", "assemble")),
    ("furniture", finish_part, ()),
    ("finish", finish, ()),
    ("finish", scan, ()),
    ("inspect", inspected, ()),
    ("manifest", manifest_entry, ()),
)
"""Stage, function, and the stages that the function is a part of when they call it."""


class Here(Inline[Any, Any, Any, Any, Any]):
    """In the place of workers."""

    peak = 0

    def __init__(self, _jobs: int, begin: Any, setup: Any, *_: object, **__: object) -> None:
        super().__init__(begin, setup)


def main() -> None:
    """Run the export, and write the seconds by stage as JSON."""
    result, *arguments = sys.argv[1:]
    clock = Clock()
    divide(clock)
    sys.argv = ["xpress", *arguments]
    try:
        app.main()
    finally:
        clock.charge()
        Path(result).write_text(json.dumps(clock.seconds), "utf-8")


def divide(clock: Clock) -> None:
    """From now on, exports are done in this process, and the clock charges what they call."""
    host = gc.get_threshold()
    settle()
    worker = gc.get_threshold()
    gc.set_threshold(*host)

    def in_worker(step: Callable[[Any], Any]) -> Callable[[Any], Any]:
        """A step of a task, collecting garbage as seldom as workers do. What has no stage of its own transforms."""

        @wraps(step)
        def call(sent: Any) -> Any:
            gc.set_threshold(*worker)
            try:
                return step(sent)
            finally:
                gc.set_threshold(*host)

        return clock.timed("transform", call)

    replace(begin, lambda job: stepwise(clock.timed("transform", begin)(job), in_worker))
    replace(Workers, Here)
    replace(warm_up, lambda _preload: None)
    for stage, function, within in _BORDERS:
        replace(function, clock.timed(stage, function, within))
    methods: tuple[tuple[type, str, object], ...] = (
        (OfflineSource, "fulfil", clock.timed("source", OfflineSource.fulfil)),
        (Targets, "deliver", clock.timed("assemble", Targets.deliver)),
        (Production, "manifest", _in_steps(clock, Production.manifest)),
    )
    for owner, name, timed in methods:
        setattr(owner, name, timed)


def _in_steps(clock: Clock, manifest: Callable[P, Iterator[bytes]]) -> Callable[P, Iterator[bytes]]:
    def call(*args: P.args, **kwargs: P.kwargs) -> Iterator[bytes]:
        chunks = manifest(*args, **kwargs)
        following = clock.timed("manifest", lambda: next(chunks, None))
        while (chunk := following()) is not None:
            yield chunk

    return call


if __name__ == "__main__":
    main()
