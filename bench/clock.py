"""CPU by stage of an export: the stages, and a clock that charges functions to them."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Collection, Generator
from functools import wraps
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
Y = TypeVar("Y")
S = TypeVar("S")
T = TypeVar("T")

STAGES = {
    "start": "interpreter and imports",
    "source": "page list, bodies, files",
    "read": "bodies to trees",
    "transform": "links, macros, images, tables",
    "write": "trees to Typst markup",
    "typeset": "Typst: fonts, layout, PDF of parts and front matter",
    "inspect": "what is wrong with the typeset pages",
    "furniture": "running heads and feet of parts",
    "finish": "parts: places, numbers, links, compression",
    "assemble": "plan, places, writing the document",
    "manifest": "manifest",
    "other": "all else",
}
PYTHON = ("read", "transform", "write")
"""The stages that are XPress's own work on the content, which together have a budget."""
ASSEMBLY = ("furniture", "finish", "assemble", "manifest")
"""What comes after typesetting, which together has a budget."""
SERIAL = ("source", "assemble", "manifest")
"""What the main process does while workers do the rest: no number of workers makes it faster."""


class Clock:
    """Seconds of CPU by stage."""

    def __init__(self) -> None:
        now = time.process_time()
        # What was used before this moment is the start of the interpreter.
        self.seconds = dict.fromkeys(STAGES, 0.0) | {"start": now}
        self._open = ["start"]
        self._since = now

    def timed(self, stage: str, function: Callable[P, T], within: Collection[str] = ()) -> Callable[P, T]:
        """The same function, its CPU charged to a stage. `within`: stages that it is a part of when they call it."""

        @wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> T:
            self.charge()
            self._open.append(self._open[-1] if self._open[-1] in within else stage)
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


def stepwise(
    function: Callable[P, Generator[Y, S, T]], around: Callable[[Callable[[Any], Y]], Callable[[Any], Y]]
) -> Callable[P, Generator[Y, S, T]]:
    """The same generator function, its steps wrapped by `around`; what is done between them is not."""

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> Generator[Y, S, T]:
        turns = function(*args, **kwargs)
        step = around(turns.send)
        sent: S | None = None
        try:
            while True:
                sent = yield step(sent)
        except StopIteration as end:
            result: T = end.value
            return result

    return call


def replace(function: object, by: object) -> None:
    """Put another function in the place of one, in each module of ours that has it."""
    for name, module in list(sys.modules.items()):
        if name.startswith("confluence_xpress"):
            for key, value in list(vars(module).items()):
                if value is function:
                    setattr(module, key, by)
