"""Macros that Confluence Cloud converts from their storage format: it does so in the background, and is asked again."""

from __future__ import annotations

import stamina
from msgspec import Struct

from confluence_xpress.errors import InternalError
from confluence_xpress.sources.online.cloud_json import convert
from confluence_xpress.sources.online.http import calls
from confluence_xpress.sources.online.http.connection import Connection
from confluence_xpress.sources.online.http.failures import SiteError

_PATIENCE = 60.0
"""Seconds for which a conversion is waited for."""


class _TaskJson(Struct, rename="camel"):
    async_id: str


class _StateJson(Struct):
    status: str = ""
    value: str | None = None
    error: str | None = None


class _PendingError(Exception):
    """It is not done yet."""


def converted(connection: Connection, markup: str, page_id: str) -> str:
    """The view HTML of storage format that stands on a page. SiteError if Confluence can't convert it."""
    data = {"value": markup, "representation": "storage"}
    params = [("contentIdContext", page_id), ("allowCache", "true")]
    task = convert(connection.json(calls.CONVERT_START, params, data=data, to="export_view"), _TaskJson, "a macro")
    try:
        for attempt in stamina.retry_context(
            on=_PendingError, attempts=None, timeout=_PATIENCE, wait_initial=0.2, wait_max=3.0, wait_jitter=0.2
        ):
            with attempt:
                return _finished(connection, task)
    except _PendingError as error:
        raise SiteError("Confluence did not convert a macro in time.", reason="Confluence takes too long") from error
    raise InternalError("A wait has ended without a result.")


def _finished(connection: Connection, task: _TaskJson) -> str:
    """What the conversion gives; _PendingError if it still goes on."""
    state = convert(connection.json(calls.CONVERT_RESULT, id=task.async_id), _StateJson, "a macro")
    if state.status not in ("COMPLETED", "FAILED"):
        raise _PendingError
    if state.status == "FAILED" or state.value is None:
        raise SiteError("Confluence can't convert a macro.", reason="Confluence can't render it either")
    return state.value
