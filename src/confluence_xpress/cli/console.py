"""What the user sees: progress on a terminal, plain lines elsewhere, errors on standard error."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

Advance = Callable[[str, int, int], None]
"""Called with the stage, how much of it is done, and how much is known to be there."""


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
    def stages(self, labels: Mapping[str, str]) -> Iterator[Advance]:
        """Pieces of work one after the other, by their names; the first begins now. Gives what moves them on.

        A bar with numbers and the time on a terminal; elsewhere one line for each when it begins.
        """
        begun = next(iter(labels))
        if not self.interactive:
            self.say(labels[begun])

            def tell(stage: str, _done: int, _known: int) -> None:
                nonlocal begun
                if stage != begun:
                    begun = stage
                    self.say(labels[stage])

            yield tell
            return
        from rich.console import Console as RichConsole
        from rich.markup import escape
        from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[count]}"),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=RichConsole(stderr=True), transient=True) as progress:
            # Without a total the bar pulses.
            task = progress.add_task(escape(labels[begun]), total=None, count="")

            def move(stage: str, done: int, known: int) -> None:
                count = f"{done:,} of {known:,}"
                progress.update(task, description=escape(labels[stage]), completed=done, total=known, count=count)

            yield move
