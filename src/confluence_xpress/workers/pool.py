"""The host's side: gives tasks to workers, answers their questions, sees to their limits."""

from __future__ import annotations

import contextlib
import pickle
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from types import TracebackType
from typing import Any, Generic, TypeAlias, assert_never, cast

from confluence_xpress.tasks import A, Begin, Failure, Q, R, S, T
from confluence_xpress.workers.limits import Limits
from confluence_xpress.workers.memory import resident
from confluence_xpress.workers.messages import OVER_MEMORY, Exhausted, Message, Question, Raised, Ready, Result
from confluence_xpress.workers.starting import Started, starter

_Pipe: TypeAlias = "Connection[Any, Any]"

_LOOK = 0.02
"""Seconds between two looks at the limits while nothing else happens."""
_ATTEMPTS = 2
"""How often a task is begun whose worker dies."""


@dataclass(slots=True, eq=False)
class _Job(Generic[T]):
    """A task on its way."""

    task: T
    pickled: bytes
    attempts: int = 0


@dataclass(slots=True, eq=False)
class _Worker(Generic[T]):
    """A worker process, what it does, and for how long: `seconds`, and the time since `since` unless that is None."""

    started: Started
    job: _Job[T]
    ready: bool = False
    tasks: int = 0
    """How many it has begun."""
    seconds: float = 0.0
    since: float | None = field(default_factory=time.monotonic)

    def take(self, job: _Job[T]) -> None:
        """Begins a task, at once if it is prepared already."""
        self.job = job
        self.tasks += 1
        self.seconds = 0.0
        if self.ready:
            self.send(job.pickled)

    def send(self, value: bytes) -> None:
        """From now on its time counts. If it is dead, that comes to light when we next listen to it."""
        with contextlib.suppress(OSError):
            self.started.connection.send_bytes(value)
        self.since = time.monotonic()

    def receive(self) -> Any:
        """What it sent. EOFError or OSError if it is dead."""
        return pickle.loads(self.started.connection.recv_bytes())  # noqa: S301 - from our own worker

    def taken(self) -> float:
        """Seconds its task has taken so far, without waits."""
        return self.seconds + (0 if self.since is None else time.monotonic() - self.since)


class Workers(Generic[S, T, Q, A, R]):
    """Up to `jobs` processes, started as tasks come. A context manager: leaving it kills them at once.

    `begin`, `setup`: see Begin; `preload`: modules that all workers share, so that each starts within milliseconds.
    """

    def __init__(
        self,
        jobs: int,
        begin: Begin[S, T, Q, A, R],
        setup: S,
        limits: Limits | None = None,
        *,
        preload: Sequence[str] = (),
    ) -> None:
        self._jobs = jobs
        self._limits = limits or Limits()
        self._opening = _dumped((begin, setup))
        self._starter = starter(preload)
        self._idle: list[_Worker[T]] = []
        self._busy: dict[_Pipe, _Worker[T]] = {}
        self._too_much = f"more than {self._limits.memory / 1_000_000:.0f} MB of memory"
        self._again: list[_Job[T]] = []
        """To be done again, each by a fresh worker."""
        self._looked = 0.0
        self.peak = 0
        """Largest resident memory seen of any worker, in bytes."""

    def __enter__(self) -> Workers[S, T, Q, A, R]:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Kills all workers."""
        self._starter.close()
        self._idle.clear()
        self._busy.clear()
        self._again.clear()

    def run(self, next_task: Callable[[], T | None], answer: Callable[[Q], A]) -> Iterator[tuple[T, R | Failure]]:
        """Each task with its result, as they come.

        `next_task` is called whenever a worker is idle; None means nothing right now. The end is when all workers are
        idle and it gives None, so tasks may come up while a result is handled. `answer` is called in this thread.
        Raises what `answer` raises and what a task raised, with the worker's traceback as a note.
        """
        try:
            self._give(next_task)
            while self._busy:
                done = self._listen(answer)
                self._give(next_task)  # workers needn't wait until the caller has handled the results
                while done:
                    yield done.pop()  # kept no longer than the caller keeps it: results may be large
                self._give(next_task)
        except BaseException:
            self.close()
            raise

    def _give(self, next_task: Callable[[], T | None]) -> None:
        while len(self._busy) < self._jobs:
            if self._again:
                job = self._again.pop()
                self._make_room()
                worker = self._new_worker(job)
            elif (task := next_task()) is not None:
                job = _Job(task, _dumped(task))
                worker = self._idle_worker() or self._new_worker(job)
            else:
                return
            job.attempts += 1
            worker.take(job)
            self._busy[worker.started.connection] = worker

    def _idle_worker(self) -> _Worker[T] | None:
        while self._idle:
            worker = self._idle.pop()
            if not worker.started.connection.poll():
                return worker
            self._starter.end(worker.started)  # it died in its sleep
        return None

    def _make_room(self) -> None:
        """Ends an idle worker if a fresh one would be too many."""
        if self._idle and len(self._busy) + len(self._idle) >= self._jobs:
            self._starter.end(self._idle.pop().started)

    def _new_worker(self, job: _Job[T]) -> _Worker[T]:
        worker = _Worker(self._starter.start(self._limits.memory), job)
        worker.send(self._opening)
        return worker

    def _listen(self, answer: Callable[[Q], A]) -> list[tuple[T, R | Failure]]:
        """What is done after a short while."""
        done: list[tuple[T, R | Failure]] = []
        for connection in wait(list(self._busy), _LOOK):
            done += self._hear(self._busy[cast("_Pipe", connection)], answer)
        if time.monotonic() - self._looked > _LOOK:
            for worker in list(self._busy.values()):
                done += self._check(worker)
            self._looked = time.monotonic()
        return done

    def _hear(self, worker: _Worker[T], answer: Callable[[Q], A]) -> list[tuple[T, R | Failure]]:
        """Reads what a worker sent and acts on it."""
        try:
            message: Message = worker.receive()
            value: Any = worker.receive() if isinstance(message, Question | Result) else None
        except (EOFError, OSError):
            return self._dead(worker)
        match message:
            case Ready():
                worker.ready = True
                worker.send(worker.job.pickled)
            case Question(seconds):
                worker.seconds, worker.since = seconds, None
                worker.send(_dumped(answer(value)))
            case Result(resident_now, peak):
                self.peak = max(self.peak, peak)
                del self._busy[worker.started.connection]
                if resident_now > self._limits.recycle:
                    self._starter.end(worker.started)
                else:
                    self._idle.append(worker)
                return [(worker.job.task, value)]
            case Exhausted():
                self._end(worker)
                return self._out_of_memory(worker, "the system refused it memory")
            case Raised(error):
                raise error
            case _:
                assert_never(message)
        return []

    def _dead(self, worker: _Worker[T]) -> list[tuple[T, R | Failure]]:
        """A worker has ended by itself."""
        code = self._end(worker)
        if code == OVER_MEMORY:
            self.peak = max(self.peak, self._limits.memory)
            return self._out_of_memory(worker, self._too_much)
        if worker.job.attempts < _ATTEMPTS:
            self._again.append(worker.job)
            return []
        return [(worker.job.task, Failure("crash", f"{_ATTEMPTS} workers died, the last of {_cause(code)}"))]

    def _check(self, worker: _Worker[T]) -> list[tuple[T, R | Failure]]:
        """Kills a worker that is over a limit."""
        if worker.started.connection.poll():
            return []  # it waits for us
        memory = resident(worker.started.pid)
        self.peak = max(self.peak, memory)
        if memory > self._limits.memory:
            self._end(worker)
            return self._out_of_memory(worker, self._too_much)
        if worker.taken() > self._limits.seconds:
            self._end(worker)
            return [(worker.job.task, Failure("time", f"no result after {self._limits.seconds:g} s"))]
        return []

    def _out_of_memory(self, worker: _Worker[T], detail: str) -> list[tuple[T, R | Failure]]:
        """It's the task's fault if the worker had done nothing before: what earlier tasks left behind counts too."""
        if worker.tasks > 1:
            worker.job.attempts -= 1
            self._again.append(worker.job)
            return []
        return [(worker.job.task, Failure("memory", detail))]

    def _end(self, worker: _Worker[T]) -> int | None:
        del self._busy[worker.started.connection]
        return self._starter.end(worker.started)


def _cause(code: int | None) -> str:
    """What an exit code means."""
    if code is None:
        return "an unknown cause"
    if code >= 0:
        return f"exit code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"


def _dumped(value: object) -> bytes:
    return pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
