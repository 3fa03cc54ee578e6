"""Opaque cursors, each bound to its query. They hold where the last answer ended, so changes don't shift the rest."""

from __future__ import annotations

import base64
import bisect
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import total_ordering
from operator import itemgetter
from typing import Any, TypeVar

from testsite.exchange import Refusal, Request

_Item = TypeVar("_Item")
_NOT_THE_QUERY = {"cursor", "limit", "start", "next", "prev"}


@total_ordering
@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a sorted list. `down` says for each value whether the list falls by it."""

    values: tuple[Any, ...]
    down: tuple[bool, ...]

    def __lt__(self, other: Place) -> bool:
        for mine, others, down in zip(self.values, other.values, self.down, strict=True):
            if mine != others:
                return bool(mine > others) if down else bool(mine < others)
        return False


@dataclass(frozen=True, slots=True)
class Listing(Sequence[_Item]):
    """Things in order, each with its place."""

    places: list[Place]
    items: list[_Item]

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, index: Any) -> Any:
        return self.items[index]


def listing(items: Sequence[tuple[tuple[Any, ...], _Item]], down: tuple[bool, ...]) -> Listing[_Item]:
    """Sorted by their values."""
    if any(down) and not all(down):
        ordered = sorted(items, key=lambda pair: Place(pair[0], down))
    else:
        ordered = sorted(items, key=itemgetter(0), reverse=any(down))
    return Listing([Place(values, down) for values, _ in ordered], [item for _, item in ordered])


class Cursors:
    """Makes and reads cursors. All that were made before `expire` are no good any more."""

    def __init__(self) -> None:
        self._generation = 0

    def expire(self) -> None:
        """From now on, cursors made so far are refused."""
        self._generation += 1

    def cut(self, request: Request, found: Listing[_Item], limit: int) -> tuple[list[_Item], str]:
        """One answer's share of a list, and the cursor of the next one; empty if there is none."""
        start = 0
        if text := request.value("cursor"):
            after = self._read(text, _query(request))
            down = found.places[0].down if found.places else ()
            if found.places and len(after) != len(found.places[0].values):
                raise Refusal(400, "Invalid cursor.")
            start = bisect.bisect_right(found.places, Place(tuple(after), down)) if found.places else 0
        end = start + limit
        cursor = ""
        if end < len(found.items):
            cursor = self._write(found.places[end - 1].values, _query(request)) if limit else ""
        return found.items[start:end], cursor

    def _write(self, after: tuple[Any, ...], query: str) -> str:
        data = json.dumps([self._generation, query, after], ensure_ascii=False, separators=(",", ":"))
        return base64.urlsafe_b64encode(data.encode()).decode().rstrip("=")

    def _read(self, text: str, query: str) -> list[Any]:
        try:
            generation, bound, after = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        except (ValueError, TypeError):
            raise Refusal(400, "Invalid cursor.") from None
        if generation != self._generation:
            raise Refusal(400, "The cursor has expired.")
        if bound != query:
            raise Refusal(400, "The cursor does not belong to this query.")
        return list(after)


def _query(request: Request) -> str:
    """What a cursor is bound to."""
    pairs = sorted(pair for pair in request.record.query if pair[0] not in _NOT_THE_QUERY)
    text = json.dumps([request.path, pairs, request.account])
    return hashlib.sha256(text.encode()).hexdigest()[:16]
