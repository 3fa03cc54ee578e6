"""Problems as answers, and the backstop: whatever an application does, its caller gets an answer without content."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from confluence_xpress.service import observe
from confluence_xpress.service.problems import Problem


def encoded(problem: Problem, request_id: str) -> tuple[list[tuple[bytes, bytes]], bytes]:
    """Headers (without `Connection`) and body of a problem's answer."""
    body = json.dumps(problem.document(request_id), ensure_ascii=False).encode()
    headers = {
        "content-type": "application/problem+json",
        "content-length": str(len(body)),
        "cache-control": "no-store",
        "x-request-id": request_id,
        **{name.lower(): value for name, value in problem.headers.items()},
    }
    return [(name.encode("ascii"), value.encode("latin-1")) for name, value in headers.items()], body


async def send_problem(problem: Problem, scope: Any, send: Any) -> None:
    """Answers with a problem. The request's id is the one in the scope's state, or a new one."""
    request_id = scope.get("state", {}).get("request_id") or observe.request_id(None)
    headers, body = encoded(problem, request_id)
    await send({"type": "http.response.start", "status": problem.status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


class Backstop:
    """Around an application: gives each request an id (`state.request_id`) and lets no exception through."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or the application's life."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = observe.request_id(dict(scope["headers"]).get(b"x-request-id"))
        scope.setdefault("state", {})["request_id"] = request_id
        started = complete = False

        async def sending(message: Message) -> None:
            nonlocal started, complete
            started = True
            complete = message["type"] == "http.response.body" and not message.get("more_body", False)
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except asyncio.CancelledError:
            problem = Problem("draining", "It was not done when the service stopped.", headers={"Connection": "close"})
        except ClientDisconnect:
            observe.log("client-gone", request_id=request_id)
            return
        except Exception as error:  # noqa: BLE001 - nobody else would say it without content
            observe.failure("request-failed", error, request_id=request_id)
            problem = Problem("internal")
        else:
            return
        if complete:
            return
        if started:
            raise BrokenAnswerError  # uvicorn ends the connection, so that the client sees that it isn't whole
        await send_problem(problem, scope, send)


class BrokenAnswerError(Exception):
    """An answer that was begun can't be finished."""
