"""One connection: uvicorn's HTTP/1.1 with limits of time and size, strict framing, and problems as its own answers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, cast

import h11
from uvicorn._types import ASGIReceiveCallable, ASGISendCallable, Scope
from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle
from uvicorn.server import ServerState

from confluence_xpress.service import observe
from confluence_xpress.service.gate.certificates import peer_certificate
from confluence_xpress.service.http.answers import encoded, send_problem
from confluence_xpress.service.http.framing import Framing
from confluence_xpress.service.problems import Problem

_WRITE_BUFFER = 65_536
"""Bytes of an answer above which its maker waits. With TLS, asyncio would wait for 8 times as many."""

_END_SECONDS = 2.0
"""How long a client may take to agree that an idle connection ends; with TLS, both sides say so."""


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """What one connection, or all of them, may take. Times in seconds."""

    header_seconds: float = 10
    """Until a request's headers are complete."""
    header_bytes: int = 16_384
    """Request line and headers."""
    write_seconds: float = 30
    """How long a client may take nothing of an answer."""
    linger_seconds: float = 10
    """After an early answer, how long the rest of the request is still received, to be thrown away."""
    connections: int = 512
    """Above, requests are answered with “busy”."""


class EdgeProtocol(H11Protocol):
    """A connection. Its peer's certificate is in the `state` of each request's scope, as “certificate”."""

    def __init__(
        self, config: Config, server_state: ServerState, app_state: dict[str, Any], *, limits: ConnectionLimits
    ) -> None:
        super().__init__(config, server_state, app_state)
        self.limits = limits
        self.conn: _Connection = _Connection(h11.SERVER, 2 * limits.header_bytes)
        self._framing = Framing(limits.header_bytes)
        self._over = False
        """No more requests are read."""
        self._timers = _Timers(self.loop)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client has connected, and TLS is agreed on."""
        transport.set_write_buffer_limits(_WRITE_BUFFER)
        super().connection_made(cast("asyncio.Transport", _Transport(transport, self._hang_up)))
        self.app_state = {**self.app_state, "certificate": peer_certificate(transport.get_extra_info("ssl_object"))}
        if len(self.connections) > self.limits.connections:
            self.app = _too_many_connections
        self._timers.start("headers", self.limits.header_seconds, self._headers_late)

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        self._over = True
        super().connection_lost(exc)
        self._unset_keepalive_if_required()
        self._timers.stop_all()

    def data_received(self, data: bytes) -> None:
        """Some bytes have arrived."""
        if self._over:
            return
        try:
            passed = self._framing.take(data)
        except Problem as problem:
            self._refuse(problem)
            return
        if self._framing.in_head:
            if self._framing.begun:
                self._unset_keepalive_if_required()
                self._timers.start("headers", self.limits.header_seconds, self._headers_late)
        else:
            self._timers.stop("headers")
            if self._framing.pipelined:
                self.flow.pause_reading()
        if passed:
            super().data_received(passed)

    def on_response_complete(self) -> None:
        """An answer is sent: now for the next request, which may be here already."""
        super().on_response_complete()
        if self._over or self.transport.is_closing():
            return
        self._framing.next()
        self.data_received(b"")

    def shutdown(self) -> None:
        """The service stops, or wants clients to connect anew: it ends after the answer that is on its way."""
        if (cycle := self._running()) is not None:
            self.conn.last = True
            cycle.keep_alive = False
            return
        self._over = True
        self._timers.stop("linger")
        cast("_Transport", self.transport).finish()
        self._timers.start("end", _END_SECONDS, self.abort)

    def abort(self) -> None:
        """Ends it at once."""
        self._over = True
        self.transport.abort()

    def pause_writing(self) -> None:
        """The client takes the answer more slowly than it is made."""
        super().pause_writing()
        self._watch_writing()

    def resume_writing(self) -> None:
        """The client has taken most of it."""
        super().resume_writing()
        self._timers.stop("writing")

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - it may quote the request
        """What only h11 has found."""
        self._refuse(Problem("request-unreadable", "It breaks the rules of HTTP/1.1."))

    def timeout_keep_alive_handler(self) -> None:
        """No request for a while."""
        self.shutdown()

    def _should_upgrade(self) -> bool:
        return False

    def _running(self) -> RequestResponseCycle | None:
        """The request that is not answered yet."""
        cycle: RequestResponseCycle | None = self.cycle
        return cycle if cycle is not None and not cycle.response_complete else None

    def _headers_late(self) -> None:
        if self._framing.begun:
            seconds = f"{self.limits.header_seconds:g}"
            self._refuse(Problem("too-slow", f"The headers were not complete after {seconds} seconds."))
        else:
            self.shutdown()

    def _refuse(self, problem: Problem) -> None:
        """Answers a request that is not passed on, or not to its end, and ends the connection."""
        self._over = True
        self._timers.stop("headers")
        self._unset_keepalive_if_required()
        request_id = observe.request_id(None)
        observe.log("refused", level="warning", request_id=request_id, status=problem.status, code=problem.code)
        observe.METRICS.refused(problem.code)
        if (cycle := self._running()) is not None:
            cycle.disconnected = True  # so that what the application sends from now on goes nowhere
            cycle.message_event.set()
            if cycle.response_started:
                self.transport.abort()
                return
        self.transport.write(_as_bytes(problem, request_id, self.server_state.default_headers))
        self._hang_up()

    def _hang_up(self) -> None:
        """Ends the connection so that the client gets all that was written.

        If it were closed while bytes of the client are unread, the system would reset it, and the answer could be lost
        (RFC 9112, section 9.6). So what still comes is received for a while.
        """
        self._over = True
        self._timers.stop("headers")
        transport = cast("_Transport", self.transport)
        if transport.is_closing():
            return
        self._watch_writing()
        if not self._framing.more:
            transport.finish()
            return
        transport.linger()
        self._timers.start("linger", self.limits.linger_seconds, transport.finish)

    def _watch_writing(self) -> None:
        """Looks again and again whether the client takes anything of what is written, and gives up if it doesn't."""
        before = self.transport.get_write_buffer_size()

        def look() -> None:
            now = self.transport.get_write_buffer_size()
            if now < before:
                self._watch_writing()
            elif now:
                observe.log("client-stalled", level="warning")
                self.abort()

        self._timers.start("writing", self.limits.write_seconds, look, anew=True)


class _Connection(h11.Connection):
    """Ends the connection after an answer that doesn't wait for the end of the request, which may never come."""

    last = False
    """Whether it ends after this request anyway."""

    def send_with_data_passthrough(self, event: h11.Event) -> list[bytes] | None:
        if isinstance(event, h11.Response) and (self.last or self.their_state is h11.SEND_BODY):
            event = h11.Response(
                status_code=event.status_code,
                headers=[*event.headers.raw_items(), (b"connection", b"close")],
                http_version=event.http_version,
                reason=event.reason,
            )
        return super().send_with_data_passthrough(event)


class _Transport:
    """A transport which, when uvicorn closes it, calls `hang_up` instead."""

    def __init__(self, transport: asyncio.Transport, hang_up: Callable[[], None]) -> None:
        self._transport = transport
        self._hang_up = hang_up
        self._lingers = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def is_closing(self) -> bool:
        return self._lingers or self._transport.is_closing()

    def close(self) -> None:
        self._hang_up()

    def linger(self) -> None:
        """Sends no more, but receives."""
        self._lingers = True
        self._transport.resume_reading()
        if self._transport.can_write_eof():
            self._transport.write_eof()

    def finish(self) -> None:
        """Closes it, after what is written was sent."""
        self._lingers = True
        self._transport.close()


class _Timers:
    """Timers of a connection, by name."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._handles: dict[str, asyncio.TimerHandle] = {}

    def start(self, name: str, seconds: float, call: Callable[[], None], *, anew: bool = False) -> None:
        """Calls after so many seconds. One that runs already stays, unless it is to start anew."""
        if name in self._handles and not anew:
            return
        self.stop(name)

        def due() -> None:
            self._handles.pop(name, None)
            call()

        self._handles[name] = self._loop.call_later(seconds, due)

    def stop(self, name: str) -> None:
        handle = self._handles.pop(name, None)
        if handle is not None:
            handle.cancel()

    def stop_all(self) -> None:
        for name in list(self._handles):
            self.stop(name)


async def _too_many_connections(scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:  # noqa: ARG001
    headers = {"Connection": "close"}
    await send_problem(Problem("busy", "There are too many connections.", retry_after=2, headers=headers), scope, send)


def _as_bytes(problem: Problem, request_id: str, default_headers: list[tuple[bytes, bytes]]) -> bytes:
    """A whole answer, without h11, which may be in no state to give one."""
    headers, body = encoded(problem, request_id)
    lines = [f"HTTP/1.1 {problem.status} {HTTPStatus(problem.status).phrase}".encode("ascii")]
    lines += [name + b": " + value for name, value in (*default_headers, *headers, (b"connection", b"close"))]
    return b"\r\n".join([*lines, b"", body])
