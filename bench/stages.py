"""Where the CPU of one export goes: `python -m bench.stages RESULT.json ARGUMENT…` runs `xpress ARGUMENT…` in here.

The functions at the borders of the stages are wrapped, and CPU is charged to the innermost of them. All threads of the
process count, so the typesetter's are in.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

from bench.clock import Clock, replace
from confluence_xpress.cli import app, export
from confluence_xpress.cli.output import write_files
from confluence_xpress.readers import read
from confluence_xpress.render.book import make_book
from confluence_xpress.render.manifest import make_manifest, manifest_bytes
from confluence_xpress.sources.offline import OfflineSource
from confluence_xpress.sources.open import open_source
from confluence_xpress.transforms.pipeline import prepare
from confluence_xpress.typeset.engine import compile_pdf
from confluence_xpress.typeset.finish import finish
from confluence_xpress.typeset.fonts import load_fonts
from confluence_xpress.writers.typst import write_book

_BORDERS: tuple[tuple[str, Callable[..., object]], ...] = (
    ("other", export.run_export),
    ("files", open_source),
    ("files", write_files),
    ("read", read),
    ("transform", prepare),
    ("write", make_book),
    ("write", write_book),
    ("typeset", compile_pdf),
    ("typeset", load_fonts),
    ("finish", finish),
    ("manifest", make_manifest),
    ("manifest", manifest_bytes),
)


def main() -> None:
    """Run the export, and write the seconds by stage as JSON."""
    result, *arguments = sys.argv[1:]
    clock = Clock()
    OfflineSource.fulfil = clock.timed("files", OfflineSource.fulfil)  # type: ignore[method-assign]  # timed from outside, not changed
    for stage, function in _BORDERS:
        replace(function, clock.timed(stage, function))
    sys.argv = ["xpress", *arguments]
    try:
        app.main()
    finally:
        clock.charge()
        Path(result).write_text(json.dumps(clock.seconds), "utf-8")


if __name__ == "__main__":
    main()
