"""What the user sees: progress on a terminal, plain lines elsewhere, errors on standard error."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Advance = Callable[[int, int], None]
"""Called with how much is done and how much is known to be there."""


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
    def step(self, label: str) -> Iterator[Advance]:
        """A piece of work: a bar with the time on a terminal, one line elsewhere. Gives what moves the bar."""
        if not self.interactive:
            self.say(label)
            yield lambda _done, _known: None
            return
        from rich.console import Console as RichConsole
        from rich.markup import escape
        from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(bar_width=24), TimeElapsedColumn())
        with Progress(*columns, console=RichConsole(stderr=True), transient=True) as progress:
            # Without a total the bar pulses: the typesetter does not say how far it is.
            task = progress.add_task(escape(label), total=None)
            yield lambda done, known: progress.update(task, completed=done, total=known)
