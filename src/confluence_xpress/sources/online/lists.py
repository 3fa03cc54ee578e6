"""Lists that come page by page, as a whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from confluence_xpress.errors import InternalError
from confluence_xpress.sources.online.cloud_json import results
from confluence_xpress.sources.online.http.calls import Call
from confluence_xpress.sources.online.http.connection import Connection
from confluence_xpress.sources.online.http.failures import ExpiredCursorError
from confluence_xpress.sources.online.http.paging import Params

T = TypeVar("T")
Seen = Callable[[int], None]
"""Told, in any thread, how many entries have come so far."""

_ATTEMPTS = 4
"""Begun anew so often when the place in it is forgotten by the site."""


def nobody(_count: int) -> None:
    """Nobody wants to know."""


def entries(
    connection: Connection, call: Call, params: Params, kind: type[T], seen: Seen = nobody, **path: str
) -> list[T]:
    """All entries of a list; `seen` is told how many there are so far.

    Raises what `Connection.listed` raises, and SiteError for entries of another shape.
    """
    for attempt in range(_ATTEMPTS):
        found: list[T] = []
        try:
            for answer in connection.listed(call, params, **path):
                found += results(answer, kind, call.name)
                seen(len(found))
        except ExpiredCursorError:
            if attempt == _ATTEMPTS - 1:
                raise
        else:
            return found
    raise InternalError("A list was read without an end.")
