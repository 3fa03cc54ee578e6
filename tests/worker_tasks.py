"""What the workers of test_workers.py do. A module of its own, as every worker imports it."""

from __future__ import annotations

import os
import re
import signal
import stat
import sys
import time
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

Turns = Generator[Any, Any, Any]


class RefusedError(Exception):
    """An exception that can't be pickled: its arguments aren't those it is made with."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(first)
        self.second = second


def begin(setup: str) -> Callable[[tuple[Any, ...]], Turns]:
    """A task is the name of a function below and its arguments; `setup` is what `greet` says."""
    if setup == "unprepared":
        raise ValueError("no preparation")

    def work(task: tuple[Any, ...]) -> Turns:
        name, *arguments = task
        if name == "greet":
            arguments.append(setup)
        do: Callable[..., Turns] = globals()[name]
        return do(*arguments)

    return work


def greet(setup: str) -> Turns:
    """Needs no answer."""
    yield from ()
    return f"{setup} from {os.getpid()}"


def total(count: int) -> Turns:
    """The sum of the answers to the questions 0, 1, 2 …"""
    answers = 0
    for question in range(count):
        answers += yield question
    return answers


def ask(question: int) -> Turns:
    """The answer to one question."""
    return (yield question)


def echo(data: bytes) -> Turns:
    """Task, question, answer and result are of the same size."""
    answer = yield data
    return answer


def die_once(marker: str) -> Turns:
    """Kills its own process in the middle of a dialogue, but not twice."""
    answer = yield "before"
    if not Path(marker).exists():
        Path(marker).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return answer


def die() -> Turns:
    """Always ends its process."""
    yield from ()
    os._exit(7)


def hog(megabytes: int) -> Turns:
    """Takes memory until it is stopped, or has enough."""
    yield from ()
    taken = []
    for _ in range(megabytes):
        taken.append(b"x" * 1_000_000)
        time.sleep(0.0005)
    return len(taken)


def swell(megabytes: int) -> Turns:
    """Keeps memory for good."""
    yield from ()
    _kept.append(b"x" * (megabytes * 1_000_000))
    return os.getpid()


_kept: list[bytes] = []


def refused_memory() -> Turns:
    """Asks for more than there is."""
    yield from ()
    return b"x" * sys.maxsize


def loop() -> Turns:
    """Never ends."""
    yield from ()
    while True:
        pass


def hold(question: str) -> Turns:
    """Asks, then never ends nor lets another thread run: one call that no signal handler of Python's interrupts."""
    yield question
    re.match(r"(a|a)*b", "a" * 200)


def nap(seconds: float) -> Turns:
    """Waits, then says who did."""
    yield from ()
    time.sleep(seconds)
    return os.getpid()


def fail() -> Turns:
    """A defect."""
    yield from ()
    raise KeyError("a defect")


def fail_strangely() -> Turns:
    """A defect with an exception that can't travel."""
    yield from ()
    raise RefusedError("a strange defect", "more")


def leave() -> Turns:
    """Asks the process to end politely."""
    yield from ()
    raise SystemExit(3)


def unpicklable() -> Turns:
    """A result that can't travel."""
    yield from ()
    return lambda: None


def settings() -> Turns:
    """How a worker is set up."""
    yield from ()
    return os.environ.get("RAYON_NUM_THREADS"), signal.getsignal(signal.SIGINT) is signal.SIG_IGN


def steps_back() -> Turns:
    """Whether this process leaves processors to others."""
    yield from ()
    return os.sched_getscheduler(0) == os.SCHED_IDLE if sys.platform == "linux" else os.nice(0) == 19


def greatly(size: int) -> Turns:
    """Asks for as much as it is answered, and gives it back."""
    answer = yield b"x" * size
    return answer


def remember(what: str) -> Turns:
    """Asks, and keeps what it was answered."""
    _remembered.append((what, (yield what)))


_remembered: list[tuple[str, Any]] = []


def remembered() -> Turns:
    """What this process was told to remember, and which one it is."""
    yield from ()
    return list(_remembered), os.getpid()


def standing() -> Turns:
    """How the kernel ranks this process when memory runs out."""
    yield from ()
    return Path("/proc/self/oom_score_adj").read_text("ascii")


def stall() -> Turns:
    """Begins to send a result, and stops in the middle."""
    yield from ()
    for entry in list(Path("/proc/self/fd").iterdir()):
        if entry.exists() and stat.S_ISSOCK(entry.stat().st_mode):
            os.write(int(entry.name), (1_000_000).to_bytes(8, "big") + b"half")
    time.sleep(600)
