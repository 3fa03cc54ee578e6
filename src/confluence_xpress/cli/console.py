"""What the user sees: progress on a terminal, plain lines elsewhere, errors on standard error."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, ClassVar

from confluence_xpress.cli.stages import Running, Stage, Stages
from confluence_xpress.cli.terminal import safe_line

if TYPE_CHECKING:
    from confluence_xpress.cli.bars import Bars

__all__ = ["Advance", "Console", "Stage"]

Advance = Callable[[str, int, int], None]
"""Called with the stage, how much of it is done, and how much is known to be there (0: nobody knows). In any thread."""

_EVERY = 30.0
"""Seconds between lines that tell how far it is, where there is no bar."""

_ONCE = 5.0
"""Seconds in which the same note is not said again: many threads may have met with the same."""


class Console:
    """Messages on standard error, since standard output may carry the PDF. `clock`: seconds, from any beginning.

    Texts of others in messages can't steer the terminal, and nothing in them counts as markup.
    """

    _shown: ClassVar[Bars | None] = None
    """The bars on the terminal, which is there only once."""

    def __init__(self, quiet: bool = False, clock: Callable[[], float] = time.monotonic) -> None:
        self.quiet = quiet
        self.interactive = sys.stderr.isatty() and os.environ.get("TERM") not in ("dumb", "unknown") and not quiet
        self._clock = clock
        self._lock = threading.RLock()
        self._noted = ("", 0.0)

    def say(self, line: str = "") -> None:
        """One line, unless quiet; above the bars, if there are any. From any thread."""
        if self.quiet:
            return
        with self._lock:
            if bars := Console._shown:
                bars.say(safe_line(line))
            else:
                print(safe_line(line), file=sys.stderr, flush=True)

    def note(self, line: str) -> None:
        """Something about work that goes on, such as a wait that Confluence asks for; the same at most every 5 s."""
        with self._lock:
            before, told = self._noted
            now = self._clock()
            if line != before or now - told >= _ONCE:
                self._noted = (line, now)
                self.say(line)

    def error(self, message: str, hint: str = "") -> None:
        """What went wrong, and what to do. This ends the work, so bars go away, even those of another console."""
        if bars := Console._shown:
            bars.stop()
            Console._shown = None
        print(f"xpress: {safe_line(message)}", file=sys.stderr)
        if hint:
            print(f"  {safe_line(hint)}", file=sys.stderr)

    @contextmanager
    def stages(self, labels: Mapping[str, str | Stage], beside: Collection[str] = ("fetching",)) -> Iterator[Advance]:
        """Pieces of work by their names; the first begins now. Gives what moves them on.

        One follows the other, but for those named in `beside`, which go on while others begin, until they are done.
        A bar for each with numbers and times on a terminal; elsewhere one line for each when it begins, and how far
        it is every 30 seconds.
        """
        stages = Stages(labels, beside, self._clock())
        if self.interactive:
            yield from self._with_bars(stages)
        else:
            yield from self._with_lines(stages)

    def _with_bars(self, stages: Stages) -> Iterator[Advance]:
        from confluence_xpress.cli.bars import Bars

        lock = threading.Lock()

        def move(stage: str, done: int, known: int) -> None:
            with lock:
                stages.advance(stage, done, known, self._clock())

        def active() -> list[Running]:
            with lock:
                return stages.active

        with Bars(active, self._clock) as bars:
            Console._shown = bars
            try:
                yield move
            finally:
                Console._shown = None

    def _with_lines(self, stages: Stages) -> Iterator[Advance]:
        told = self._clock()
        for running in stages.active:
            self.say(running.stage.label)

        def tell(stage: str, done: int, known: int) -> None:
            nonlocal told
            with self._lock:
                now = self._clock()
                running, begins = stages.advance(stage, done, known, now)
                if begins:
                    told = now
                    self.say(running.stage.label)
                elif now - told >= _EVERY:
                    told = now
                    for each in stages.active:
                        if each.done:
                            self.say(each.line(now))

        yield tell
