"""CPU by stage of an export: the stages, and a clock that charges functions to them."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

STAGES = {
    "start": "interpreter and imports",
    "files": "reading and writing files",
    "read": "bodies to trees",
    "transform": "links, macros, images, tables",
    "write": "trees to Typst markup",
    "typeset": "Typst: fonts, layout, PDF",
    "finish": "pikepdf: compact PDF, facts",
    "manifest": "manifest",
    "other": "all else",
}
PYTHON = ("read", "transform", "write")
"""The stages that are XPress's own work on the content, which together have a budget."""


class Clock:
    """Seconds of CPU by stage."""

    def __init__(self) -> None:
        now = time.process_time()
        # What was used before this moment is the start of the interpreter.
        self.seconds = dict.fromkeys(STAGES, 0.0) | {"start": now}
        self._open = ["start"]
        self._since = now

    def timed(self, stage: str, function: Callable[P, T]) -> Callable[P, T]:
        """The same function, its CPU charged to a stage."""

        @wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> T:
            self.charge()
            self._open.append(stage)
            try:
                return function(*args, **kwargs)
            finally:
                self.charge()
                self._open.pop()

        return call

    def charge(self) -> None:
        """Charge what was used since the last time to the stage that is open."""
        now = time.process_time()
        self.seconds[self._open[-1]] += now - self._since
        self._since = now


def replace(function: object, by: object) -> None:
    """Put another function in the place of one, in each module of ours that has it."""
    for name, module in list(sys.modules.items()):
        if name.startswith("confluence_xpress"):
            for key, value in list(vars(module).items()):
                if value is function:
                    setattr(module, key, by)
