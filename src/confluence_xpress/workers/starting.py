"""Starts and ends worker processes, from the host's side."""

from __future__ import annotations

import atexit
import contextlib
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from multiprocessing.reduction import send_handle
from types import ModuleType
from typing import Any, Protocol

from confluence_xpress.workers.faults import UnpreparedError
from confluence_xpress.workers.limits import Limits
from confluence_xpress.workers.template import Fork, Reap, be_template
from confluence_xpress.workers.worker import serve

_CONTEXT = multiprocessing.get_context("spawn")
_spawns = threading.Lock()
"""One at a time, as it changes what the whole program sees."""
_PATIENCE = 5.0
"""Seconds that the template has to end after it was told to, before it is killed."""


@dataclass(frozen=True, slots=True, eq=False)
class Started:
    """A worker process and our end of its pipe."""

    pid: int
    connection: Connection[Any, Any]


class Starter(Protocol):
    """Starts and ends workers. Several `Workers` may share one, each in a thread of its own."""

    def start(self, limits: Limits) -> Started:
        """A new worker, which ends itself at its limit of memory. UnpreparedError if the system grants none."""

    def end(self, worker: Started) -> int | None:
        """Kills a worker and closes its pipe. Its exit code, also if it had ended before; None if nobody knows."""

    def close(self) -> None:
        """Kills all workers. Another `start` opens it again."""


class Forking:
    """Forks workers off a template process: a few milliseconds each, and they share the memory of what it imported."""

    def __init__(self, preload: Sequence[str]) -> None:
        self._preload = tuple(preload)
        self._lock = threading.Lock()
        """Whoever holds it may talk with the template."""
        self._workers: dict[Started, _Template] = {}
        """By whom each was forked, which also keeps open what tells it that we live."""
        self._template = _Template(self._preload)

    def start(self, limits: Limits) -> Started:
        ours, theirs = _CONTEXT.Pipe()
        with self._lock, theirs:
            try:
                pid = self._template.fork(theirs, limits)
            except (EOFError, OSError):  # closed, or it was killed
                self._template.close()
                self._template = _Template(self._preload)
                pid = self._template.fork(theirs, limits)
            if pid is None:
                raise UnpreparedError("The system grants no further process.", "Raise the limit of processes.")
            worker = Started(pid, ours)
            self._workers[worker] = self._template
        return worker

    def end(self, worker: Started) -> int | None:
        worker.connection.close()
        with self._lock:
            template = self._workers.pop(worker, None)
            if template is None:
                return None
            _kill(worker.pid)
            return template.reap(worker.pid)

    def close(self) -> None:
        with self._lock:
            for worker in self._workers:
                worker.connection.close()
                _kill(worker.pid)
            if self._workers:
                self._template.end()  # it buries them
            self._workers.clear()
            self._template.close()


class _Template:
    """The process that forks, and our end of the pipe to it."""

    def __init__(self, preload: Sequence[str]) -> None:
        self._control, theirs = _CONTEXT.Pipe()
        with theirs:
            self._process = _spawn(be_template, theirs, preload)

    def fork(self, pipe: Connection[Any, Any], limits: Limits) -> int | None:
        """The process id of a new worker at the other end of this pipe, or None. EOFError or OSError if it died."""
        self._control.send(Fork(limits))
        send_handle(self._control, pipe.fileno(), self._process.pid or 0)
        pid: int | None = self._control.recv()
        return pid

    def reap(self, pid: int) -> int | None:
        """The exit code of a worker that was killed; None if the template died before."""
        try:
            self._control.send(Reap(pid))
            code: int = self._control.recv()
        except (EOFError, OSError):
            return None
        return code

    def end(self) -> None:
        """Lets it end in peace, for a while."""
        self._control.close()
        self._process.join(_PATIENCE)

    def close(self) -> None:
        """Ends it."""
        self._control.close()
        self._process.kill()
        self._process.join()


class Spawning:
    """Starts each worker as a program of its own: where processes can't fork."""

    def __init__(self) -> None:
        self._processes: dict[Started, SpawnProcess] = {}

    def start(self, limits: Limits) -> Started:
        ours, theirs = _CONTEXT.Pipe()
        with theirs:
            process = _spawn(serve, theirs, limits)
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
        for worker, process in list(self._processes.items()):
            process.kill()
            self.end(worker)


_warm: dict[tuple[str, ...], Starter] = {}


def warm_up(preload: Sequence[str]) -> None:
    """Lets another process import these modules while this one goes on; the next Workers that share them use it."""
    key = tuple(preload)
    if key not in _warm:
        _warm[key] = _starter(key)
        # Before the end of this process waits for it, as it heeds no signals.
        atexit.register(_discard, key)


def _discard(key: tuple[str, ...]) -> None:
    """Ends what nobody has used."""
    if unused := _warm.pop(key, None):
        unused.close()


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
    with _spawns, _bare():
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
