"""Run a program in a fresh process and measure it and everything that it starts. Linux only."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_SET_CHILD_SUBREAPER = 36  # prctl(2)
_PAGE = os.sysconf("SC_PAGE_SIZE")
_TICKS = os.sysconf("SC_CLK_TCK")
_SAMPLE_EVERY = 0.02
_SEARCH_EVERY = 0.1
"""Seconds between two searches for new processes."""
_READ_EVERY = 3.0
"""Seconds between two exact readings of memory, if there is no reason for more."""
_GROWTH = 1.04
"""An exact reading is due when memory, roughly, is so many times what it was at any reading before."""
_GRACE = 5.0
"""Seconds that processes may outlive the one that started them."""
_BUSY = (0, 1, 2, 5, 6, 7)
"""Columns of /proc/stat with ticks that programs of this or (stolen) another machine used."""


@dataclass(frozen=True, slots=True)
class Limit:
    """When a program is stopped: after so many seconds, or at so many bytes of memory of all its processes."""

    seconds: float
    memory: float = float("inf")


@dataclass(frozen=True, slots=True)
class Run:
    """What a program took. `error` is empty if it succeeded."""

    wall: float
    """Seconds until the program itself ended."""
    cpu: float
    """Seconds of CPU, user and system, of all its processes."""
    first: float
    """Seconds of CPU of its first process alone."""
    largest: int
    """Peak resident memory of its largest process, bytes, as the kernel counts it."""
    together: int
    """Peak of all its processes at one time, bytes, memory that they share counted once; sampled."""
    others: float
    """The share of the machine's CPU that went to other programs meanwhile."""
    error: str = ""


def become_reaper() -> None:
    """Inherit orphaned grandchildren, so that their CPU is counted however the program treats its processes."""
    if not sys.platform.startswith("linux"):
        raise SystemExit("The benchmark counts processes and memory with Linux's means.")
    if ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise SystemExit("prctl(PR_SET_CHILD_SUBREAPER) failed.")


def measure(command: Sequence[str], log: Path, limit: Limit, env: Mapping[str, str] | None = None) -> Run:
    """Run a command to its end, or to its limit; its output goes to the file `log`.

    Call `become_reaper` first. The calling process must have no other children, and be small: the kernel counts
    the memory of a process from its fork on.
    """
    with log.open("wb") as output:
        busy = _busy()
        started = time.perf_counter()
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True, env=env
        )
        watch = _Watch(process.pid, started + limit.seconds, limit.memory)
        watch.start()
        wall, cpu, first, largest, others = 0.0, 0.0, 0.0, 0, 0.0
        try:
            while ended := _ended():
                own = _own_cpu(ended) if ended == process.pid else 0.0
                _, status, usage = os.wait4(ended, 0)
                cpu += usage.ru_utime + usage.ru_stime
                largest = max(largest, usage.ru_maxrss * 1024)
                if ended == process.pid:
                    wall = time.perf_counter() - started
                    first = own
                    process.returncode = os.waitstatus_to_exitcode(status)
                    watch.deadline = time.perf_counter() + _GRACE
            spent = (time.perf_counter() - started) * (os.cpu_count() or 1)
            others = max(0.0, (_busy() - busy - cpu) / spent)
        except BaseException:
            _kill(_descendants(os.getpid()))  # Ctrl-C does not reach them: they have a session of their own
            raise
        finally:
            watch.stop()
    error = watch.stopped
    if not error and process.returncode:
        last = log.read_text("utf-8", "replace").strip().splitlines()[-1:]
        error = f"exit code {process.returncode}: {' '.join(last)[:200]}"
    return Run(wall, cpu, first, largest, max(watch.peak, largest), others, error)


class _Watch(threading.Thread):
    """Samples the memory of all our descendants, and kills them at their limits; `stopped` then says at which."""

    def __init__(self, pid: int, deadline: float, memory: float) -> None:
        super().__init__(daemon=True)
        self.deadline = deadline
        self.peak = 0
        self.stopped = ""
        self._pid = pid
        self._seconds = deadline - time.perf_counter()
        self._memory = memory
        self._done = threading.Event()

    def run(self) -> None:
        """Until `stop`."""
        pids: list[int] = []
        searched, read, most = 0.0, 0.0, 0
        while not self._done.wait(_SAMPLE_EVERY):
            now = time.perf_counter()
            if now - searched > _SEARCH_EVERY:
                pids, searched = _descendants(os.getpid()), now
            # An exact reading takes the kernel 10 ms and more, which the program lacks; a rough one takes it nothing.
            resident = sum(_resident(pid) for pid in pids)
            if resident > most * _GROWTH or now - read > _READ_EVERY:
                self.peak = max(self.peak, sum(_proportional(pid) for pid in pids))
                most, read = max(most, resident), now
            if now > self.deadline:
                self._stop_all(f"stopped after {self._seconds:,.0f} s")
            elif self.peak > self._memory:
                self._stop_all(f"stopped at {self._memory / 1e6:,.0f} MB of memory")

    def stop(self) -> None:
        """End sampling."""
        self._done.set()
        self.join()

    def _stop_all(self, why: str) -> None:
        pids = _descendants(os.getpid())
        if self._pid in pids:
            self.stopped = self.stopped or why
        _kill(pids)


def _kill(pids: Sequence[int]) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _ended() -> int:
    """The next child that has ended, not yet reaped; 0 if there are no children."""
    try:
        ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)
    except ChildProcessError:
        return 0
    return ended.si_pid if ended else 0


def _own_cpu(pid: int) -> float:
    """Seconds of CPU of a process without its children."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _busy() -> float:
    """Seconds of CPU that all programs have used since the machine was started."""
    ticks = Path("/proc/stat").read_text().partition("\n")[0].split()[1:]
    return sum(int(ticks[column]) for column in _BUSY) / _TICKS


def _descendants(pid: int) -> list[int]:
    found: list[int] = []
    waiting = [pid]
    while waiting:
        try:
            children = [
                int(child)
                for task in Path(f"/proc/{waiting.pop()}/task").iterdir()
                for child in (task / "children").read_text().split()
            ]
        except OSError:
            continue  # the process, or one of its threads, has just ended: the next sample sees its children again
        found += children
        waiting += children
    return found


def _resident(pid: int) -> int:
    """Bytes of resident memory, with what it shares; 0 if the process is gone."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE
    except OSError:
        return 0


def _proportional(pid: int) -> int:
    """Bytes of resident memory, of what it shares with others its portion; 0 if the process is gone."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)
