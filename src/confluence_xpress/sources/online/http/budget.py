"""What an export has cost, as Atlassian counts it, and what it may cost."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

from confluence_xpress.sources.online.http.calls import Call
from confluence_xpress.sources.online.http.failures import BudgetError

_LISTS = ("results", "issues")


@dataclass(frozen=True, slots=True)
class Usage:
    """What was used. `bytes`: of answers, as they came; `waited`: seconds, because the site asked to."""

    calls: int = 0
    points: int = 0
    bytes: int = 0
    waited: float = 0


class Budget:
    """Counts calls and points, and stops when there are none left. For several threads.

    What a call costs is known when it is answered, so that the last calls, made at the same time, may cost more than
    what was left.
    """

    def __init__(self, most: int | None = None) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._calls = self._points = self._bytes = 0

    def begin(self) -> None:
        """Counts a call that is about to be made. BudgetError if no points are left for it."""
        with self._lock:
            if self._most is not None and self._points >= self._most:
                raise BudgetError(
                    f"the budget of {self._most:,} points is used up, by {self._calls:,} calls",
                    "Allow more, or export less at once.",
                    "the budget of the export was used up",
                )
            self._calls += 1
            self._points += 1

    def answered(self, call: Call, answer: Any) -> None:
        """Counts what an answer holds."""
        with self._lock:
            self._points += _objects(answer) * (2 if call.identity else 1)

    def received(self, size: int) -> None:
        """Counts bytes."""
        with self._lock:
            self._bytes += size

    def usage(self, waited: float) -> Usage:
        """All so far."""
        with self._lock:
            return Usage(self._calls, self._points, self._bytes, waited)

    def cost(self) -> float:
        """Points of a call, on average so far."""
        with self._lock:
            return self._points / self._calls if self._calls else 1.0


def _objects(answer: Any) -> int:
    if isinstance(answer, dict):
        for name in _LISTS:
            if isinstance(answer.get(name), list):
                return len(answer[name])
    return len(answer) if isinstance(answer, list) else 1
