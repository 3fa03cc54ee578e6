"""Who is next: a lane with a few slots and a queue in front of it that is fair to all callers.

Callers take turns, however many requests each has waiting, and the requests of one caller keep their order. When the
queue is full, the newest request of the caller with the most gives way to one with clearly fewer: nobody can fill the
queue for others.
"""

from __future__ import annotations

import asyncio
import math
from collections import OrderedDict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from confluence_xpress.service.problems import Problem

_WEIGHT = 0.1
"""How much the newest turn counts in the usual length of a turn."""
_CALLERS = 10_000
"""How many callers' rates are remembered."""
_ROUNDING = 1e-6
"""Seconds that a sum of times may be off."""


@dataclass(frozen=True, slots=True)
class Share:
    """What one caller may take of a lane. None: there is no such limit."""

    most: int | None = None
    """Requests at once, inside and waiting."""
    rate: float | None = None
    """Requests a second, in the long run."""
    burst: int = 20
    """Requests at once after some quiet time, if there is a rate."""


@dataclass(frozen=True, slots=True, eq=False)
class _Waiter:
    """A request in the queue. Its future gets a slot, or why it is refused."""

    caller: str
    future: asyncio.Future[int | Problem]


class Lane:
    """Slots 0 … `slots` - 1, each taken by one request at a time.

    `most`: how many may wait; `patience`: for how many seconds each may. Belongs to one event loop.
    """

    def __init__(self, slots: int, *, most: int, patience: float, share: Share | None = None) -> None:
        self.slots = slots
        self._most = most
        self._patience = patience
        self._share = share or Share()
        self._rates = Rates(self._share.rate, self._share.burst) if self._share.rate else None
        self._free = list(range(slots))
        self._inside: dict[int, float] = {}
        """Slots that are taken, and since when."""
        self._suspended: set[int] = set()
        self._queues: OrderedDict[str, deque[_Waiter]] = OrderedDict()
        """What each caller has waiting, none without any. The first caller is next."""
        self._present: dict[str, int] = {}
        """How many requests each caller has, inside and waiting."""
        self._usual: float | None = None
        """Seconds that a turn takes: a moving average."""
        self._quiet = asyncio.Event()
        self._quiet.set()

    @property
    def waiting(self) -> int:
        """How many requests wait."""
        return sum(map(len, self._queues.values()))

    @property
    def running(self) -> int:
        """How many requests have a slot."""
        return len(self._inside)

    @asynccontextmanager
    async def turn(self, caller: str) -> AsyncIterator[int]:
        """A slot, as soon as it is this caller's turn.

        Raises Problem: “too-many-requests” if the caller is over its share; “busy” if the queue is full, or it waited
        too long. Whoever is cancelled leaves the queue.
        """
        slot = await self._enter(caller)
        try:
            yield slot
        finally:
            self._leave(caller, slot)

    def suspend(self, slot: int) -> None:
        """From now on the slot is given to nobody."""
        self._suspended.add(slot)
        if slot in self._free:
            self._free.remove(slot)

    def resume(self, slot: int) -> None:
        """From now on the slot is given to requests again."""
        if slot in self._suspended:
            self._suspended.remove(slot)
            if slot not in self._inside:
                self._hand_over(slot)

    def refuse(self, code: str) -> None:
        """Refuses all that wait, with a problem of this code."""
        for waiter in [waiter for queue in self._queues.values() for waiter in queue]:
            self._turn_away(waiter, Problem(code, retry_after=1))

    async def quiet(self) -> None:
        """Comes back when nobody is inside or waiting."""
        await self._quiet.wait()

    async def _enter(self, caller: str) -> int:
        self._admit(caller)
        self._present[caller] = self._present.get(caller, 0) + 1
        self._quiet.clear()
        try:
            return self._take(self._free.pop()) if self._free else await self._wait(caller)
        except BaseException:
            self._forget(caller)
            raise

    def _leave(self, caller: str, slot: int) -> None:
        seconds = _now() - self._inside[slot]
        self._usual = seconds if self._usual is None else self._usual + _WEIGHT * (seconds - self._usual)
        self._forget(caller)
        self._give_back(slot)

    def _admit(self, caller: str) -> None:
        """Raises Problem if the caller's share is used up."""
        if self._rates is not None and (seconds := self._rates.take(caller, _now())):
            raise Problem("too-many-requests", "Its requests come too quickly.", retry_after=math.ceil(seconds))
        most = self._share.most
        if most is not None and self._present.get(caller, 0) >= most:
            detail = f"It has as many requests here as it may have at once: {most}."
            raise Problem("too-many-requests", detail, retry_after=_seconds(self._length()))

    def _forget(self, caller: str) -> None:
        self._present[caller] -= 1
        if not self._present[caller]:
            del self._present[caller]
        if not self._present:
            self._quiet.set()

    def _take(self, slot: int) -> int:
        self._inside[slot] = _now()
        return slot

    def _give_back(self, slot: int) -> None:
        del self._inside[slot]
        if slot not in self._suspended:
            self._hand_over(slot)

    def _hand_over(self, slot: int) -> None:
        """Gives a slot to whose turn it is."""
        waiter = self._next()
        if waiter:
            waiter.future.set_result(self._take(slot))
        else:
            self._free.append(slot)

    def _next(self) -> _Waiter | None:
        while self._queues:
            caller, queue = next(iter(self._queues.items()))
            waiter = queue.popleft()
            if not queue:
                del self._queues[caller]
            if not waiter.future.done():  # else it was cancelled, and is about to leave
                if queue:
                    self._queues.move_to_end(caller)
                return waiter
        return None

    async def _wait(self, caller: str) -> int:
        self._make_room(caller)
        loop = asyncio.get_running_loop()
        waiter = _Waiter(caller, loop.create_future())
        self._queues.setdefault(caller, deque()).append(waiter)
        timer = loop.call_later(self._patience, self._lose_patience, waiter)
        try:
            found = await waiter.future
        except asyncio.CancelledError:
            self._remove(waiter)
            if not waiter.future.cancelled() and not isinstance(slot := waiter.future.result(), Problem):
                self._give_back(slot)  # it got one in the same moment
            raise
        finally:
            timer.cancel()
        if isinstance(found, Problem):
            raise found
        return found

    def _make_room(self, caller: str) -> None:
        """Sees to it that one more may wait. Raises Problem if that can't be."""
        if self.waiting < self._most:
            return
        for waiter in [waiter for queue in self._queues.values() for waiter in queue if waiter.future.done()]:
            self._remove(waiter)  # it was cancelled, and is about to leave
        if self.waiting < self._most:
            return
        heaviest = max(self._queues.values(), key=len, default=deque[_Waiter]())
        if len(self._queues.get(caller, ())) + 1 >= len(heaviest):
            raise self._busy("Too many requests wait already.")
        self._turn_away(heaviest[-1], self._busy("Too many requests wait, most of them of this caller."))

    def _lose_patience(self, waiter: _Waiter) -> None:
        self._turn_away(waiter, self._busy(f"It was not its turn within {self._patience:g} s."))

    def _turn_away(self, waiter: _Waiter, problem: Problem) -> None:
        self._remove(waiter)
        if not waiter.future.done():
            waiter.future.set_result(problem)

    def _remove(self, waiter: _Waiter) -> None:
        queue = self._queues.get(waiter.caller)
        if queue and waiter in queue:
            queue.remove(waiter)
            if not queue:
                del self._queues[waiter.caller]

    def _busy(self, detail: str) -> Problem:
        return Problem("busy", detail, retry_after=self._estimate())

    def _estimate(self) -> int:
        """Seconds until all that wait now, and one more, had their turn."""
        slots = max(1, self.slots - len(self._suspended))
        return _seconds(self._length() * (self.waiting + 1) / slots)

    def _length(self) -> float:
        """Seconds that a turn takes: what is usual, or what the present ones have taken so far, if that is more."""
        now = _now()
        present = [now - since for since in self._inside.values()]
        return max(self._usual or 0, sum(present) / max(1, len(present)))


class Rates:
    """How quickly each caller's requests may come: `rate` a second, and `burst` at once after some quiet time.

    A token bucket for each caller, kept as the moment when it will be full again: who has a full one is forgotten.
    """

    def __init__(self, rate: float, burst: int) -> None:
        self._interval = 1 / rate
        self._depth = (burst - 1) / rate
        self._full: OrderedDict[str, float] = OrderedDict()

    def __len__(self) -> int:
        return len(self._full)

    def take(self, caller: str, now: float) -> float:
        """Zero if a request may come; otherwise how many seconds are left until one may. `now`: seconds of a clock."""
        full = max(self._full.get(caller, now), now)
        early = full - now - self._depth
        if early > _ROUNDING:
            return early
        self._full[caller] = full + self._interval
        self._full.move_to_end(caller)
        self._tidy(now)
        return 0

    def _tidy(self, now: float) -> None:
        """Forgets callers from the one on that was quiet for longest."""
        while self._full:
            caller, full = next(iter(self._full.items()))
            if full > now and len(self._full) <= _CALLERS:
                break
            del self._full[caller]


def _now() -> float:
    return asyncio.get_running_loop().time()


def _seconds(seconds: float) -> int:
    return max(1, math.ceil(seconds))
