"""What a process does so that nothing of its memory ends up on a disk."""

from __future__ import annotations

import ctypes
import os
import sys

if sys.platform != "win32":
    import resource

_PR_SET_DUMPABLE = 4
"""linux/prctl.h"""


def harden() -> None:
    """Makes sure that this process leaves nothing on disk: no core dumps, no byte code; private files if any.

    Call it before anything else, and again in each worker: programs that are started get all but “not dumpable”, which
    only a fork keeps. That one is needed where a program receives the dumps (`core_pattern` with “|”), as it is given
    them in spite of RLIMIT_CORE. It also keeps other processes of the same user from reading the memory. What
    workers.memory reads stays readable, and so do a process's own /proc/self/fd; /proc/self/oom_score_adj can't be
    written from then on, except by root.
    """
    sys.dont_write_bytecode = True
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    os.umask(0o077)
    if sys.platform != "win32":
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        library = ctypes.CDLL(None, use_errno=True)
        if library.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0):
            raise OSError(ctypes.get_errno(), "prctl(PR_SET_DUMPABLE) failed")
