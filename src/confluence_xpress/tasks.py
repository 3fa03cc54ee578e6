"""Tasks: work that asks questions on its way, and how it is done in this process.

A task is a generator: it yields questions, is sent the answers, and returns its result. So it does no I/O of its own,
and whoever drives it decides where it runs.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from types import TracebackType
from typing import Generic, Literal, TypeAlias, TypeVar

S = TypeVar("S")
"""Setup: what every worker is prepared with, once."""
T = TypeVar("T")
"""Task."""
Q = TypeVar("Q")
"""Question of a task to the host."""
A = TypeVar("A")
"""The host's answer."""
R = TypeVar("R")
"""Result of a task."""

Work: TypeAlias = Callable[[T], Generator[Q, A, R]]
Begin: TypeAlias = Callable[[S], Work[T, Q, A, R]]
"""Prepares a worker and gives what does its tasks. A function of an importable module (not `__main__`), as workers
find it by name."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A task without a result.

    memory: it was too much for a fresh worker; time: it took too long; crash: its worker died, and the next one too;
    output: a question or its result was too long.
    """

    reason: Literal["memory", "time", "crash", "output"]
    detail: str


class Inline(Generic[S, T, Q, A, R]):
    """The same as Workers in this process: one task after the other, without limits."""

    def __init__(self, begin: Begin[S, T, Q, A, R], setup: S) -> None:
        self._begin = begin
        self._setup = setup
        self._work: Work[T, Q, A, R] | None = None

    def __enter__(self) -> Inline[S, T, Q, A, R]:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._work = None

    def run(
        self, next_task: Callable[[], T | None], answer: Callable[[Q], A | Future[A]]
    ) -> Iterator[tuple[T, R | Failure]]:
        """Each task with its result, until `next_task` gives None."""
        while (task := next_task()) is not None:
            self._work = self._work or self._begin(self._setup)
            yield task, _converse(self._work, task, answer)


def _converse(work: Work[T, Q, A, R], task: T, answer: Callable[[Q], A | Future[A]]) -> R:
    turns = work(task)
    try:
        question = next(turns)
        while True:
            reply = answer(question)
            question = turns.send(reply.result() if isinstance(reply, Future) else reply)
    except StopIteration as end:
        result: R = end.value
        return result
