"""What happens inside a worker process."""

from __future__ import annotations

import contextlib
import gc
import os
import pickle
import signal
import threading
import time
import traceback
from multiprocessing import parent_process
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, NoReturn

from confluence_xpress.errors import InternalError
from confluence_xpress.tasks import Work
from confluence_xpress.workers.memory import peak, resident
from confluence_xpress.workers.messages import OVER_MEMORY, Exhausted, Message, Question, Raised, Ready, Result

_WATCH = 0.02
"""Seconds between two looks at the memory: at one gigabyte a second, 20 MB."""


def serve(connection: Connection[Any, Any], memory: int) -> NoReturn:
    """Prepares itself with what comes through the pipe, then does one task after the other until the pipe closes.

    `memory`: bytes of resident memory at which the process ends itself with exit code OVER_MEMORY.
    """
    try:
        settle()
        threading.Thread(target=_watch, args=(memory,), daemon=True).start()
        work = _begin(connection)
        while True:
            _do(connection, work)
    finally:
        os._exit(1)


def settle() -> None:
    """Prepares a process for being a worker, or for forking into workers.

    The host decides about Ctrl-C, and there is a worker for each core, so that more threads would only get in the way.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ["RAYON_NUM_THREADS"] = "1"
    gc.set_threshold(200_000, 20, 50)  # document trees are large and have few cycles
    with contextlib.suppress(OSError):  # Linux only: when memory runs out, workers go before their host
        Path("/proc/self/oom_score_adj").write_text("900", "ascii")


def _watch(memory: int) -> None:
    """Ends the process when its host is gone or it has too much memory, whatever the main thread does meanwhile.

    The host sees to the memory too, but not while it answers the questions of others.
    """
    host = parent_process()
    sentinels = [host.sentinel] if host else []
    while not wait(sentinels, _WATCH):
        if resident() > memory:
            os._exit(OVER_MEMORY)
    os._exit(0)


def _begin(connection: Connection[Any, Any]) -> Work[Any, Any, Any, Any]:
    opening = _receive(connection)
    try:
        begin, setup = pickle.loads(opening)  # noqa: S301 - from our own host
        work: Work[Any, Any, Any, Any] = begin(setup)
    except BaseException as error:  # noqa: BLE001 - carried over to the host, whatever it is
        _send(connection, Raised(_portable(error)))
        os._exit(0)
    gc.collect()
    gc.freeze()
    _send(connection, Ready())
    return work


def _do(connection: Connection[Any, Any], work: Work[Any, Any, Any, Any]) -> None:
    """One task, with its questions, until its result or exception is sent."""
    data = _receive(connection)
    seconds = 0.0
    since = time.monotonic()
    try:
        turns = work(pickle.loads(data))  # noqa: S301 - from our own host
        del data
        answer = None
        while True:
            try:
                question = turns.send(answer)
            except StopIteration as end:
                value = _dumped(end.value)
                break
            value = _dumped(question)
            seconds += time.monotonic() - since
            _send(connection, Question(seconds), value)
            del value
            data = _receive(connection)
            since = time.monotonic()
            answer = pickle.loads(data)  # noqa: S301 - from our own host
            del data
    except MemoryError:
        _send(connection, Exhausted())
    except BaseException as error:  # noqa: BLE001 - carried over to the host, whatever it is
        _send(connection, Raised(_portable(error)))
    else:
        _send(connection, Result(resident(), peak()), value)


def _portable(error: BaseException) -> BaseException:
    """The exception with its traceback as a note; as an InternalError if it can't be pickled, or would end the host."""
    trace = "".join(traceback.format_exception(error)).rstrip()
    if isinstance(error, Exception):
        error.add_note(f"In a worker process:\n{trace}")
        with contextlib.suppress(Exception):
            pickle.loads(_dumped(error))  # noqa: S301 - written one line above
            return error
    carrier = InternalError(f"{type(error).__name__}: {error}")
    carrier.add_note(f"In a worker process:\n{trace}")
    return carrier


def _dumped(value: object) -> bytes:
    return pickle.dumps(value, pickle.HIGHEST_PROTOCOL)


def _send(connection: Connection[Any, Any], message: Message, value: bytes | None = None) -> None:
    data = _dumped(message)
    try:
        connection.send_bytes(data)
        if value is not None:
            connection.send_bytes(value)
    except OSError:
        os._exit(0)  # the host is gone


def _receive(connection: Connection[Any, Any]) -> bytes:
    try:
        return connection.recv_bytes()
    except (EOFError, OSError):
        os._exit(0)  # the host is gone
