"""The host's side: gives tasks to workers, answers their questions, sees to their limits."""

from __future__ import annotations

import contextlib
import math
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from types import TracebackType
from typing import Any, Generic, TypeAlias, assert_never, cast

from confluence_xpress.tasks import A, Begin, Failure, Q, R, S, T
from confluence_xpress.workers.channel import Channel, OverlongError, Parcel
from confluence_xpress.workers.faults import StoppedError, UnpreparedError
from confluence_xpress.workers.limits import Limits
from confluence_xpress.workers.memory import pause, resident
from confluence_xpress.workers.messages import OVER_MEMORY, Exhausted, Message, Question, Raised, Ready, Result
from confluence_xpress.workers.starting import Started, Starter
from confluence_xpress.workers.starting import starter as new_starter

_Pipe: TypeAlias = "Connection[Any, Any]"

_SOON = 0.02
"""Seconds until a first look at the limits."""
_NOTHING: Any = {}
"""What a warm-up's questions are answered with."""


@dataclass(slots=True, eq=False)
class _Job(Generic[T]):
    """A task on its way. Without a parcel there is none: a worker is only to get ready."""

    task: T | None = None
    parcel: Parcel | None = None
    attempts: int = 0


@dataclass(slots=True, eq=False)
class _Worker(Generic[T]):
    """A worker process, what it does, and for how long: `seconds`, and the time since `since` unless that is None."""

    started: Started
    channel: Channel
    job: _Job[T]
    ready: bool = False
    """Whether it is prepared and warm."""
    tasks: int = 0
    """How many it has begun."""
    seconds: float = 0.0
    since: float | None = field(default_factory=time.monotonic)

    def take(self, job: _Job[T]) -> None:
        """Begins a task, at once if it is ready already."""
        self.job = job
        self.tasks += 1
        if self.ready and job.parcel:
            self.send(job.parcel)

    def send(self, parcel: Parcel) -> None:
        """A task: from now on its time counts."""
        self.seconds = 0.0
        self.tell(parcel)

    def tell(self, parcel: Parcel) -> None:
        """From now on its time counts again. If it is dead, that comes to light when we next listen to it."""
        with contextlib.suppress(OSError):
            self.channel.send(parcel)
        self.since = time.monotonic()

    def taken(self) -> float:
        """Seconds its task has taken so far, without waits."""
        return self.seconds + (0 if self.since is None else time.monotonic() - self.since)


class Workers(Generic[S, T, Q, A, R]):
    """Up to `jobs` processes, started as tasks come. A context manager: leaving it kills them at once.

    `begin`, `setup`: see Begin; `preload`: modules that all workers share, so that each starts within milliseconds.
    `starter`: what starts them, if it is shared with other Workers; it brings its own modules.
    `warm`: a task that every worker does before its first one; its questions are answered with an empty mapping.
    """

    def __init__(
        self,
        jobs: int,
        begin: Begin[S, T, Q, A, R],
        setup: S,
        limits: Limits | None = None,
        *,
        preload: Sequence[str] = (),
        starter: Starter | None = None,
        warm: T | None = None,
    ) -> None:
        self._jobs = jobs
        self._limits = limits or Limits()
        self._opening = Parcel((begin, setup))
        self._warm = None if warm is None else Parcel(warm)
        self._owned = new_starter(preload) if starter is None else None
        self._starter = starter or cast("Starter", self._owned)
        self._idle: list[_Worker[T]] = []
        self._busy: dict[_Pipe, _Worker[T]] = {}
        self._worn: list[_Worker[T]] = []
        """Those to be ended, as they have grown too large."""
        self._too_much = f"more than {self._limits.memory / 1_000_000:.0f} MB of memory"
        self._again: list[_Job[T]] = []
        """To be done again, each by a fresh worker."""
        self._looked = 0.0
        self._pause = _SOON
        """Seconds from one look at the limits to the next."""
        self._stopping = False
        self._bell, self._button = Pipe(duplex=False)
        """What wakes a run that is to stop, or that gets an answer from another thread."""
        self._awaited: list[tuple[Future[A], _Worker[T]]] = []
        """Answers that are on their way, and who waits for them."""
        self.peak = 0
        """Largest resident memory seen of any worker, in bytes."""

    def __enter__(self) -> Workers[S, T, Q, A, R]:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Kills all workers, but none of others' that share the starter."""
        if self._owned:
            self._owned.close()
        else:
            for worker in (*self._idle, *self._busy.values(), *self._worn):
                self._starter.end(worker.started)
        self._idle.clear()
        self._busy.clear()
        self._worn.clear()
        self._again.clear()
        self._awaited.clear()

    def stop(self) -> None:
        """Makes a `run` that goes on in another thread kill its workers, within milliseconds, and raise StoppedError.

        If none goes on, the next one does so at once, unless `prepare` comes before it. Then all is as before.
        """
        if not self._stopping:
            self._stopping = True
            self._button.send_bytes(b"!")

    @property
    def ready(self) -> bool:
        """Whether all workers are there and wait for tasks, as far as is known."""
        return len(self._idle) == self._jobs

    @property
    def idle(self) -> list[Connection[Any, Any]]:
        """The pipes of workers that wait for tasks: one that can be read from has died."""
        return [worker.started.connection for worker in self._idle]

    @property
    def memory(self) -> int:
        """Bytes of resident memory of all workers. May be asked for in any thread."""
        return sum(resident(worker.started.pid) for worker in (*self._idle, *list(self._busy.values())))

    def prepare(self) -> None:
        """Starts the workers that are missing, and waits until they are warm.

        Raises UnpreparedError if that fails, and what `begin` or the warm-up raised.
        """
        self._stopping = False
        self._idle = [worker for worker in self._idle if not self._bury(worker)]
        missing = iter([_Job[T]() for _ in range(self._jobs - len(self._idle))])
        for _, result in self._work(lambda: next(missing, None), lambda _: cast("A", _NOTHING)):
            if isinstance(result, Failure):
                self.close()
                raise UnpreparedError(f"A worker could not be prepared: {result.detail}.")

    def run(
        self, next_task: Callable[[], T | None], answer: Callable[[Q], A | Future[A]]
    ) -> Iterator[tuple[T, R | Failure]]:
        """Each task with its result, as they come.

        `next_task` is called whenever a worker is idle; None means nothing right now. The end is when all workers are
        idle and it gives None, so tasks may come up while a result is handled. `answer` is called in this thread; where
        it takes its time, it gives a future instead, so that only the worker that asks has to wait.
        Raises what `answer` raises and what a task raised, with the worker's traceback as a note; or StoppedError.
        """

        def next_job() -> _Job[T] | None:
            task = next_task()
            return None if task is None else _Job(task, Parcel(task))

        return self._work(next_job, answer)

    def _work(
        self, next_job: Callable[[], _Job[T] | None], answer: Callable[[Q], A | Future[A]]
    ) -> Iterator[tuple[T, R | Failure]]:
        try:
            self._give(next_job)
            while self._busy:
                done = self._listen(answer)
                self._give(next_job)  # workers needn't wait until the caller has handled the results
                while done:
                    yield done.pop()  # kept no longer than the caller keeps it: results may be large
                self._end_worn()
                self._give(next_job)
        except BaseException:
            self.close()
            raise
        finally:
            self._stopping = False

    def _give(self, next_job: Callable[[], _Job[T] | None]) -> None:
        while len(self._busy) < self._jobs:
            if self._again:
                job = self._again.pop()
                self._make_room()
                worker = self._new_worker(job)
            elif (new := next_job()) is not None:
                job = new
                worker = (self._idle_worker() if job.parcel else None) or self._new_worker(job)
            else:
                return
            job.attempts += 1
            self._pause = _SOON
            self._busy[worker.started.connection] = worker
            worker.take(job)

    def _idle_worker(self) -> _Worker[T] | None:
        while self._idle:
            worker = self._idle.pop()
            if not self._bury(worker):
                return worker
        return None

    def _bury(self, worker: _Worker[T]) -> bool:
        """Whether an idle worker died in its sleep."""
        dead = worker.started.connection.poll()
        if dead:
            self._starter.end(worker.started)
        return dead

    def _make_room(self) -> None:
        """Ends an idle worker if a fresh one would be too many."""
        if self._idle and len(self._busy) + len(self._idle) >= self._jobs:
            self._starter.end(self._idle.pop().started)

    def _end_worn(self) -> None:
        while self._worn:
            self._starter.end(self._worn.pop().started)

    def _new_worker(self, job: _Job[T]) -> _Worker[T]:
        self._end_worn()
        self._look()
        started = self._starter.start(self._limits)
        channel = Channel(started.connection, most=self._limits.output, seconds=self._limits.seconds, look=self._look)
        worker = self._busy[started.connection] = _Worker(started, channel, job)
        worker.send(self._opening)
        return worker

    def _look(self) -> None:
        if self._stopping:
            raise StoppedError

    def _listen(self, answer: Callable[[Q], A | Future[A]]) -> list[tuple[T, R | Failure]]:
        """What is done after a short while."""
        done: list[tuple[T, R | Failure]] = []
        for connection in wait([*self._busy, self._bell], self._pause):
            if connection is self._bell:
                self._bell.recv_bytes()
                self._hand_over()
            else:
                done += self._hear(self._busy[cast("_Pipe", connection)], answer)
        self._look()
        if time.monotonic() - self._looked >= self._pause:
            self._pause = pause(math.inf)
            for worker in list(self._busy.values()):
                done += self._check(worker)
            self._looked = time.monotonic()
        return done

    def _hear(self, worker: _Worker[T], answer: Callable[[Q], A | Future[A]]) -> list[tuple[T, R | Failure]]:
        """Reads what a worker sent and acts on it."""
        try:
            message: Message = worker.channel.receive()
        except OverlongError:
            return self._failed(worker, Failure("output", f"more than {(self._limits.output or 0) / 1_000_000:g} MB"))
        except TimeoutError:
            return self._failed(worker, self._too_long())
        except (EOFError, OSError):
            return self._dead(worker)
        match message:
            case Ready():
                if not self._warm:
                    return self._ready(worker)
                worker.send(self._warm)
            case Question(seconds, question):
                worker.seconds, worker.since = seconds, None
                self._reply(worker, answer(question) if worker.ready else _NOTHING)
            case Result(resident_now, peak, result):
                self.peak = max(self.peak, peak)
                if not worker.ready:
                    return self._ready(worker)
                return [self._done(worker, result, worn=resident_now > self._limits.recycle)]
            case Exhausted():
                self._end(worker)
                return self._out_of_memory(worker, "the system refused it memory")
            case Raised(error):
                raise error
            case _:
                assert_never(message)
        return []

    def _reply(self, worker: _Worker[T], answer: A | Future[A]) -> None:
        """Answers a worker, at once or when the answer is there."""
        if isinstance(answer, Future):
            self._awaited.append((answer, worker))
            answer.add_done_callback(lambda _: self._ring())
        else:
            worker.tell(Parcel(answer))

    def _ring(self) -> None:
        # Nobody may be there any more to hear it.
        with contextlib.suppress(OSError):
            self._button.send_bytes(b".")

    def _hand_over(self) -> None:
        """Gives workers the answers that have come."""
        come = [pair for pair in self._awaited if pair[0].done()]
        self._awaited = [pair for pair in self._awaited if not pair[0].done()]
        for future, worker in come:
            answer = future.result()
            if self._busy.get(worker.started.connection) is worker:
                worker.tell(Parcel(answer))

    def _ready(self, worker: _Worker[T]) -> list[tuple[T, R | Failure]]:
        """A worker is prepared and warm: on to its task."""
        worker.ready = True
        if worker.job.parcel:
            worker.send(worker.job.parcel)
            return []
        worker.tasks = 0
        return [self._done(worker, cast("R", None))]

    def _done(self, worker: _Worker[T], result: R, *, worn: bool = False) -> tuple[T, R]:
        """Takes its task from a worker, so that nothing of it is kept."""
        del self._busy[worker.started.connection]
        (self._worn if worn else self._idle).append(worker)
        job, worker.job = worker.job, _Job()
        return cast("T", job.task), result

    def _failed(self, worker: _Worker[T], failure: Failure) -> list[tuple[T, R | Failure]]:
        """Ends a worker for good."""
        self._end(worker)
        return [(cast("T", worker.job.task), failure)]

    def _dead(self, worker: _Worker[T]) -> list[tuple[T, R | Failure]]:
        """A worker has ended by itself."""
        code = self._end(worker)
        if code == OVER_MEMORY:
            self.peak = max(self.peak, self._limits.memory)
            return self._out_of_memory(worker, self._too_much)
        attempts = self._limits.attempts
        if worker.job.attempts < attempts:
            self._again.append(worker.job)
            return []
        who = "the worker died" if attempts == 1 else f"{attempts} workers died, the last"
        return [(cast("T", worker.job.task), Failure("crash", f"{who} of {_cause(code)}"))]

    def _check(self, worker: _Worker[T]) -> list[tuple[T, R | Failure]]:
        """Kills a worker that is over a limit."""
        if worker.started.connection.poll():
            return []  # it waits for us
        memory = resident(worker.started.pid)
        self.peak = max(self.peak, memory)
        if memory > self._limits.memory:
            self._end(worker)
            return self._out_of_memory(worker, self._too_much)
        left = self._limits.seconds - worker.taken()
        if left < 0:
            return self._failed(worker, self._too_long())
        self._pause = min(self._pause, pause(self._limits.memory - memory), max(left, _SOON))
        return []

    def _too_long(self) -> Failure:
        return Failure("time", f"no result after {self._limits.seconds:g} s")

    def _out_of_memory(self, worker: _Worker[T], detail: str) -> list[tuple[T, R | Failure]]:
        """It's the task's fault if the worker had done nothing before: what earlier tasks left behind counts too."""
        if worker.tasks > 1:
            worker.job.attempts -= 1
            self._again.append(worker.job)
            return []
        return [(cast("T", worker.job.task), Failure("memory", detail))]

    def _end(self, worker: _Worker[T]) -> int | None:
        """Ends a busy worker."""
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
