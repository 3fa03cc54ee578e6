"""The template: a process that imports the heavy modules once and forks into workers when it is asked to.

`multiprocessing`'s own fork server isn't used: it needs a writable temporary folder and leaves a socket in it when its
host is killed, and after that it stays for as long as a single worker is busy.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.reduction import recv_handle
from typing import Any, NoReturn

from confluence_xpress.workers.limits import Limits
from confluence_xpress.workers.worker import serve, settle


@dataclass(frozen=True, slots=True)
class Fork:
    """Asks for a worker. The descriptor of its end of the pipe follows; the answer is its process id, or None if the
    system grants no process."""

    limits: Limits


@dataclass(frozen=True, slots=True)
class Reap:
    """Tells of a worker that the host has killed; the answer is its exit code, below zero for a signal."""

    pid: int


def be_template(control: Connection[Any, Any], preload: Sequence[str]) -> NoReturn:
    """Serves requests until the host closes the pipe or is gone, then kills what it forked and ends."""
    settle()
    for module in preload:
        with contextlib.suppress(ImportError):  # the worker that needs it says so
            importlib.import_module(module)
    gc.collect()
    gc.freeze()  # so that collections don't touch, and so copy, what all workers share
    workers: set[int] = set()
    with contextlib.suppress(EOFError, OSError):
        while True:
            request: Fork | Reap = control.recv()
            match request:
                case Fork(limits):
                    started = _fork(control, limits)
                    if started is not None:
                        workers.add(started)
                    control.send(started)
                case Reap(worker):
                    workers.discard(worker)
                    control.send(_exit_code(worker))
    for worker in workers:
        os.kill(worker, signal.SIGKILL)
    for worker in workers:
        _exit_code(worker)
    os._exit(0)


def _fork(control: Connection[Any, Any], limits: Limits) -> int | None:
    pipe = recv_handle(control)
    try:
        worker = os.fork()
    except OSError:
        worker = None
    if worker == 0:
        control.close()
        serve(Connection(pipe), limits)
    os.close(pipe)
    return worker


def _exit_code(worker: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(worker, 0)[1])
