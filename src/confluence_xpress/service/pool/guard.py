"""In a worker: lets a problem through, keeps the text of any other exception in, and the worker alive after both.

The text of an exception may hold content. So it never leaves the process that had the content anyway: what goes on is
the exception's type and where in the code it came from.
"""

from __future__ import annotations

import traceback
from collections import deque
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, Generic

from confluence_xpress.service.problems import Problem
from confluence_xpress.tasks import Begin, R, S, T

_FRAMES = 30
"""The innermost ones, of which one can learn where it was."""


@dataclass(frozen=True, slots=True)
class Guarded(Generic[T]):
    """A task whose exceptions are not to be raised in the host."""

    task: T


@dataclass(frozen=True, slots=True)
class Done(Generic[R]):
    """What a guarded task returned."""

    result: R


@dataclass(frozen=True, slots=True)
class Broken:
    """A guarded task met a defect: the name of the exception's type, and the lines of code that it went through, as a
    traceback has them, without their text."""

    kind: str
    places: tuple[str, ...] = ()


def begin_guarded(setup: tuple[Begin[S, T, Any, Any, R], S]) -> Callable[[T | Guarded[T]], Generator[Any, Any, Any]]:
    """What does both guarded tasks, whose result is Done, a Problem or Broken, and others."""
    begin, inner = setup
    work = begin(inner)

    def do(task: T | Guarded[T]) -> Generator[Any, Any, Any]:
        if not isinstance(task, Guarded):
            return (yield from work(task))
        try:
            return Done((yield from work(task.task)))
        except MemoryError:
            raise
        except Problem as problem:
            return Problem(problem.code, problem.detail, hint=problem.hint, headers=problem.headers)
        except Exception as error:  # noqa: BLE001 - a defect, whatever it is
            return broken(error)

    return do


def broken(error: BaseException) -> Broken:
    """What may be known of an exception."""
    frames = deque(traceback.walk_tb(error.__traceback__), _FRAMES)
    places = (f'File "{each.f_code.co_filename}", line {line}, in {each.f_code.co_name}' for each, line in frames)
    return Broken(type(error).__name__, tuple(places))
