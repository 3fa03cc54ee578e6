"""Progress bars on a terminal. `rich` is imported here, so that nobody waits for it who sees no bar."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Self

from rich.cells import cell_len
from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from confluence_xpress.cli.stages import Running

_WIDE = 100
"""From so many columns on there is room for a long bar and for the time since the beginning beside the time left."""

_NARROW = 72
"""Below it the bar is short."""


class Bars:
    """A line for each stage that goes on: what, how far, and how long still. On standard error, and gone at the end.

    `active`: gives the stages; called several times a second, in another thread.
    """

    def __init__(self, active: Callable[[], list[Running]], clock: Callable[[], float]) -> None:
        self._active = active
        self._clock = clock
        self._console = Console(stderr=True, markup=False, highlight=False, emoji=False)
        self._spinner = Spinner("line" if self._console.options.ascii_only else "dots", style="cyan")
        # Standard output is left alone: it may carry the PDF.
        self._live = Live(
            console=self._console,
            transient=True,
            redirect_stdout=False,
            get_renderable=self._table,
            refresh_per_second=8,
        )

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Take the bars away and show the cursor again. Twice does no harm."""
        self._live.stop()

    def say(self, line: str) -> None:
        """A line above the bars; from any thread."""
        self._console.print(Text(line), soft_wrap=True)

    def _table(self) -> Table:
        now, wide = self._clock(), self._console.width >= _WIDE
        bar = 24 if wide else 6 if self._console.width < _NARROW else 12
        active = self._active()
        texts = [_texts(each, now, wide=wide) for each in active]
        others = sum(max(map(cell_len, column)) for column in zip(*texts, strict=True))
        table = Table.grid(padding=(0, 1))
        table.add_column(no_wrap=True)
        # Where it is narrow, what a stage is called gives way first.
        room = max(8, self._console.width - others - bar - 1 - 5)
        table.add_column(no_wrap=True, overflow="ellipsis", max_width=room)
        for _ in range(4):
            table.add_column(no_wrap=True)
        for running, (count, elapsed, left) in zip(active, texts, strict=True):
            # Without an end the bar pulses.
            progress = ProgressBar(running.known or None, running.done, width=bar, animation_time=now)
            label = Text(running.stage.label)
            table.add_row(self._spinner, label, progress, Text(count), Text(elapsed, "cyan"), Text(left, "cyan"))
        return table


def _texts(running: Running, now: float, *, wide: bool) -> tuple[str, str, str]:
    """How far, since when, how long still; of the times only one where it is narrow."""
    left = running.left(now)
    elapsed = "" if left and not wide else elapsed_text(now - running.estimate.started)
    return running.stage.counted(running.done, running.known), elapsed, left


def elapsed_text(seconds: float) -> str:
    """A time since the beginning, as a clock shows it."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
