"""HTTP: one thread, one event loop, a port for each host. Faults are put on here."""

from __future__ import annotations

import asyncio
import contextlib
import email.utils
import logging
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Future
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from testsite.answers import Answers
from testsite.exchange import Log, Record, Reply, Role
from testsite.faults import Fault, Faults
from testsite.harm import harmed

# What harms connections on purpose is nothing to be warned of; without any handler, it would go to standard error.
logging.getLogger("uvicorn.error").addHandler(logging.NullHandler())

Send = Callable[[dict[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[dict[str, Any]]]


class _Protocol(H11Protocol):
    """A connection that answers can cut."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client has connected."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


class Server:
    """The hosts of a site. `ports` are those wanted, 0 for any; after `start` those that are used."""

    def __init__(
        self,
        answers: Answers,
        log: Log,
        faults: Faults,
        latency: Callable[[Record], float],
        certificate: tuple[Path, Path] | None = None,
    ) -> None:
        self._answers = answers
        self._log = log
        self._faults = faults
        self._latency = latency
        self._certificate = certificate
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._thread: threading.Thread | None = None
        self.ports: dict[Role, int] = {}

    def listen(self, wanted: Mapping[Role, int]) -> dict[Role, socket.socket]:
        """Sockets for the hosts; their ports are known from now on."""
        sockets: dict[Role, socket.socket] = {}
        for role, port in wanted.items():
            # asyncio turns off Nagle's algorithm, which costs 40 ms a call, only where the protocol is named.
            made = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            made.bind(("127.0.0.1", port))
            sockets[role] = made
            self.ports[role] = made.getsockname()[1]
        return sockets

    def start(self, sockets: Mapping[Role, socket.socket]) -> None:
        """Serve, until `stop`."""
        ready: Future[None] = Future()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(sockets, ready)), daemon=True)
        self._thread.start()
        ready.result(timeout=30)

    def stop(self) -> None:
        """End: connections are cut."""
        if self._loop and self._stop and self._thread:
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join()

    async def _serve(self, sockets: Mapping[Role, socket.socket], ready: Future[None]) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        states: list[ServerState] = []
        servers: list[asyncio.Server] = []
        for role, sock in sockets.items():
            config = Config(
                self._app(role),
                log_config=None,
                access_log=False,
                lifespan="off",
                timeout_keep_alive=75,
                server_header=False,
                ssl_certfile=str(self._certificate[0]) if self._certificate else None,
                ssl_keyfile=str(self._certificate[1]) if self._certificate else None,
            )
            config.load()
            state = ServerState()
            states.append(state)
            servers.append(
                await self._loop.create_server(_maker(config, state), sock=sock, ssl=config.ssl, backlog=512)
            )
        ready.set_result(None)
        await self._stop.wait()
        for server in servers:
            server.close()
        for state in states:
            for connection in list(state.connections):
                connection.transport.abort()
        await asyncio.sleep(0.01)  # so that they know

    def _app(self, role: Role) -> Callable[[Any, Any, Any], Awaitable[None]]:
        async def app(scope: dict[str, Any], receive: Receive, send: Send) -> None:
            with contextlib.suppress(asyncio.CancelledError):  # the server stops
                await self._exchange(role, scope, receive, send)

        return app

    async def _exchange(self, role: Role, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        record = Record(
            role,
            scope["method"],
            scope["path"],
            parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True),
            {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]},
            await _body(receive),
        )
        self._log.add(record)
        faults = self._faults.due(record)
        for fault in faults:
            if fault.hook:
                fault.hook(record)
        if (wait := self._latency(record)) > 0:
            await asyncio.sleep(wait)
        worst = faults[-1] if faults and faults[-1].kind != "hook" else None
        await self._send(record, worst, scope, receive, send)
        record.seconds = time.monotonic() - record.started

    async def _send(
        self, record: Record, fault: Fault | None, scope: dict[str, Any], receive: Receive, send: Send
    ) -> None:
        transport: asyncio.Transport = scope["state"]["transport"]
        if fault is not None:
            record.fault = fault.kind
            if fault.kind == "cut":
                transport.abort()
                await _gone(receive)
                return
            if fault.kind == "late":
                await asyncio.sleep(fault.seconds)
        reply = self._answers.answer(record) if fault is None else self._harmed(record, fault)
        record.status = reply.status
        blanks = fault.size if fault is not None and fault.kind == "huge" else 0
        await send(_start(reply, blanks))
        if fault is not None and fault.kind == "cut-body" and reply.body:
            await send(_part(reply.body[: len(reply.body) // 2], more=True))
            transport.close()  # what was written is still sent
            await _gone(receive)
            return
        pieces = fault.pieces if fault is not None and fault.kind == "slow" else 1
        if blanks:
            chunk = b" " * min(blanks, 1 << 20)
            for _ in range(blanks // len(chunk)):
                if transport.is_closing():
                    return
                await send(_part(chunk, more=True))
        if pieces > 1 and fault is not None:
            size = -(-len(reply.body) // pieces) or 1
            for at in range(0, len(reply.body), size):
                if transport.is_closing():
                    break
                await send(_part(reply.body[at : at + size], more=True))
                await asyncio.sleep(fault.seconds)
            await send(_part(b"", more=False))
            return
        await send(_part(reply.body, more=False))

    def _harmed(self, record: Record, fault: Fault) -> Reply:
        caller = record.headers.get("authorization", "")
        record.early = self._answers.limiter.early(caller, record.started)
        reply = harmed(fault, record, self._answers)
        if reply.status == 429:
            self._answers.told_to_wait(caller, reply)
        return reply


def _maker(config: Config, state: ServerState) -> Callable[[], asyncio.Protocol]:
    return lambda: _Protocol(config=config, server_state=state, app_state={})


async def _body(receive: Receive) -> bytes:
    parts = []
    while True:
        message = await receive()
        if message["type"] != "http.request":
            break
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            break
    return b"".join(parts)


async def _gone(receive: Receive) -> None:
    """Wait until the connection is gone."""
    while (await receive())["type"] != "http.disconnect":
        pass


def _start(reply: Reply, blanks: int) -> dict[str, Any]:
    headers = [
        *reply.headers,
        ("content-length", str(len(reply.body) + blanks)),
        ("date", email.utils.formatdate(usegmt=True)),
    ]
    return {
        "type": "http.response.start",
        "status": reply.status,
        "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers],
    }


def _part(body: bytes, *, more: bool) -> dict[str, Any]:
    return {"type": "http.response.body", "body": body, "more_body": more}
