"""Lists that come page by page, as a whole."""

from __future__ import annotations

from typing import TypeVar

from confluence_xpress.errors import InternalError
from confluence_xpress.sources.online.cloud_json import results
from confluence_xpress.sources.online.http.calls import Call
from confluence_xpress.sources.online.http.connection import Connection
from confluence_xpress.sources.online.http.failures import ExpiredCursorError
from confluence_xpress.sources.online.http.paging import Params

T = TypeVar("T")

_ATTEMPTS = 4
"""Begun anew so often when the place in it is forgotten by the site."""


def entries(connection: Connection, call: Call, params: Params, kind: type[T], **path: str) -> list[T]:
    """All entries of a list. Raises what `Connection.listed` raises, and SiteError for entries of another shape."""
    for attempt in range(_ATTEMPTS):
        try:
            answers = connection.listed(call, params, **path)
            return [entry for answer in answers for entry in results(answer, kind, call.name)]
        except ExpiredCursorError:
            if attempt == _ATTEMPTS - 1:
                raise
    raise InternalError("A list was read without an end.")
