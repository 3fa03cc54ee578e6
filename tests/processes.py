"""The processes of a test, any of which may end while it is looked at."""

from __future__ import annotations

from contextlib import suppress

import psutil


def children() -> set[int]:
    """Those of this process, without the tracker of resources that multiprocessing starts once in each program."""
    found = set()
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):  # ended, or waits to be buried
            if not any("resource_tracker" in word for word in child.cmdline()):
                found.add(child.pid)
    return found


def gone(pid: int) -> bool:
    """Whether a process has ended. It may still wait to be buried."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
