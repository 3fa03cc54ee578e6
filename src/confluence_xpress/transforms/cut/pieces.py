"""Sequences of nodes in numbered pieces, any run of which can be put together again."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate, pairwise
from math import ceil
from typing import Generic, Protocol, TypeVar

T = TypeVar("T")
Node_co = TypeVar("Node_co", covariant=True)

Marks = Mapping[int, str]
"""By the number of a piece: the name of the anchor at its beginning."""


class Opened(Protocol[Node_co]):
    """A node that was cut. `weights` are those of its pieces, of which there are at least two."""

    @property
    def weights(self) -> Sequence[int]: ...

    def take(self, start: int, stop: int, marks: Marks) -> Sequence[Node_co]:
        """The pieces from `start` up to `stop` as one node, or as several where a mark can't stand inside.

        No mark is at the node's very first piece: who holds the node puts it there.
        """
        ...


class Run(Generic[T]):
    """Nodes one after the other; a node that is not opened is one piece."""

    def __init__(
        self,
        nodes: Sequence[T],
        weights: Sequence[float],
        limit: float,
        open_node: Callable[[T], Opened[T] | None],
        mark: Callable[[T, str], Sequence[T]],
    ) -> None:
        """`open_node` is asked for each node heavier than `limit`; `mark` puts an anchor at the beginning of a node."""
        self._nodes = nodes
        self._mark = mark
        self._opened = {
            index: opened
            for index, weight in enumerate(weights)
            if weight > limit and (opened := open_node(nodes[index]))
        }
        self.weights: list[int] = []
        for index, weight in enumerate(weights):
            self.weights += self._opened[index].weights if index in self._opened else [ceil(weight)]
        counts = [len(self._opened[index].weights) if index in self._opened else 1 for index in range(len(nodes))]
        self._starts = [0, *accumulate(counts)]

    def index(self, piece: int) -> int:
        """The number of the node to which a piece belongs."""
        return bisect_right(self._starts, piece) - 1

    def take(self, start: int, stop: int, marks: Marks) -> tuple[T, ...]:
        """The pieces from `start` up to `stop`: whole nodes as they are, of the others what lies between."""
        if start >= stop:
            return ()
        result: list[T] = []
        for index in range(self.index(start), self.index(stop - 1) + 1):
            first, end = self._starts[index], self._starts[index + 1]
            taken = self._part(index, max(start, first), min(stop, end), marks)
            if start <= first and (name := marks.get(first)):
                result += [*self._mark(taken[0], name), *taken[1:]]
            else:
                result += taken
        return tuple(result)

    def _part(self, index: int, start: int, stop: int, marks: Marks) -> Sequence[T]:
        first, end = self._starts[index], self._starts[index + 1]
        if end == first + 1:
            return (self._nodes[index],)
        inner = {n - first: marks[n] for n in range(max(start, first + 1), stop) if n in marks}
        if not inner and start == first and stop == end:
            return (self._nodes[index],)
        return self._opened[index].take(start - first, stop - first, inner)


class SeamedPieces(Generic[T]):
    """A node in which no mark can stand: it becomes several where one is asked for."""

    def __init__(
        self, make: Callable[[int, int], T], weights: Sequence[int], mark: Callable[[T, str], Sequence[T]]
    ) -> None:
        """`make` gives the pieces from one number up to another as one node."""
        self._make = make
        self._mark = mark
        self.weights = weights

    def take(self, start: int, stop: int, marks: Marks) -> Sequence[T]:
        """The pieces from `start` up to `stop`."""
        result: list[T] = []
        for first, end in pairwise([start, *(n for n in range(start + 1, stop) if n in marks), stop]):
            node = self._make(first, end)
            result += self._mark(node, marks[first]) if first in marks else (node,)
        return result


def share_out(weights: Sequence[float], limit: float) -> list[int]:
    """Where to cut so that no part is heavier than the limit: the bounds of the parts, 0 and the end included."""
    bounds = [0]
    total = 0.0
    for index, weight in enumerate(weights):
        if total and total + weight > limit:
            bounds.append(index)
            total = 0.0
        total += weight
    return [*bounds, len(weights)]


def sums(weights: Sequence[float], bounds: Sequence[int]) -> list[int]:
    """The weights of the parts between the bounds."""
    return [ceil(sum(weights[start:stop])) for start, stop in pairwise(bounds)]
