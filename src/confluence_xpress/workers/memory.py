"""How much memory processes use."""

from __future__ import annotations

import os
import sys
from functools import lru_cache

import psutil

if sys.platform != "win32":
    import resource


_GROWTH = 4_000_000_000
"""Bytes of memory that a process can't take in less than a second."""
_SHORTEST = 0.02
_LONGEST = 0.2


def pause(room: float) -> float:
    """Seconds until one should look again at a process that may take so many bytes of memory more."""
    return min(max(room / _GROWTH, _SHORTEST), _LONGEST)


def resident(pid: int | None = None) -> int:
    """Bytes of resident memory of a process, this one if none is named; 0 if it is gone."""
    try:
        return int(_process(pid or os.getpid()).memory_info().rss)
    except psutil.Error:
        return 0


@lru_cache(256)
def _process(pid: int) -> psutil.Process:
    # Finding a process takes longer than asking it, which is done many times a second.
    return psutil.Process(pid)


def peak() -> int:
    """The most bytes of resident memory that this process ever had."""
    if sys.platform == "win32":
        return int(psutil.Process().memory_info().peak_wset)
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
