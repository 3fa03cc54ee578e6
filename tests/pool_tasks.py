"""What the processes of test_service_pool.py do. A module of its own, as every process imports it."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

from confluence_xpress.service.problems import Problem

Turns = Generator[Any, Any, Any]
SECRET = "the secret of the page"

_kept: list[object] = []


def begin(setup: str) -> Callable[[tuple[Any, ...]], Turns]:
    """A task is the name of a function below and its arguments. “unprepared” can't begin."""
    if setup == "unprepared":
        raise ValueError("no preparation")

    def work(task: tuple[Any, ...]) -> Turns:
        name, *arguments = task
        do: Callable[..., Turns] = globals()[name]
        return do(*arguments)

    return work


def warm() -> Turns:
    """Asks too, and remembers that it was here."""
    answer = yield "warm"
    _kept.append(answer)


def warm_unless(switch: str) -> Turns:
    """Fails while there is a file of this name."""
    yield from ()
    if Path(switch).exists():
        raise KeyError(SECRET)


def warmth() -> Turns:
    """What the warm-ups of this process were answered, and which process it is."""
    yield from ()
    return [kept for kept in _kept if kept == {}], os.getpid()


def give(value: Any) -> Turns:
    """The same value, and which process had it."""
    yield from ()
    return value, os.getpid()


def ask(count: int) -> Turns:
    """Asks 0, 1, 2 …; gives the answers."""
    answers = []
    for number in range(count):
        answers += [(yield number)]
    return answers


def nap(seconds: float) -> Turns:
    """Waits, then says who did."""
    yield from ()
    time.sleep(seconds)
    return os.getpid()


def hold(marker: str) -> Turns:
    """Says who it is, then never ends."""
    yield os.getpid(), marker
    while True:
        time.sleep(1)


def loop() -> Turns:
    """Never ends, and is busy with it."""
    yield from ()
    while True:
        pass


def leave() -> Turns:
    """Ends its process."""
    yield from ()
    os._exit(7)


def die(number: int) -> Turns:
    """Has its process killed by a signal."""
    yield from ()
    os.kill(os.getpid(), number)
    time.sleep(60)


def wild() -> Turns:
    """Reads memory that isn't there."""
    yield from ()
    signal.signal(signal.SIGSEGV, signal.SIG_DFL)  # no report of pytest's
    ctypes.string_at(0)


def hog() -> Turns:
    """Takes memory until it is stopped."""
    yield from ()
    taken = []
    while True:
        taken.append(b"x" * 1_000_000)


def refused() -> Turns:
    """Asks for more memory than there is."""
    yield from ()
    return b"x" * (1 << 62)


def swell(megabytes: int) -> Turns:
    """Keeps memory for good."""
    yield from ()
    _kept.append(b"x" * (megabytes * 1_000_000))
    return os.getpid()


def huge(size: int, asked: object = None) -> Turns:
    """Gives, or asks, too much."""
    if asked:
        yield b"x" * size
    return b"x" * size


def refuse(detail: str) -> Turns:
    """A problem that the caller is to know of."""
    yield from ()
    raise Problem("part-unusable", detail, hint="Hint.", retry_after=7)


def fail() -> Turns:
    """A defect whose text holds content."""
    yield from ()
    raise KeyError(SECRET)


def fail_unpicklably() -> Turns:
    """A defect that can't travel."""
    yield from ()

    class LocalError(Exception):
        pass

    raise LocalError(SECRET)


def unknown_problem() -> Turns:
    """A problem that there isn't: a defect."""
    yield from ()
    raise Problem("no-such-code", SECRET)


def unpicklable() -> Turns:
    """A result that can't travel."""
    yield from ()
    return lambda: SECRET


def exit_politely() -> Turns:
    """No exception of the usual kind."""
    yield from ()
    raise SystemExit(SECRET)


def steps_back() -> Turns:
    """Whether this process leaves processors to others."""
    yield from ()
    return os.sched_getscheduler(0) == os.SCHED_IDLE if sys.platform == "linux" else os.nice(0) == 19


def rest() -> Turns:
    """Counts how often this process rested."""
    yield from ()
    _kept.append("rested")


def rests() -> Turns:
    """How often it did, and which process it is."""
    yield from ()
    return _kept.count("rested"), os.getpid()
