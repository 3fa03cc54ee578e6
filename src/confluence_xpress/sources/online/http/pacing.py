"""One gate for all calls: how many at once, how fast, and when the site has had enough.

A refusal (429) closes the gate for everybody, so that a site under load isn't asked again by each of our threads. When
it opens, fewer calls than before go through at once; each answer that is none lets it widen again.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Protocol

from confluence_xpress.sources.online.http.failures import BusyError, ClosedError
from confluence_xpress.sources.online.http.limits import Limits

_between = random.SystemRandom().uniform

_WORTH_TELLING = 3.0
"""Seconds of a wait that a person is told of."""
_SLOWEST = 2.0
"""Seconds between two calls when little is left of a limit; when nothing is, the site says so."""
_NEAR = 0.25
"""The same, when it doesn't say how little."""
_FIRST, _LONGEST = 0.5, 30.0
"""Seconds of waits where the site names none: the first, and what they grow to."""


class Clock(Protocol):
    """The time. Tests have one of their own, in which waiting takes none."""

    def monotonic(self) -> float:
        """Seconds from some moment."""

    def time(self) -> float:
        """Seconds from 1970 (UTC)."""

    def wait(self, condition: threading.Condition, seconds: float | None) -> None:
        """Waits for a notice on a condition that is held, at most so many seconds."""


class _SystemClock:
    monotonic = staticmethod(time.monotonic)
    time = staticmethod(time.time)

    @staticmethod
    def wait(condition: threading.Condition, seconds: float | None) -> None:
        condition.wait(seconds)


SYSTEM_CLOCK: Clock = _SystemClock()


class Gate:
    """Lets calls through, at most `most` at once. `tell` gets a line about each long wait."""

    def __init__(self, most: int, tell: Callable[[str], None], clock: Clock = SYSTEM_CLOCK) -> None:
        self.clock = clock
        self._most = most
        self._tell = tell
        self._condition = threading.Condition()
        self._closed = False
        self._running = 0
        self._allowed = float(most)
        self._opens = 0.0  # nobody goes through before
        self._next = 0.0  # the next one doesn't go through before
        self._spacing = 0.0
        self._refusals = 0  # in a row
        self._refused_at = float("-inf")
        self._told_until = 0.0
        self._waited, self._waited_until = 0.0, float("-inf")

    @property
    def closed(self) -> bool:
        """Whether nobody will go through any more."""
        return self._closed

    @property
    def waited(self) -> float:
        """Seconds in which at least one call had to wait because of the site."""
        with self._condition:
            return self._waited

    def close(self) -> None:
        """Ends all waiting at once, with ClosedError."""
        with self._condition:
            self._closed = True
            self._condition.notify_all()

    @contextmanager
    def slot(self, patience: float, ready: float = 0) -> Iterator[float]:
        """For the time of one call. Gives when it began.

        Waits until there is room, the site lets us, and it is `ready` (monotonic). BusyError if the site asks for more
        than `patience` seconds; ClosedError.
        """
        began = self._enter(patience, ready)
        try:
            yield began
        finally:
            with self._condition:
                self._running -= 1
                self._condition.notify_all()

    def _enter(self, patience: float, ready: float) -> float:
        with self._condition:
            while True:
                if self._closed:
                    raise stopped()
                now = self.clock.monotonic()
                if self._opens - now > patience:
                    raise self.busy(self._opens - now)
                until = max(ready, self._opens, self._next)
                if until > now:
                    self._count(now, until)
                    self.clock.wait(self._condition, until - now)
                elif self._running >= max(1, int(self._allowed)):
                    self.clock.wait(self._condition, None)
                else:
                    self._running += 1
                    self._next = now + self._spacing
                    return now

    def _count(self, begin: float, end: float) -> None:
        """What all wait for together is counted once."""
        self._waited += max(0.0, end - max(begin, self._waited_until))
        self._waited_until = max(self._waited_until, end)

    def heard(self, limits: Limits, began: float, cost: float = 1) -> None:
        """An answer that is no refusal came to a call that began then; calls cost so many points on average."""
        with self._condition:
            if began > self._refused_at:
                self._refusals = 0
                self._allowed = min(self._most, self._allowed + 0.5 / self._allowed)
            if limits.known:
                self._spacing = _spacing(limits, cost)
            if limits.used_up:
                self._shut(limits.used_up, quota=True)
            self._condition.notify_all()

    def refused(self, limits: Limits, began: float) -> None:
        """The site refused a call that began then, because of too many."""
        with self._condition:
            if began > self._refused_at:
                # The other calls that were under way then say nothing new.
                self._refused_at = self.clock.monotonic()
                self._refusals += 1
                self._allowed = max(1.0, self._allowed / 2)
            said = [seconds for seconds in (limits.wait, limits.reset if limits.quota else None) if seconds is not None]
            wait = backoff(self._refusals)
            if said:
                # A site that names no time to speak of is asked ever more rarely, as is one that names none.
                wait = max(said) if max(said) >= 1 else max(*said, wait)
            self._shut(wait, _between(0, min(1.0, 0.1 + wait / 10)), quota=limits.quota)

    def _shut(self, seconds: float, jitter: float = 0, *, quota: bool) -> None:
        now = self.clock.monotonic()
        self._opens = max(self._opens, now + seconds + jitter)
        why = "its quota is used up" if quota else "it is asked too much"
        self._announce(f"Confluence asks to wait {duration(seconds)}: {why}.", self._opens)

    def announce(self, line: str, until: float) -> None:
        """Tells of a wait until then (monotonic), if it is long and nobody has told of one like it."""
        with self._condition:
            self._announce(line, until)

    def _announce(self, line: str, until: float) -> None:
        if until - self.clock.monotonic() >= _WORTH_TELLING and until > self._told_until + 1:
            self._told_until = until
            self._tell(line)

    def busy(self, seconds: float) -> BusyError:
        """The failure if so many seconds are more than we wait."""
        when = datetime.fromtimestamp(self.clock.time() + seconds).astimezone()
        return BusyError(
            f"Confluence asks to wait {duration(seconds)}, until {when:%H:%M}, before it is asked anything more",
            f"Try again after {when:%H:%M}.",
            "Confluence allowed no more calls",
        )


def backoff(number: int) -> float:
    """Seconds to wait before trying again for the nth time, never twice the same."""
    longest = min(_LONGEST, _FIRST * 2.0 ** min(number - 1, 10))
    return longest * _between(0.5, 1)


def duration(seconds: float) -> str:
    """“45 s”, “12 min”, “1 h 5 min”."""
    if seconds < 100:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def stopped() -> ClosedError:
    """The failure of a call that we stopped ourselves."""
    return ClosedError("the connection to Confluence was closed", "", "the export was stopped")


def _spacing(limits: Limits, cost: float) -> float:
    """Seconds between calls, so that what is left lasts until there is more."""
    if not limits.near:
        return 0.0
    if limits.interval:
        return min(limits.interval, _SLOWEST)
    if limits.left and limits.reset:
        return min(max(_NEAR / 5, limits.reset / limits.left * cost), _SLOWEST)
    return _NEAR
