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
_SAMPLE_EVERY = 0.05
_GRACE = 5.0
"""Seconds that processes may outlive the one that started them."""


@dataclass(frozen=True, slots=True)
class Run:
    """What a program took. `error` is empty if it succeeded."""

    wall: float
    """Seconds until the program itself ended."""
    cpu: float
    """Seconds of CPU, user and system, of all its processes."""
    largest: int
    """Peak resident memory of its largest process, bytes, as the kernel counts it."""
    together: int
    """Peak of all its processes at one time, bytes: their own memory, and once the largest they share; sampled."""
    error: str = ""


def become_reaper() -> None:
    """Inherit orphaned grandchildren, so that their CPU is counted however the program treats its processes."""
    if not sys.platform.startswith("linux"):
        raise SystemExit("The benchmark counts processes and memory with Linux's means.")
    if ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise SystemExit("prctl(PR_SET_CHILD_SUBREAPER) failed.")


def measure(command: Sequence[str], log: Path, limit: float, env: Mapping[str, str] | None = None) -> Run:
    """Run a command to its end, or for `limit` seconds; its output goes to the file `log`.

    Call `become_reaper` first. The calling process must have no other children, and be small: the kernel counts
    the memory of a process from its fork on.
    """
    with log.open("wb") as output:
        started = time.perf_counter()
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True, env=env
        )
        watch = _Watch(process.pid, started + limit)
        watch.start()
        wall, cpu, largest = 0.0, 0.0, 0
        try:
            while True:
                try:
                    pid, status, usage = os.wait4(-1, 0)
                except ChildProcessError:
                    break
                cpu += usage.ru_utime + usage.ru_stime
                largest = max(largest, usage.ru_maxrss * 1024)
                if pid == process.pid:
                    wall = time.perf_counter() - started
                    process.returncode = os.waitstatus_to_exitcode(status)
                    watch.deadline = time.perf_counter() + _GRACE
        except BaseException:
            _kill(_descendants(os.getpid()))  # Ctrl-C does not reach them: they have a session of their own
            raise
        finally:
            watch.stop()
    error = ""
    if watch.overran:
        error = f"stopped after {limit:.0f} s"
    elif process.returncode:
        last = log.read_text("utf-8", "replace").strip().splitlines()[-1:]
        error = f"exit code {process.returncode}: {' '.join(last)[:200]}"
    return Run(wall, cpu, largest, max(watch.peak, largest), error)


class _Watch(threading.Thread):
    """Samples the memory of all our descendants, and kills them at the deadline."""

    def __init__(self, pid: int, deadline: float) -> None:
        super().__init__(daemon=True)
        self.deadline = deadline
        self.peak = 0
        self.overran = False
        self._pid = pid
        self._done = threading.Event()

    def run(self) -> None:
        """Until `stop`."""
        while not self._done.wait(_SAMPLE_EVERY):
            pids = _descendants(os.getpid())
            self.peak = max(self.peak, _memory(pids))
            if time.perf_counter() > self.deadline:
                self.overran = self.overran or self._pid in pids
                _kill(pids)

    def stop(self) -> None:
        """End sampling."""
        self._done.set()
        self.join()


def _kill(pids: Sequence[int]) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


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


def _memory(pids: Sequence[int]) -> int:
    own, shared = 0, 0
    for pid in pids:
        try:
            resident, in_common = (int(n) for n in Path(f"/proc/{pid}/statm").read_text().split()[1:3])
        except OSError:
            continue
        own += resident - in_common
        shared = max(shared, in_common)
    return (own + shared) * _PAGE
