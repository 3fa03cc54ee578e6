"""What the machine, or the container, has for workers."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from pathlib import Path

import psutil

_CGROUP = Path("/sys/fs/cgroup")
_HOST = 200_000_000
"""Bytes of memory for everything that isn't a worker."""
_MOST = 640_000_000
_LEAST = 256_000_000
"""Bytes of memory that a worker may have."""


@dataclass(frozen=True, slots=True)
class Staff:
    """How many workers each of two lanes gets, and how many bytes of memory each worker."""

    workers: int
    memory: int


def staff(cores: int, memory: int) -> Staff:
    """What so many cores and bytes of memory are enough for: one worker for each core, or fewer with room to work."""
    workers = max(1, cores)
    while workers > 1 and (memory - _HOST) / (2 * workers) < _LEAST:
        workers -= 1
    return Staff(workers, max(_LEAST, min(_MOST, (memory - _HOST) // (2 * workers))))


def cores(cgroup: Path = _CGROUP) -> int:
    """Processors that this process may use: those it may run on, or fewer if its container is granted less time."""
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quota, period = _read(cgroup / "cpu.max", 2) or (
        *(_read(cgroup / "cpu/cpu.cfs_quota_us", 1) or ("",)),
        *(_read(cgroup / "cpu/cpu.cfs_period_us", 1) or ("",)),
    )
    if quota.isdecimal() and period.isdecimal() and int(quota) and int(period):
        count = min(count, math.ceil(int(quota) / int(period)))
    return max(1, count)


def memory(cgroup: Path = _CGROUP) -> int:
    """Bytes of memory that this process and its workers may use: the machine's, or those its container is granted."""
    total = int(psutil.virtual_memory().total)
    for name in ("memory.max", "memory/memory.limit_in_bytes"):
        for word in _read(cgroup / name, 1):
            if word.isdecimal() and int(word):
                total = min(total, int(word))
    return total


def _read(file: Path, words: int) -> tuple[str, ...]:
    """The words of a file; none unless there are so many."""
    try:
        found = tuple(file.read_text("ascii").split())
    except (OSError, ValueError):
        return ()
    return found if len(found) == words else ()
