"""What the user sees: progress on a terminal, plain lines elsewhere, errors on standard error."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


class Console:
    """Messages on standard error, since standard output may carry the PDF."""

    def __init__(self, quiet: bool = False) -> None:
        self.quiet = quiet
        self.interactive = sys.stderr.isatty() and not quiet

    def say(self, line: str = "") -> None:
        """One line, unless quiet."""
        if not self.quiet:
            print(line, file=sys.stderr)

    def error(self, message: str, hint: str = "") -> None:
        """What went wrong, and what to do."""
        print(f"xpress: {message}", file=sys.stderr)
        if hint:
            print(f"  {hint}", file=sys.stderr)

    @contextmanager
    def step(self, label: str) -> Iterator[None]:
        """A piece of work: a spinner with the time on a terminal, one line elsewhere."""
        if not self.interactive:
            self.say(label)
            yield
            return
        from rich.console import Console as RichConsole
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
        with Progress(*columns, console=RichConsole(stderr=True), transient=True) as progress:
            progress.add_task(label, total=None)
            yield
