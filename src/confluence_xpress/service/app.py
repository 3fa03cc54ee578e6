"""The HTTP application: its routes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from confluence_xpress.service import observe
from confluence_xpress.service.account import Account
from confluence_xpress.service.exchange import Exchange
from confluence_xpress.service.facts import described, version
from confluence_xpress.service.http.answers import encoded
from confluence_xpress.service.metrics import METRICS
from confluence_xpress.service.openapi import openapi
from confluence_xpress.service.operations import OPERATIONS
from confluence_xpress.service.problems import PROBLEMS, Problem
from confluence_xpress.service.service import Service
from confluence_xpress.wire.about import Health
from confluence_xpress.wire.requests import encode

_EXPOSED = ("X-Request-Id", "Content-Disposition", "XPress-Pages", "XPress-Lost", "Retry-After")


def make_app(service: Service, origins: Sequence[str] = ()) -> Starlette:
    """The application. Its lifespan starts the workers, and ends them. `origins`: of web pages that may call."""
    description = openapi(secured=not service.gate.open)
    routes = (
        *(Route(f"/v1/{name}", Exchange(service, name), methods=["POST"]) for name in OPERATIONS),
        Route("/v1/templates", _known(service, lambda: described(service.setup.templates))),
        Route("/version", _told(lambda: version(service.setup, service.limits))),
        Route("/health", _ready(service)),
        Route("/health/live", _told(lambda: Health("live"))),
        Route("/health/ready", _ready(service)),
        Route("/metrics", _metrics),
        Route("/openapi.json", _told(lambda: description)),
    )
    METRICS.routes(frozenset(route.path for route in routes))
    cors = Middleware(
        CORSMiddleware,
        allow_origins=list(origins),
        allow_methods=["GET", "POST"],
        allow_headers=["Authorization", "Content-Type", "X-Request-Id", "X-B3-TraceId", "X-B3-SpanId"],
        expose_headers=_EXPOSED,
        max_age=600,
    )

    @asynccontextmanager
    async def life(_app: Starlette) -> AsyncIterator[None]:
        await service.pool.start()
        _watch(service)
        try:
            yield
        finally:
            await asyncio.to_thread(service.pool.close)

    app = Starlette(
        routes=routes,
        middleware=[Middleware(Account, routes), Middleware(_Identified), *([cors] if origins else [])],
        exception_handlers={HTTPException: _refused, Problem: _problem, Exception: _problem},
        lifespan=life,
    )
    app.router.redirect_slashes = False
    return app


def _watch(service: Service) -> None:
    """Tells the metrics where their figures come from."""
    pool, budget = service.pool, service.budget
    for name, lane in pool.lanes.items():
        METRICS.watch_lane(name, partial(getattr, lane, "running"), partial(getattr, lane, "waiting"))
    METRICS.watch_memory(lambda: pool.memory)
    METRICS.watch_budget(lambda: budget.held, budget.limit)


class _Identified:
    """Puts the id of a request on its answer."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = (b"x-request-id", scope["state"]["request_id"].encode())
                others = [header for header in message["headers"] if header[0] != own[0]]
                message = {**message, "headers": [*others, own]}
            await send(message)

        await self._app(scope, receive, sending if scope["type"] == "http" else send)


def _told(what: Callable[[], object]) -> Callable[[Request], Any]:
    async def endpoint(_request: Request) -> Response:
        return _json(what())

    return endpoint


def _known(service: Service, what: Callable[[], object]) -> Callable[[Request], Any]:
    """For callers only."""

    async def endpoint(request: Request) -> Response:
        request.state.record.caller = await service.admitted(request)
        return _json(what())

    return endpoint


def _ready(service: Service) -> Callable[[Request], Any]:
    async def endpoint(_request: Request) -> Response:
        ready = service.pool.ready
        return _json(Health("ready" if ready else "unready"), 200 if ready else 503)

    return endpoint


async def _metrics(_request: Request) -> Response:
    body, media_type = METRICS.exposition()
    return Response(body, media_type=media_type, headers={"Cache-Control": "no-store"})


def _json(value: object, status: int = 200) -> Response:
    return Response(encode(value), status, {"Cache-Control": "no-store"}, "application/json")


async def _problem(request: Request, error: Exception) -> Response:
    problem = error if isinstance(error, Problem) else Problem("internal")
    request.state.record.code = problem.code
    if problem is error and problem.code == "internal":
        observe.failure("request-failed", problem, request_id=request.state.request_id)
    headers, body = encoded(problem, request.state.request_id)
    response = Response(body, problem.status)
    response.raw_headers = headers
    return response


async def _refused(request: Request, error: Exception) -> Response:
    """What the router refuses."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    code = next((code for code, kind in PROBLEMS.items() if kind.status == status), "internal")
    headers = getattr(error, "headers", None) or {}
    return await _problem(request, Problem(code, headers=headers))
