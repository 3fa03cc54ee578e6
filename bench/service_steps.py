"""What is measured of the service: each step puts a load on it and says what came of it."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

from bench.service_client import Answer, Stream, run
from bench.service_content import PAGES, book_request, page_request, shots
from bench.service_figures import Figures, figures, latency
from bench.service_process import Running

PAGE = "page"
BOOK = "book"
LIGHT = "light"
GOAL_RATE = 60.0
"""One-page renders a second that the service is to bear."""
SHARE = 0.8
"""How much of what it can do at most a service is loaded with that is well run."""
OVERLOAD = 3.0
_LANES = 4
_SETTLE = 2.0
"""Seconds between two steps."""
_RECOVERED = 0.5
"""Seconds that an answer may take at most when the service has recovered."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How long each step takes, in seconds; Confluence pages of the large document; renders that memory is looked at
    for, and how often."""

    alone: float = 15
    capacity: float = 20
    steady: float = 60
    beside: float = 60
    overload: float = 20
    recovery: float = 10
    fairness: float = 30
    book: int = 100
    renders: int = 5_000
    looks: int = 5
    peers: float = 20


QUICK = Scale(2, 2, 3, 5, 3, 3, 3, 12, 100, 2, 3)
"""Does it work at all? The figures mean nothing."""


class Steps:
    """All steps, on one service."""

    def __init__(self, service: Running, scale: Scale, what: str) -> None:
        self._service = service
        self._scale = scale
        self._what = what
        callers = list(service.keys)
        pages = [page_request(index) for index in range(PAGES)]
        self._pages = shots(pages, service.keys)
        self._dense = shots([page_request(index, "dense") for index in range(PAGES)], service.keys)
        self._flood = shots(pages, {callers[0]: service.keys[callers[0]]})
        self._light = shots(pages, {callers[1]: service.keys[callers[1]]})
        self._keys = service.keys

    def warm(self) -> None:
        """The first requests, which nobody counts."""
        run(self._service.target, [self._stream(lanes=_LANES, most=60)], 30)

    def alone(self) -> Figures:
        """One request after the other."""
        return self._measure("one at a time", [self._stream()], self._scale.alone)[0]

    def capacity(self) -> Figures:
        """As many as it can do for a few clients, each of which waits for its answer."""
        return self._measure(f"{_LANES} at a time", [self._stream(lanes=_LANES)], self._scale.capacity)[0]

    def dense(self) -> list[Figures]:
        """Pages with a table and a panel: one after the other, and as many as it can do."""
        alone = Stream(PAGE, self._dense)
        several = Stream(PAGE, self._dense, lanes=_LANES)
        return [
            self._measure("dense pages, one at a time", [alone], self._scale.alone)[0],
            self._measure(f"dense pages, {_LANES} at a time", [several], self._scale.capacity)[0],
        ]

    def steady(self, rate: float) -> Figures:
        """So many a second, at random moments."""
        return self._measure(f"{rate:.0f} a second", [self._stream(rate)], self._scale.steady)[0]

    def beside(self, rate: float) -> Figures:
        """The same beside a large document, which is rendered again and again."""
        large = Stream(BOOK, shots([book_request(self._scale.book)], self._keys))
        found, answers = self._measure(
            f"{rate:.0f} a second beside a large document", [self._stream(rate), large], self._scale.beside
        )
        books = [answer for answer in answers if answer.kind == BOOK]
        found["book"] = {
            "pages": max((answer.pages for answer in books), default=0),
            "documents": sum(answer.status == 200 for answer in books),
            "requests": len(books),
            **latency(answer for answer in books if answer.status == 200),
        }
        return found

    def overload(self, capacity: float) -> Figures:
        """Far more than it can do; and what comes after."""
        rate = OVERLOAD * capacity
        streams = [self._stream(rate)]
        found, answers = self._measure(f"{rate:.0f} a second: overload", streams, self._scale.overload)
        found["drained"] = max((answer.done for answer in answers), default=0) - self._scale.overload
        after, later = self._measure(
            "recovery", [self._stream(capacity / 4)], self._scale.recovery, settle=0, patience=30
        )
        slow = [answer.due for answer in later if answer.status != 200 or answer.latency > _RECOVERED]
        found["recovery"] = after | {"seconds_to_recover": max(slow, default=0.0)}
        return found

    def fairness(self, capacity: float) -> Figures:
        """One caller sends far more than the service can do, another one request a second."""
        flood = Stream("flood", self._flood, OVERLOAD * capacity)
        light = Stream(LIGHT, self._light, 1)
        found, answers = self._measure("a flood, and a light caller", [flood, light], self._scale.fairness)
        own = [answer for answer in answers if answer.kind == LIGHT]
        good = [answer for answer in own if answer.status == 200]
        found["light"] = {"requests": len(own), "documents": len(good), **latency(good)}
        return found

    def memory(self) -> list[Figures]:
        """Resident memory at the start, and as renders are done. `new`: workers that took the place of others."""
        found = []
        known: set[int] = set()
        each = self._scale.renders // self._scale.looks
        for look in range(self._scale.looks + 1):
            memory = self._service.memory()
            new = len(memory.workers.keys() - known) if look else 0
            known |= memory.workers.keys()
            found.append(
                {"renders": look * each, "host": memory.host, "workers": sorted(memory.workers.values()), "new": new}
            )
            if look < self._scale.looks:
                self._say(f"memory: renders {look * each:,} to {(look + 1) * each:,}")
                run(self._service.target, [self._stream(lanes=_LANES, most=each)], 600)
        return found

    def _stream(self, rate: float = 0, lanes: int = 1, most: int | None = None) -> Stream:
        return Stream(PAGE, self._pages, rate, lanes, most)

    def _measure(
        self, name: str, streams: Sequence[Stream], seconds: float, *, settle: float = _SETTLE, patience: float = 120
    ) -> tuple[Figures, list[Answer]]:
        self._say(name)
        time.sleep(settle)
        before = self._service.used()
        answers = run(self._service.target, streams, seconds, patience)
        after = self._service.used()
        small = [answer for answer in answers if answer.kind != BOOK]
        return {"name": name, **figures(small, before, after)}, answers

    def _say(self, text: str) -> None:
        print(f"{self._what}: {text}", file=sys.stderr, flush=True)
