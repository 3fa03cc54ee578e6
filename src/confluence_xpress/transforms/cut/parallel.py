"""Contents side by side, in the cells of a row or the columns of a layout, cut so that they stay side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import ceil

from confluence_xpress.model import Block, Blocks
from confluence_xpress.transforms.cut.pieces import Marks, Run, share_out, sums


class Parallel:
    """Contents side by side. Piece n has the n-th part of each; what is light is in the first piece as a whole."""

    def __init__(
        self,
        contents: Sequence[Blocks],
        weights: Sequence[float],
        limit: float,
        least: float,
        cut: Callable[[Blocks, float], Run[Block]],
    ) -> None:
        """`cut` gives blocks in pieces below a limit, which it is never asked to be below `least`."""
        heavy = [index for index, weight in enumerate(weights) if weight > limit / (2 * len(contents))]
        room = max(least, limit / (2 * max(1, len(heavy))))
        self._contents = contents
        self._runs: dict[int, Run[Block]] = {}
        self._bounds: dict[int, list[int]] = {}
        shares: list[list[int]] = []
        for index in heavy:
            run = self._runs[index] = cut(contents[index], room)
            bounds = self._bounds[index] = share_out(run.weights, room)
            shares.append(sums(run.weights, bounds))
        light = ceil(sum(weight for index, weight in enumerate(weights) if index not in self._runs))
        count = max([1, *map(len, shares)])
        self.weights = [
            sum(share[piece] for share in shares if piece < len(share)) + (0 if piece else light)
            for piece in range(count)
        ]

    def take(self, start: int, stop: int, marks: Marks) -> list[Blocks]:
        """What each content has in the pieces from `start` up to `stop`."""
        places: dict[int, dict[int, str]] = {}
        for piece, name in marks.items():
            # Every piece but the first is there because a content goes so far.
            index = next(index for index, bounds in self._bounds.items() if piece < len(bounds) - 1)
            places.setdefault(index, {})[self._bounds[index][piece]] = name
        return [self._taken(index, start, stop, places.get(index, {})) for index in range(len(self._contents))]

    def _taken(self, index: int, start: int, stop: int, marks: Marks) -> Blocks:
        if index not in self._runs:
            return () if start else self._contents[index]
        bounds = self._bounds[index]
        last = len(bounds) - 1
        return self._runs[index].take(bounds[min(start, last)], bounds[min(stop, last)], marks)
