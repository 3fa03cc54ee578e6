"""`xpress tree`."""

from __future__ import annotations

from contextlib import closing, nullcontext
from dataclasses import replace

from confluence_xpress.cli.console import Console
from confluence_xpress.cli.interrupt import interruptible
from confluence_xpress.cli.opening import Scope, open_scope, reading
from confluence_xpress.cli.page_tree import print_tree, print_tree_json
from confluence_xpress.cli.report import diagnostic_lines
from confluence_xpress.sources.selection import select


def run_tree(scope: Scope, *, as_json: bool, console: Console) -> None:
    """Print the tree. Raises XPressError."""
    if not scope.online:
        scope = replace(scope, below=False)
    # In a pipe or a file, nothing but the tree is of interest.
    with console.stages(reading(scope)) if console.interactive else nullcontext(_silent) as progress:
        opened = interruptible(lambda: open_scope(scope, console.note, progress))
    with closing(opened.source) as source:
        site = source.pages()
        pages = select(site, opened.selection)
        (print_tree_json if as_json else print_tree)(site, pages)
        for line in diagnostic_lines(source.diagnostics, {page.id: page.title for page in site.pages}):
            console.say(line)


def _silent(_stage: str, _done: int, _known: int) -> None:
    """Nobody looks."""
