"""The server: HTTP/1.1, with or without TLS, until SIGTERM or SIGINT; SIGHUP reads keys and certificates anew."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import ssl
import sys
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from typing import Any, cast

import uvicorn
from starlette.types import ASGIApp

from confluence_xpress.errors import InputError, InternalError
from confluence_xpress.service import observe
from confluence_xpress.service.hardening import harden
from confluence_xpress.service.http.answers import Backstop
from confluence_xpress.service.http.protocol import ConnectionLimits, EdgeProtocol
from confluence_xpress.service.http.tls import TlsFiles, tls_context

__all__ = ["ServerSettings", "harden", "serve"]

_BACKLOG = 512
_SPARE_CONNECTIONS = 64
"""Beyond the limit, so that clients above it are told why; more are dropped."""
_CANCEL_SECONDS = 1.0
"""For requests that are cut off."""
_LAST_SECONDS = 5.0
"""For what the application does at its end."""
_LOOK = 0.05
"""Seconds between two looks at what still runs."""
_LAST_PORT = 65_535


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """Where and how to listen. Times in seconds."""

    host: str = "127.0.0.1"
    port: int = 8080
    """0 for one that is free; the record “started” tells which."""
    tls: TlsFiles | None = None
    limits: ConnectionLimits = field(default_factory=ConnectionLimits)
    keep_alive_seconds: int = 5
    """How long a connection stays open without a request."""
    graceful_seconds: float = 25
    """How long running requests may take after SIGTERM."""


def serve(
    app: ASGIApp,
    settings: ServerSettings,
    *,
    on_reload: Callable[[], None],
    on_drain: Callable[[], Awaitable[None]],
) -> None:
    """Serves until SIGTERM or SIGINT, then lets running requests end; a second signal ends it at once.

    `on_reload` is called at SIGHUP, after the TLS files have been read anew; if it raises, that is logged.
    `on_drain` is called as soon as the service is to stop: it is not ready any more. It may wait for work to end.
    Call it in the main thread, for the signals. InputError if the address or a TLS file can't be used.
    """
    if {"PROMETHEUS_MULTIPROC_DIR", "prometheus_multiproc_dir"} & os.environ.keys():
        raise InputError("PROMETHEUS_MULTIPROC_DIR is set: metrics would be written to disk.", "Unset it.")
    server = _Server(Backstop(app), settings, on_reload, on_drain)
    with contextlib.closing(server.listener):
        server.run()


class _Server(uvicorn.Server):
    """uvicorn with our listening socket, signals and end."""

    def __init__(
        self,
        app: ASGIApp,
        settings: ServerSettings,
        on_reload: Callable[[], None],
        on_drain: Callable[[], Awaitable[None]],
    ) -> None:
        self._settings = settings
        self._on_reload = on_reload
        self._on_drain = on_drain
        self._tls = tls_context(settings.tls) if settings.tls else None
        self._clients = Clients(settings.limits.connections + _SPARE_CONNECTIONS)
        self._tasks: set[asyncio.Task[None]] = set()
        self.listener = _bound(settings)
        super().__init__(_config(app, settings))

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:  # noqa: ARG002 - we have our own
        """Prepares the application, then listens."""
        asyncio.get_running_loop().set_exception_handler(observe.loop_exception)
        await self.lifespan.startup()
        if self.lifespan.should_exit:
            raise InternalError("The service could not start.", "See the log.")
        self.servers = [await self._accept()]
        self.started = True
        observe.METRICS.watch_connections(lambda: len(self.server_state.connections))
        observe.log("started", address=_address(self.listener, tls=self._tls is not None))

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:  # noqa: ARG002 - we have our own
        """Lets running requests end, for as long as they may take, then the application."""
        observe.log("draining", running=len(self.server_state.tasks))
        if self._tasks:
            await asyncio.wait(self._tasks)  # keys may be read anew just now
        self.listener.close()
        for server in self.servers:
            server.close()
        for connection in self._open():
            connection.shutdown()
        if not await self._quiet():
            await self._cut_off()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LAST_SECONDS):
                await self.lifespan.shutdown()
        observe.log("stopped")

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """uvicorn's own would raise the signal again at the end, so that the exit code were not 0."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        loop = asyncio.get_running_loop()
        actions: dict[signal.Signals, Callable[[signal.Signals], None]] = {
            signal.SIGTERM: self._stop,
            signal.SIGINT: self._stop,
        }
        if sys.platform != "win32":
            actions[signal.SIGHUP] = self._reload
        before = {number: signal.getsignal(number) for number in actions}
        for number, action in actions.items():
            try:
                loop.add_signal_handler(number, action, number)
            except NotImplementedError:  # Windows
                signal.signal(number, lambda *_, number=number, action=action: action(number))
        try:
            yield
        finally:
            for number, handler in before.items():
                with contextlib.suppress(NotImplementedError):
                    loop.remove_signal_handler(number)
                signal.signal(number, handler)

    def _stop(self, number: signal.Signals) -> None:
        observe.log("signal", signal=number.name)
        self.force_exit = self.should_exit
        self.should_exit = True

    def _reload(self, number: signal.Signals) -> None:
        observe.log("signal", signal=number.name)
        self._read_anew()

    def _begin(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)  # the loop itself keeps no hold on it
        task.add_done_callback(self._tasks.discard)
        return task

    async def _accept(self) -> asyncio.Server:
        limits = self._settings.limits
        return await asyncio.get_running_loop().create_server(
            self._protocol,
            sock=Listener(self.listener, self._clients),
            ssl=self._greeter(),
            backlog=_BACKLOG,
            ssl_handshake_timeout=limits.header_seconds if self._tls else None,
            ssl_shutdown_timeout=limits.write_seconds if self._tls else None,
        )

    def _greeter(self) -> ssl.SSLContext | None:
        """What every connection begins with, until it is given what is in force: so it can be renewed at any time."""
        if self._settings.tls is None:
            return None

        def hand_over(connection: ssl.SSLObject, _name: str | None, _context: ssl.SSLContext) -> None:
            if self._tls:
                connection.context = self._tls

        greeter = tls_context(self._settings.tls)
        greeter.sni_callback = hand_over  # called for all, whether they name a host or not
        return greeter

    def _protocol(self) -> EdgeProtocol:
        return EdgeProtocol(self.config, self.server_state, self.lifespan.state, limits=self._settings.limits)

    def _read_anew(self) -> None:
        """TLS files and what the application has. If one can't be read, it stays as it was, and the other counts."""
        good = self._read_tls()
        try:
            self._on_reload()
        except Exception as error:  # noqa: BLE001 - whatever it is, the service goes on with what it has
            observe.failure("reload-failed", error, reason="application")
        else:
            if good:
                observe.log("reloaded")

    def _read_tls(self) -> bool:
        """New files count for new connections, so clients have to connect anew. False if they can't be used."""
        if self._settings.tls is None or self.should_exit:
            return True
        try:
            self._tls = tls_context(self._settings.tls)
        except Exception as error:  # noqa: BLE001 - whatever it is, the service goes on with what it has
            observe.failure("reload-failed", error, reason="tls")
            return False
        for connection in self._open():
            connection.shutdown()
        return True

    async def _quiet(self) -> bool:
        """Waits until nothing is done any more. False if that took too long, or was cut short by a second signal."""
        loop = asyncio.get_running_loop()
        end = loop.time() + self._settings.graceful_seconds
        drain = self._begin(self._drain())
        while not drain.done() or self.server_state.tasks or self.server_state.connections:
            if self.force_exit or loop.time() > end:
                drain.cancel()
                return False
            await asyncio.sleep(_LOOK)
        return True

    async def _drain(self) -> None:
        try:
            await self._on_drain()
        except Exception as error:  # noqa: BLE001 - the service ends in any case
            observe.failure("drain-failed", error)

    async def _cut_off(self) -> None:
        """Ends what still runs: who waits is told so, if there is no answer yet."""
        running = list(self.server_state.tasks)
        observe.log("cut-off", level="warning", running=len(running))
        for task in running:
            task.cancel()
        if running:
            await asyncio.wait(running, timeout=_CANCEL_SECONDS)
        for connection in self._open():
            connection.abort()

    def _open(self) -> list[EdgeProtocol]:
        return [connection for connection in self.server_state.connections if isinstance(connection, EdgeProtocol)]


class Clients:
    """How many sockets of clients are open, and how many may be, those that still negotiate TLS included."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.count = 0


class Listener(socket.socket):
    """A listening socket that drops connections above the limit. It shares the queue of the one that it is made of."""

    def __init__(self, of: socket.socket, clients: Clients) -> None:
        super().__init__(of.family, of.type, of.proto, fileno=os.dup(of.fileno()))
        self._clients = clients

    def accept(self) -> tuple[socket.socket, Any]:
        """The next connection. ConnectionAbortedError, which asyncio understands, if it is one too many."""
        connection, address = super().accept()
        if self._clients.count >= self._clients.limit:
            connection.close()
            observe.METRICS.refused("busy")
            raise ConnectionAbortedError
        return _Client(connection, self._clients), address


class _Client(socket.socket):
    """A connection that counts until it is closed."""

    def __init__(self, connection: socket.socket, clients: Clients) -> None:
        super().__init__(connection.family, connection.type, connection.proto, fileno=connection.detach())
        self._clients = clients
        clients.count += 1

    def close(self) -> None:
        if self.fileno() >= 0:
            self._clients.count -= 1
        super().close()


def _bound(settings: ServerSettings) -> socket.socket:
    """A socket at the address; nobody can connect yet."""
    if not 0 <= settings.port <= _LAST_PORT:
        raise InputError(f"There is no port {settings.port}.", f"Ports go up to {_LAST_PORT}.")
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        bound = socket.socket(family, kind, protocol)
        try:
            if os.name == "posix":
                bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6 and settings.host == "::":
                bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
            bound.bind(address)
        except OSError:
            bound.close()
            raise
    except OSError as error:
        raise InputError(
            f"Can't listen at {settings.host}, port {settings.port}: {error.strerror}", "Give another --host or --port."
        ) from error
    return bound


def _address(listener: socket.socket, *, tls: bool) -> str:
    host, port = listener.getsockname()[:2]
    return f"{'https' if tls else 'http'}://{f'[{host}]' if ':' in host else host}:{port}"


def _config(app: ASGIApp, settings: ServerSettings) -> uvicorn.Config:
    """What uvicorn still sees to. Addresses and TLS are ours, and nothing is taken from headers or the environment."""
    return uvicorn.Config(
        cast("Any", app),
        loop="asyncio",
        http=EdgeProtocol,
        ws="none",
        lifespan="on",
        interface="asgi3",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=settings.keep_alive_seconds,
        workers=1,
    )
