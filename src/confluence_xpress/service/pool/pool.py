"""The pool: warm worker processes in two lanes, one for quick work and one for the rest, which yields to it.

    caller ── run ──► Lane ── slot ──► Slot ── thread ──► Workers(1) ──► process
                       fair queue       mended in the background when its process ends

A process that is killed, crashes, grows too large or meets a defect is replaced before its slot takes the next task.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Generic

from confluence_xpress.service import observe
from confluence_xpress.service.pool import guard
from confluence_xpress.service.pool.fairness import Lane, Share
from confluence_xpress.service.pool.guard import begin_guarded
from confluence_xpress.service.pool.machine import Staff
from confluence_xpress.service.pool.slot import Slot, SlotWorkers
from confluence_xpress.service.problems import Problem
from confluence_xpress.tasks import Begin, Q, R, S, T
from confluence_xpress.workers import Limits, Starter, Workers, starter

_AGAIN = 5.0
"""Seconds until a process that couldn't be replaced is tried again."""
_GRACE = 5.0
"""Seconds that killed requests have to say so to their callers."""


@dataclass(frozen=True, slots=True)
class LaneLimits:
    """What a lane has: `workers` processes, and at most `waiting` requests that wait, each for `patience` seconds.

    `rest`: seconds without a task after which a process does the pool's `rest` task, if there is one.
    """

    workers: int
    limits: Limits
    waiting: int
    patience: float
    share: Share | None = None
    rest: float = 2


@dataclass(frozen=True, slots=True)
class PoolLimits:
    """What the pool has."""

    quick: LaneLimits
    bulk: LaneLimits


def pool_limits(staff: Staff, share: Share | None = None) -> PoolLimits:
    """The limits that suit a machine. `share`: what one caller may take of each lane."""
    worker = Limits(memory=staff.memory, recycle=staff.memory * 5 // 8, attempts=1)
    quick = replace(worker, seconds=20, output=staff.memory // 8)
    bulk = replace(worker, seconds=300, output=staff.memory // 2, idle=True)
    return PoolLimits(
        LaneLimits(staff.workers, quick, waiting=64, patience=10, share=share),
        LaneLimits(staff.workers, bulk, waiting=16, patience=120, share=share),
    )


@dataclass(slots=True)
class Times:
    """What became of a request, in seconds: how long it waited for its turn, and how long its task took."""

    lane: str = ""
    waited: float = 0.0
    worked: float = 0.0


class _Line(Generic[T, Q, R]):
    """A lane and its slots. `replaced` is told why, whenever a process has to be replaced."""

    def __init__(
        self,
        limits: LaneLimits,
        make: Callable[[Limits], SlotWorkers[T, Q]],
        rest: T | None,
        replaced: Callable[[str], object],
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self.lane = Lane(limits.workers, most=limits.waiting, patience=limits.patience, share=limits.share)
        self._rest = rest
        self._limits = limits
        self._replaced = replaced
        self._lost: set[int] = set()
        """Slots whose process couldn't be replaced."""
        self._rests: dict[int, asyncio.TimerHandle] = {}
        self._slots: list[Slot[T, Q, R]] = [
            Slot(make(limits.limits), partial(self._mend, index)) for index in range(limits.workers)
        ]

    @property
    def ready(self) -> bool:
        """Whether there is a slot that works, if not at this very moment."""
        return len(self._lost) < len(self._slots)

    @property
    def memory(self) -> int:
        """Bytes of resident memory of its processes."""
        return sum(slot.memory for slot in self._slots)

    async def start(self) -> None:
        """Raises what goes wrong."""
        await asyncio.gather(*(slot.mend() for slot in self._slots))

    async def run(self, task: T, caller: str, told: Callable[[Q], object] | None, times: Times) -> R:
        """See Pool."""
        came = self._loop.time()
        began = None
        try:
            async with self.lane.turn(caller) as index:
                began = self._loop.time()
                return await self._do(index, task, told)
        finally:
            ended = self._loop.time()
            times.waited = (began or ended) - came
            times.worked = ended - (began or ended)

    def stop(self) -> None:
        """Ends what waits and what runs."""
        self.lane.refuse("draining")
        for slot in self._slots:
            slot.stop()

    def close(self) -> None:
        """Kills all processes. May be called in any thread."""
        for slot in self._slots:
            slot.close()
        with contextlib.suppress(RuntimeError):  # the loop is closed, and nobody waits
            self._loop.call_soon_threadsafe(self.lane.refuse, "draining")
        for slot in self._slots:
            slot.join()

    async def _do(self, index: int, task: T, told: Callable[[Q], object] | None) -> R:
        slot = self._slots[index]
        if resting := self._rests.pop(index, None):
            resting.cancel()
        try:
            return await slot.do(task, told)
        finally:
            if not slot.ready:
                self._mend(index)
            elif self._rest is not None:
                self._rests[index] = self._loop.call_later(self._limits.rest, self._lie_down, index)

    def _lie_down(self, index: int) -> None:
        """A slot had nothing to do for a while."""
        del self._rests[index]
        self.lane.suspend(index)
        self._try(index, self._rest)

    def _mend(self, index: int) -> None:
        """Nobody gets the slot until its process is replaced."""
        self._replaced(self._slots[index].why)
        self.lane.suspend(index)
        self._try(index)

    def _try(self, index: int, rest: T | None = None) -> None:
        with contextlib.suppress(Problem):  # it is closed
            self._slots[index].mend(rest).add_done_callback(partial(self._mended, index))

    def _mended(self, index: int, future: asyncio.Future[None]) -> None:
        if error := future.exception():
            self._lost.add(index)
            observe.failure("worker-not-replaced", error)
            self._loop.call_later(_AGAIN, self._try, index)
        else:
            self._lost.discard(index)
            self.lane.resume(index)


class Pool(Generic[S, T, Q, R]):
    """Has tasks done by warm processes, each caller in its turn. Belongs to the event loop in which it is started.

    `begin`, `setup`: see tasks.Begin; `preload`: the modules that all processes share; `warm`: a task that each process
    does before its first real one, so that this is not slow; `rest`: a task for a process that had none for a while;
    `replaced` is told why, whenever a process has to be replaced: see Slot.
    """

    def __init__(
        self,
        begin: Begin[S, T, Q, Any, R],
        setup: S,
        limits: PoolLimits,
        *,
        preload: Sequence[str] = (),
        warm: T | None = None,
        rest: T | None = None,
        replaced: Callable[[str], object] = str,
    ) -> None:
        self._begin = begin
        self._setup = setup
        self._limits = limits
        self._preload = (*preload, guard.__name__)
        self._warm = warm
        self._rest = rest
        self._replaced = replaced
        self._starter: Starter | None = None
        self._lines: dict[str, _Line[T, Q, R]] = {}
        self._started = False
        self._draining = False

    async def start(self) -> None:
        """Comes back when all processes are warm. Raises what one of them raised, or UnpreparedError."""
        shared = self._starter = starter(self._preload)

        def make(limits: Limits) -> SlotWorkers[T, Q]:
            return Workers(1, begin_guarded, (self._begin, self._setup), limits, starter=shared, warm=self._warm)

        self._lines = {
            "quick": _Line(self._limits.quick, make, self._rest, self._replaced),
            "bulk": _Line(self._limits.bulk, make, self._rest, self._replaced),
        }
        try:
            await asyncio.gather(*(line.start() for line in self._lines.values()))
        except BaseException:
            self.close()
            raise
        self._started = True

    async def run(
        self,
        task: T,
        caller: str,
        *,
        bulk: bool,
        told: Callable[[Q], object] | None = None,
        times: Times | None = None,
    ) -> R:
        """The result of a task, once it was its caller's turn.

        `told` is called, in the event loop, with each question of the task, which is answered with an empty mapping.
        `times` gets filled in, whatever becomes of the task.
        Raises the Problem that the task raises; “busy”, “too-many-requests” (see Lane) or “draining”; “too-expensive”,
        “crashed”; or “internal”, whose cause is a DefectError. If the caller is cancelled, the process is killed.
        """
        if self._draining or not self._started:
            raise Problem("draining", retry_after=1)
        times = times or Times()
        times.lane = "bulk" if bulk else "quick"
        return await self._lines[times.lane].run(task, caller, told, times)

    @property
    def ready(self) -> bool:
        """Whether it takes requests."""
        return self._started and not self._draining and all(line.ready for line in self._lines.values())

    @property
    def lanes(self) -> dict[str, Lane]:
        """The lanes “quick” and “bulk”, which know how many wait and run. None before the start."""
        return {name: line.lane for name, line in self._lines.items()}

    @property
    def memory(self) -> int:
        """Bytes of resident memory of all processes. What they share counts for each."""
        return sum(line.memory for line in self._lines.values())

    async def drain(self, seconds: float) -> None:
        """Takes no more requests. Comes back when those that are here are done; those left after so long are ended."""
        self._draining = True
        if not await self._quiet(seconds):
            for line in self._lines.values():
                line.stop()
            await self._quiet(_GRACE)

    def close(self) -> None:
        """Kills all processes: whatever still runs gets the problem “draining”. May be called in any thread."""
        self._draining = True
        for line in self._lines.values():
            line.close()
        if self._starter:
            self._starter.close()
        self._starter = None

    async def _quiet(self, seconds: float) -> bool:
        """Whether all requests are done within so long."""
        try:
            async with asyncio.timeout(seconds):
                for line in self._lines.values():
                    await line.lane.quiet()
        except TimeoutError:
            return False
        return True
