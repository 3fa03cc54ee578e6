"""`xpress export`: open the source, collect, render, write."""

from __future__ import annotations

import gc
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from confluence_xpress.cli.console import Console
from confluence_xpress.cli.output import check_target, write_files, write_stdout
from confluence_xpress.cli.report import diagnostic_lines, size_text
from confluence_xpress.collect import collect
from confluence_xpress.errors import InputError
from confluence_xpress.render import Options, Rendition, manifest_bytes, needs, remembering_reader, render
from confluence_xpress.sources.open import open_source
from confluence_xpress.sources.selection import Selection
from confluence_xpress.templates import load_template, parse_settings
from confluence_xpress.typeset.standards import check_standards

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Request:
    """What the user asked for."""

    source: Path
    output: str
    template: str
    settings: Mapping[str, str]
    selection: Selection
    manifest: Path | None
    standards: tuple[str, ...]
    timestamp: int


def run_export(request: Request, console: Console) -> bool:
    """Do it. Returns whether anything was lost. Raises XPressError or OSError; then no file is written."""
    started = time.monotonic()
    template = load_template(request.template)
    options = Options(
        template,
        parse_settings(template.options, request.settings),
        check_standards(request.standards),
        request.timestamp,
    )
    to_stdout = request.output == "-"
    target = Path(request.output or _default_name(request.source))
    manifest = request.manifest or (None if to_stdout else target.with_suffix(".manifest.json"))
    if not to_stdout:
        check_target(target, "the PDF")
    if manifest:
        check_target(manifest, "the manifest")
        if not to_stdout and manifest.resolve() == target.resolve():
            raise InputError(f"{target} can't be both the PDF and the manifest", "Give them different names.")

    reader = remembering_reader()
    # Documents are trees without cycles: looking for garbage among them costs a tenth of our time and finds nothing.
    gc.freeze()
    gc.set_threshold(200_000, 20, 50)

    def work() -> tuple[Rendition, int]:
        with console.step(f"Reading {request.source}") as advance:
            source = open_source(request.source)
            bundle = collect(
                source, request.selection, needs=lambda bundle: needs(bundle, options, reader), progress=advance
            )
        with console.step(f"Typesetting {_count(len(bundle.pages), 'Confluence page')}"):
            return render(bundle, options, source.diagnostics, reader), len(bundle.pages)

    rendition, pages = interruptible(work)
    files = {} if to_stdout else {target: rendition.pdf}
    if manifest:
        files[manifest] = manifest_bytes(rendition.manifest)
    write_files(files)
    if to_stdout:
        write_stdout(rendition.pdf)
    lost = any(diagnostic.lost for diagnostic in rendition.diagnostics)
    names = {page["id"]: page["title"] for page in rendition.manifest["pages"]}
    for line in diagnostic_lines(rendition.diagnostics, names):
        console.say(line)
    where = "PDF on standard output" if to_stdout else str(target)
    size = f"{_count(rendition.facts.pages, 'page')}, {size_text(len(rendition.pdf))}"
    console.say(f"{where}: {size}, from {_count(pages, 'Confluence page')} in {time.monotonic() - started:.1f} s")
    console.say(f"Manifest: {manifest}" if manifest else "No manifest was written; --manifest OUT.json asks for one.")
    return lost


def interruptible(work: Callable[[], T]) -> T:
    """The result of `work`, done in a thread of its own: the typesetter does not see Ctrl-C, the main thread does."""
    results: list[T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(work())
        except BaseException as error:  # noqa: BLE001 - handed to the main thread, which raises it
            errors.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(0.05)
    if errors:
        raise errors[0]
    return results[0]


def _default_name(source: Path) -> str:
    stem = re.sub(
        r"(\.(storage|adf|view))?\.(xml|xhtml|html?|json|zip)$", "", source.resolve().name, flags=re.IGNORECASE
    )
    return f"{stem or 'export'}.pdf"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
