"""An application for tests of the server, to run in a process of its own."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from confluence_xpress.service import observe
from confluence_xpress.service.http.intake import Budget, IntakeLimits, take_in
from confluence_xpress.service.http.protocol import ConnectionLimits
from confluence_xpress.service.http.server import ServerSettings, harden, serve
from confluence_xpress.service.http.tls import TlsFiles
from confluence_xpress.service.problems import Problem

SECRET = "Verschlusssache 4711"
LARGE = 8_000_000


async def tell(request: Request) -> Response:
    certificate = request.state.certificate
    said = {
        "path": request.url.path,
        "query": request.url.query,
        "request_id": request.state.request_id,
        "common_name": certificate and certificate.common_name,
        "der": certificate and len(certificate.der),
        "scheme": request.url.scheme,
        "ready": STATE["ready"],
    }
    return JSONResponse(said)


async def echo(request: Request) -> Response:
    return PlainTextResponse(await request.body())


async def intake(request: Request) -> Response:
    limits = IntakeLimits(total=1_000_000, seconds=2, grace_seconds=0.7)
    with Budget(10_000_000).share() as share:
        taken = await take_in(request, limits, share)
    return JSONResponse({"size": taken.size, "files": {name: len(content) for name, content in taken.files.items()}})


async def doze(request: Request) -> Response:
    await asyncio.sleep(float(request.query_params["seconds"]))
    return PlainTextResponse("awake")


async def ignore(request: Request) -> Response:
    return PlainTextResponse("no, thanks", 413)


async def large(request: Request) -> Response:
    async def pieces() -> Any:
        for _ in range(LARGE // 50_000):
            yield b"x" * 50_000

    return StreamingResponse(pieces())


async def fail_late(request: Request) -> Response:
    async def pieces() -> Any:
        yield b"some of it"
        raise ValueError(SECRET)

    return StreamingResponse(pieces())


async def on_problem(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, Problem)
    return JSONResponse(problem.document(request.state.request_id), problem.status, headers=problem.headers)


class App:
    """An application that, for one path, has nothing that catches exceptions."""

    def __init__(self) -> None:
        handlers = {"/tell": tell, "/echo": echo, "/doze": doze, "/ignore": ignore, "/large": large, "/intake": intake}
        handlers["/fail-late"] = fail_late
        self.inner = Starlette(
            routes=[Route(path, handler, methods=["GET", "POST"]) for path, handler in handlers.items()],
            exception_handlers={Problem: on_problem},
        )

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope.get("path") == "/fail":
            raise ValueError(SECRET)
        await self.inner(scope, receive, send)


STATE = {"ready": True}


def main() -> None:
    """Serves as the JSON in the first argument says."""
    options = json.loads(sys.argv[1])
    harden()
    observe.start_logging()
    tls = options.pop("tls", None)
    patience = options.pop("patience", 0)
    reload_fails = options.pop("reload_fails", False)

    def reload() -> None:
        observe.log("app-reloads")
        if reload_fails:
            raise ValueError(SECRET)

    async def drain() -> None:
        STATE["ready"] = False
        observe.log("app-drains")
        await asyncio.sleep(patience)

    settings = ServerSettings(
        port=options.pop("port", 0),
        tls=TlsFiles(*(Path(name) for name in tls)) if tls else None,
        keep_alive_seconds=options.pop("keep_alive_seconds", 5),
        graceful_seconds=options.pop("graceful_seconds", 20),
        limits=ConnectionLimits(**options),
    )
    serve(App(), settings, on_reload=reload, on_drain=drain)
