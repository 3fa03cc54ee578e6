"""One record for each request: for the log and the metrics, without content."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import cast

from starlette.datastructures import Headers
from starlette.routing import Match, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from confluence_xpress.service import observe
from confluence_xpress.service.metrics import METHODS, METRICS
from confluence_xpress.service.tracing import Attributes, span


@dataclass(slots=True)
class Record:
    """What is known of a request when it is answered. `code` of its problem, if it has one."""

    caller: str = ""
    code: str = ""
    bytes_in: int = 0
    bytes_out: int = 0
    pages: int = 0
    status: int = 0


class Account:
    """Around an application: keeps a record in the `state` of each request's scope, and tells it in the end."""

    def __init__(self, app: ASGIApp, routes: tuple[Route, ...]) -> None:
        self._app = app
        self._routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or the application's life."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        record = Record()
        scope.setdefault("state", {})["record"] = record

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                record.status = message["status"]
            else:
                record.bytes_out += len(message.get("body", b""))
            await send(message)

        start = time.monotonic()
        with span(Headers(scope=scope)) as attributes:
            try:
                await self._app(scope, receive, sending)
            finally:
                self._tell(scope, record, time.monotonic() - start, attributes)

    def _tell(self, scope: Scope, record: Record, seconds: float, attributes: Attributes) -> None:
        route = next((each.path for each in self._routes if each.matches(scope)[0] is not Match.NONE), "other")
        METRICS.answered(
            route=route,
            method=scope["method"],
            status=record.status,
            code=record.code,
            seconds=seconds,
            bytes_in=record.bytes_in,
            bytes_out=record.bytes_out,
        )
        fields = observe.Fields(
            request_id=scope["state"].get("request_id", ""),
            caller=record.caller,
            method=scope["method"] if scope["method"] in METHODS else "other",
            route=route,
            status=record.status,
            code=record.code,
            bytes_in=record.bytes_in,
            bytes_out=record.bytes_out,
            pages=record.pages,
            milliseconds=round(seconds * 1000, 1),
        )
        observe.log("request", level="info" if route.startswith("/v1") else "debug", **fields)
        attributes |= {f"xpress.{name}": cast("str | int | float", value) for name, value in fields.items()}
