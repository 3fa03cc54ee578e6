"""What happens inside a worker process."""

from __future__ import annotations

import contextlib
import gc
import os
import pickle
import signal
import sys
import threading
import time
import traceback
from multiprocessing import parent_process
from multiprocessing.connection import Connection, wait
from typing import Any, NoReturn

from confluence_xpress.errors import InternalError
from confluence_xpress.tasks import Work
from confluence_xpress.workers.channel import BrokenChannelError, Channel, Parcel
from confluence_xpress.workers.limits import Limits
from confluence_xpress.workers.memory import pause, peak, resident
from confluence_xpress.workers.messages import OVER_MEMORY, Exhausted, Question, Raised, Ready, Result


def serve(connection: Connection[Any, Any], limits: Limits) -> NoReturn:
    """Prepares itself with what comes through the pipe, then does one task after the other until the pipe closes.

    At its limit of memory the process ends itself with exit code OVER_MEMORY; the host sees to the other limits.
    """
    try:
        settle()
        if limits.idle:
            _step_back()  # before there are other threads, as it is each thread's own
        threading.Thread(target=_watch, args=(limits.memory,), daemon=True).start()
        channel = Channel(connection)
        work = _begin(channel)
        while True:
            _do(channel, work)
    finally:
        os._exit(1)


def _step_back() -> None:
    """Leaves processors to others. Where that is forbidden, all goes on as it was."""
    with contextlib.suppress(OSError):
        if sys.platform == "linux":
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
        elif sys.platform != "win32":
            os.nice(19)


def settle() -> None:
    """Prepares a process for being a worker, or for forking into workers.

    The host decides when to stop, and there is a worker for each core, so that more threads would only get in the way.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    os.environ["RAYON_NUM_THREADS"] = "1"
    gc.set_threshold(200_000, 20, 50)  # document trees are large and have few cycles


def _watch(memory: int) -> None:
    """Ends the process when its host is gone or it has too much memory, whatever the main thread does meanwhile.

    The host sees to the memory too, but not while it answers the questions of others.
    """
    host = parent_process()
    sentinels = [host.sentinel] if host else []
    room = memory
    while not wait(sentinels, pause(room)):
        room = memory - resident()
        if room < 0:
            os._exit(OVER_MEMORY)
    os._exit(0)


def _begin(channel: Channel) -> Work[Any, Any, Any, Any]:
    try:
        begin, setup = _receive(channel)
        work: Work[Any, Any, Any, Any] = begin(setup)
    except BaseException as error:  # noqa: BLE001 - carried over to the host, whatever it is
        _send(channel, Parcel(Raised(_portable(error))))
        os._exit(0)
    gc.collect()
    gc.freeze()
    _send(channel, Parcel(Ready()))
    return work


def _do(channel: Channel, work: Work[Any, Any, Any, Any]) -> None:
    """One task, with its questions, until its result or exception is sent."""
    try:
        result = _converse(channel, work)
    except MemoryError:
        result = Parcel(Exhausted())
    except BaseException as error:  # noqa: BLE001 - carried over to the host, whatever it is
        result = Parcel(Raised(_portable(error)))
    _send(channel, result)


def _converse(channel: Channel, work: Work[Any, Any, Any, Any]) -> Parcel:
    """One task, with its questions: its result. Raises what the task raises, or what can't be pickled."""
    turns = work(_receive(channel))
    seconds = 0.0
    since = time.monotonic()
    answer = None
    while True:
        try:
            question = turns.send(answer)
        except StopIteration as end:
            return Parcel(Result(resident(), peak(), end.value))
        seconds += time.monotonic() - since
        _send(channel, Parcel(Question(seconds, question)))
        del question
        answer = _receive(channel)
        since = time.monotonic()


def _portable(error: BaseException) -> BaseException:
    """The exception with its traceback as a note; as an InternalError if it can't be pickled, or would end the host."""
    trace = "".join(traceback.format_exception(error)).rstrip()
    if isinstance(error, Exception):
        error.add_note(f"In a worker process:\n{trace}")
        with contextlib.suppress(Exception):
            pickle.loads(pickle.dumps(error))  # noqa: S301 - written one line above
            return error
    carrier = InternalError(f"{type(error).__name__}: {error}")
    carrier.add_note(f"In a worker process:\n{trace}")
    return carrier


def _send(channel: Channel, parcel: Parcel) -> None:
    try:
        channel.send(parcel)
    except OSError:
        os._exit(0)  # the host is gone


def _receive(channel: Channel) -> Any:
    try:
        return channel.receive()
    except BrokenChannelError:
        os._exit(0)  # the host is gone
