"""Importing it makes a process that can't fork: test_workers.py lets the template import it."""

from __future__ import annotations

import multiprocessing
import os
from typing import NoReturn


def _refuse() -> NoReturn:
    raise BlockingIOError("no more processes")


if multiprocessing.parent_process() is not None:
    os.fork = _refuse
