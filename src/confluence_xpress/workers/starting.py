"""Starts and ends worker processes, from the host's side."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from multiprocessing.reduction import send_handle
from types import ModuleType
from typing import Any, Protocol

from confluence_xpress.workers.template import Fork, Reap, be_template
from confluence_xpress.workers.worker import serve

_CONTEXT = multiprocessing.get_context("spawn")
_PATIENCE = 5.0
"""Seconds that the template has to end after it was told to, before it is killed."""


@dataclass(frozen=True, slots=True, eq=False)
class Started:
    """A worker process and our end of its pipe."""

    pid: int
    connection: Connection[Any, Any]


class Starter(Protocol):
    """Starts and ends workers."""

    def start(self, memory: int) -> Started:
        """A new worker, which ends itself at so many bytes of resident memory."""

    def end(self, worker: Started) -> int | None:
        """Kills a worker and closes its pipe. Its exit code, also if it had ended before; None if nobody knows."""

    def close(self) -> None:
        """Kills all workers. Another `start` opens it again."""


class Forking:
    """Forks workers off a template process: a few milliseconds each, and they share the memory of what it imported."""

    def __init__(self, preload: Sequence[str]) -> None:
        self._preload = tuple(preload)
        self._workers: dict[int, Started] = {}
        self._open()

    def _open(self) -> None:
        self._control, theirs = _CONTEXT.Pipe()
        with theirs:
            self._template = _spawn(be_template, theirs, self._preload)

    def start(self, memory: int) -> Started:
        try:
            worker = self._fork(memory)
        except (EOFError, OSError):  # closed, or the template was killed: nobody could say how its workers ended
            self._kill_all()
            self._workers.clear()
            self._open()
            worker = self._fork(memory)
        self._workers[worker.pid] = worker
        return worker

    def _fork(self, memory: int) -> Started:
        ours, theirs = _CONTEXT.Pipe()
        with theirs:
            self._control.send(Fork(memory))
            send_handle(self._control, theirs.fileno(), self._template.pid or 0)
        return Started(self._control.recv(), ours)

    def end(self, worker: Started) -> int | None:
        worker.connection.close()
        if self._workers.pop(worker.pid, None) is not worker:
            return None
        _kill(worker.pid)
        try:
            self._control.send(Reap(worker.pid))
            code: int = self._control.recv()
        except (EOFError, OSError):
            return None
        return code

    def close(self) -> None:
        for worker in self._workers.values():
            worker.connection.close()
        self._kill_all()
        self._workers.clear()

    def _kill_all(self) -> None:
        for pid in self._workers:
            _kill(pid)
        self._control.close()
        if self._workers:
            self._template.join(_PATIENCE)  # it buries them
        self._template.kill()
        self._template.join()


class Spawning:
    """Starts each worker as a program of its own: where processes can't fork."""

    def __init__(self) -> None:
        self._processes: dict[Started, SpawnProcess] = {}

    def start(self, memory: int) -> Started:
        ours, theirs = _CONTEXT.Pipe()
        with theirs:
            process = _spawn(serve, theirs, memory)
        worker = Started(process.pid or 0, ours)
        self._processes[worker] = process
        return worker

    def end(self, worker: Started) -> int | None:
        process = self._processes.pop(worker, None)
        worker.connection.close()
        if process is None:
            return None
        process.kill()
        process.join()
        return process.exitcode

    def close(self) -> None:
        for process in self._processes.values():
            process.kill()
        for worker in list(self._processes):
            self.end(worker)


_warm: dict[tuple[str, ...], Starter] = {}


def warm_up(preload: Sequence[str]) -> None:
    """Lets another process import these modules while this one goes on; the next Workers that share them use it."""
    key = tuple(preload)
    if key not in _warm:
        _warm[key] = _starter(key)


def starter(preload: Sequence[str]) -> Starter:
    """What starts workers that share these modules; warm if `warm_up` was called."""
    return _warm.pop(tuple(preload), None) or _starter(preload)


def _starter(preload: Sequence[str]) -> Starter:
    return Forking(preload) if "fork" in multiprocessing.get_all_start_methods() else Spawning()


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def _spawn(target: Callable[..., Any], *arguments: object) -> SpawnProcess:
    process = _CONTEXT.Process(target=target, args=arguments, daemon=True)
    with _bare():
        process.start()
    return process


@contextlib.contextmanager
def _bare() -> Iterator[None]:
    """Started processes import neither the main program again, which takes time, nor modules of the current folder."""
    main = sys.modules["__main__"]
    unsafe = "PYTHONSAFEPATH" not in os.environ
    sys.modules["__main__"] = ModuleType("__main__")
    if unsafe:
        os.environ["PYTHONSAFEPATH"] = "1"
    try:
        yield
    finally:
        sys.modules["__main__"] = main
        if unsafe:
            del os.environ["PYTHONSAFEPATH"]
