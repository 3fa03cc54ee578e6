"""What a worker tells its host. Only answers, tasks and the setup go the other way, each by itself.

A worker writes only when its host is about to read, and the host only when the worker is: large values on both sides
can't block each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

OVER_MEMORY = 93
"""Exit code of a worker that ended itself because it used too much memory."""


@dataclass(frozen=True, slots=True)
class Ready:
    """The worker is prepared and waits for its first task."""


@dataclass(frozen=True, slots=True)
class Question:
    """The task waits for an answer. `seconds`: taken so far, without waits."""

    seconds: float
    question: Any


@dataclass(frozen=True, slots=True)
class Result:
    """The task is done. Bytes of resident memory, now and at most."""

    resident: int
    peak: int
    result: Any


@dataclass(frozen=True, slots=True)
class Raised:
    """The task, or the preparation, raised an exception."""

    error: BaseException


@dataclass(frozen=True, slots=True)
class Exhausted:
    """The task was refused memory."""


Message: TypeAlias = Ready | Question | Result | Raised | Exhausted
