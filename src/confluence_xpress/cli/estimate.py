"""How long it may still take, from how far it has come."""

from __future__ import annotations

from collections import deque

_FIRST_SECONDS = 2.0
_FIRST_SHARE = 0.05
"""Before both are reached, an estimate would be a guess."""

_SAMPLES = 200
_LEAST_SECONDS = 5.0
"""Shorter stretches say little about the speed."""


class Estimate:
    """The time left of one stage, at the speed of the later half of the time that it has taken so far.

    So a slow start is forgotten, a burst does not count for much, and while nothing moves the time left grows.
    """

    def __init__(self, started: float) -> None:
        self.started = started
        self._samples: deque[tuple[float, int]] = deque([(started, 0)])

    def add(self, now: float, done: int) -> None:
        """So much was done at this time, in seconds of any clock."""
        elapsed = now - self.started
        if now - self._samples[-1][0] >= elapsed / _SAMPLES:
            self._samples.append((now, done))
        while len(self._samples) > 2 and self._samples[1][0] <= now - max(_LEAST_SECONDS, elapsed / 2):
            self._samples.popleft()

    def left(self, now: float, done: int, known: int) -> float | None:
        """The seconds left; None if nobody can tell yet."""
        if not 0 < done < known or now - self.started < _FIRST_SECONDS or done / known < _FIRST_SHARE:
            return None
        then, before = self._samples[0]
        if done <= before or now <= then:
            return None
        return (known - done) * (now - then) / (done - before)


def left_text(seconds: float) -> str:
    """A time left as people say it: “35 s left”, “4 min left”, “1 h 20 min left”."""
    if seconds < 60:
        return f"{max(5, -(-round(seconds) // 5) * 5)} s left"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min left"
    hours, minutes = divmod(round(seconds / 600) * 10, 60)
    return f"{hours} h {minutes} min left" if minutes else f"{hours} h left"
