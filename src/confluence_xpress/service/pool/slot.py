"""One slot of a lane: a worker process that is warm, and the thread that talks with it."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from functools import partial
from queue import SimpleQueue
from typing import Any, Generic, TypeAlias, TypeVar, cast

from confluence_xpress.service.pool.guard import Broken, Done, Guarded, broken
from confluence_xpress.service.problems import Problem
from confluence_xpress.tasks import Failure, Q, R, T
from confluence_xpress.workers import StoppedError, Workers

V = TypeVar("V")

SlotWorkers: TypeAlias = "Workers[Any, T | Guarded[T], Q, Any, Any]"
_PATIENCE = 5.0
"""Seconds that a thread has to end."""
_Future: TypeAlias = "asyncio.Future[tuple[object, bool]]"
"""An outcome, and whether the process that had it waits for the next task."""
_FAILURES = {
    "memory": ("too-expensive", "It takes too much memory"),
    "time": ("too-expensive", "It takes too long"),
    "output": ("too-expensive", "What it gives is too large"),
    "crash": ("crashed", "Nothing came back"),
}


class DefectError(Exception):
    """What may be known of an exception in a worker: the name of its type, and where it was, as a note like those of
    `Workers.run`. Its text may hold content and isn't here."""


def _defect(broken: Broken) -> DefectError:
    """It has the name of the type as its own, as whoever logs it doesn't ask for more."""
    kind = type(broken.kind if broken.kind.isidentifier() else "Exception", (DefectError,), {"__module__": __name__})
    defect: DefectError = kind()
    defect.add_note("\n".join(("In a worker process:", *(f"  {place}" for place in broken.places))))
    return defect


class Slot(Generic[T, Q, R]):
    """Does one task at a time with one worker. Belongs to one event loop; `died` is called in it.

    `ready`: whether its process waits for a task, as far as is known; if not, `why`: “memory”, “time”, “output”,
    “crash”, “defect”, “stopped”, “worn” (it grew too large) or “died” (while it waited). Mend it before the next task.
    """

    def __init__(self, workers: SlotWorkers[T, Q], died: Callable[[], None]) -> None:
        self.ready = False
        self.why = ""
        self._loop = asyncio.get_running_loop()
        self._workers = workers
        self._died = died
        self._busy = False
        self._closed = False
        self._lock = threading.Lock()
        self._watched: list[int] = []
        self._calls: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        # A daemon can't keep a host alive that ends without closing its slots.
        self._thread = threading.Thread(target=self._serve, name="slot", daemon=True)
        self._thread.start()

    async def do(self, task: T, told: Callable[[Q], object] | None) -> R:
        """The result of a task. `told` is called with each question, which is answered with an empty mapping.

        Raises Problem, and what `told` raises. Whoever is cancelled doesn't wait until the worker is killed.
        """
        future: _Future = self._loop.create_future()
        self._unwatch()
        self.ready, self.why = False, "stopped"
        self._busy = True
        try:
            self._call(partial(self._work, Guarded(task), told, future))
            outcome, self.ready = await future
        except BaseException:
            self._workers.stop()
            raise
        finally:
            self._busy = False
        if self.ready:
            self._watch()
        else:
            self.why = _why(outcome)
        return cast("R", _result(outcome))

    def mend(self, rest: T | None = None) -> asyncio.Future[None]:
        """Has a process do the task `rest` if one is given, whatever comes of it. Then starts one if there is none, and
        makes it warm. The future raises what goes wrong there. Raises Problem if the slot is closed."""
        future: asyncio.Future[None] = self._loop.create_future()
        self._unwatch()
        self._call(partial(self._mend, future, rest))
        return future

    def stop(self) -> None:
        """Kills its worker if it is at work: whoever waits for it gets the problem “draining”."""
        if self._busy:
            self._workers.stop()

    @property
    def memory(self) -> int:
        """Bytes of resident memory of its process."""
        return self._workers.memory

    def close(self) -> None:
        """Begins to kill its worker and to end its thread. May be called in any thread."""
        with self._lock:
            self._closed = True
            self._calls.put(self._workers.close)
            self._calls.put(None)
        self._workers.stop()
        self._post(self._unwatch)

    def join(self) -> None:
        """Waits until that is done."""
        self._thread.join(_PATIENCE)

    def _call(self, call: Callable[[], None]) -> None:
        """Has the thread do something. Raises Problem if it does nothing any more."""
        with self._lock:
            if self._closed:
                raise Problem("draining")
            self._calls.put(call)

    # In the thread.

    def _serve(self) -> None:
        while call := self._calls.get():
            call()
            del call  # while there is nothing to do nothing is kept

    def _work(self, task: Guarded[T], told: Callable[[Q], object] | None, future: _Future) -> None:
        def answer(question: Q) -> dict[str, object]:
            if told:
                self._post(partial(_tell, told, question, future))
            return {}

        def settle(outcome: object, *, ready: bool) -> None:
            self._post(partial(_settle, future, (outcome, ready)))

        if future.done():  # nobody waits any more
            return
        if self._closed:
            settle(StoppedError(), ready=False)
            return
        rest = [task]
        del task
        try:
            for _, result in self._workers.run(lambda: rest.pop() if rest else None, answer):
                if isinstance(result, Broken):
                    self._workers.close()  # nobody knows what it left behind
                settle(result, ready=self._workers.ready)
        except StoppedError as stopped:
            settle(stopped.with_traceback(None), ready=False)
        except BaseException as error:  # noqa: BLE001 - whatever it is, only its type goes on
            settle(broken(error), ready=False)

    def _mend(self, future: asyncio.Future[None], rest: T | None) -> None:
        if self._closed:
            return
        try:
            self._lie_down(rest)
            self._prepare()
        except BaseException as error:  # noqa: BLE001 - whatever it is, the future raises it
            self._post(partial(_fail, future, error))
        else:
            self._post(partial(self._mended, future))

    def _prepare(self) -> None:
        try:
            self._workers.prepare()
        except StoppedError:  # that was meant for a task behind us
            if not self._closed:
                self._workers.prepare()

    def _lie_down(self, rest: T | None) -> None:
        if rest is None:
            return
        tasks: list[T | Guarded[T]] = [rest]
        with contextlib.suppress(Exception):  # then the process is gone, and the next one needs no rest
            for _ in self._workers.run(lambda: tasks.pop() if tasks else None, lambda _: {}):
                pass

    def _post(self, call: Callable[[], object]) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed, and nobody waits any more
            self._loop.call_soon_threadsafe(call)

    # In the event loop again.

    def _mended(self, future: asyncio.Future[None]) -> None:
        if not self._busy:
            self.ready = True
            self._watch()
        _settle(future, None)

    def _watch(self) -> None:
        """Wants to know when an idle process dies."""
        with contextlib.suppress(OSError):  # another thread closes it just now
            for pipe in self._workers.idle:
                self._loop.add_reader(pipe.fileno(), self._found_dead)
                self._watched.append(pipe.fileno())

    def _unwatch(self) -> None:
        while self._watched and not self._loop.is_closed():
            self._loop.remove_reader(self._watched.pop())

    def _found_dead(self) -> None:
        self._unwatch()
        self.ready, self.why = False, "died"
        self._died()


def _tell(told: Callable[[Q], object], question: Q, future: _Future) -> None:
    if not future.done():
        try:
            told(question)
        except Exception as error:  # noqa: BLE001 - raised to whoever waits for the result
            future.set_exception(error)


def _settle(future: asyncio.Future[V], value: V) -> None:
    if not future.done():
        future.set_result(value)


def _fail(future: asyncio.Future[V], error: BaseException) -> None:
    if not future.done():
        future.set_exception(error)


def _why(outcome: object) -> str:
    """Why a process is gone that had this outcome."""
    match outcome:
        case Failure(reason):
            return reason
        case StoppedError():
            return "stopped"
        case Done() | Problem():
            return "worn"
        case _:
            return "defect"


def _result(outcome: object) -> object:
    """What a task returned. Raises Problem."""
    match outcome:
        case Done(result):
            return result
        case Problem():
            raise outcome
        case Failure(reason, detail):
            code, what = _FAILURES[reason]
            raise Problem(code, f"{what}: {detail}.")
        case StoppedError():
            raise Problem("draining")
        case Broken():
            raise Problem("internal") from _defect(outcome)
        case _:
            raise Problem("internal") from _defect(Broken(type(outcome).__name__))
