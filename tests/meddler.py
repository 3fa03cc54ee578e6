"""A tiny HTTP server between an export and a rendering service: it may answer itself, or break connections off."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from confluence_xpress import __version__
from confluence_xpress.remote.fields import Fields, boundary_of
from confluence_xpress.templates import load_template

SKIPPED = ("connection", "transfer-encoding", "content-length", "date", "server")


@dataclass(frozen=True)
class Call:
    """A request. `number`: how often this path was asked for, from 1."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    number: int

    def sent(self) -> tuple[dict[str, Any], dict[str, bytes]]:
        """The request as JSON, and the files that came with it."""
        boundary = boundary_of(self.headers["content-type"])
        assert boundary
        files = {head.name: b"".join(content) for head, content in Fields(boundary, [self.body])}
        return json.loads(files.pop("request")), files


@dataclass(frozen=True)
class Reply:
    """An answer; `cut`: the connection is broken off after so many bytes of its body."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    cut: int | None = None


Meddle = Callable[[Call], Reply | None]
"""What to answer; None: what the service answers."""


class Meddler:
    """The server. `calls`: all requests so far."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.calls: list[Call] = []
        self.arrived = threading.Condition()

    def paths(self) -> list[str]:
        """What was asked for, in order."""
        return [call.path for call in self.calls]

    def until(self, path: str, seconds: float = 60) -> None:
        """Waits for a request for this path."""
        with self.arrived:
            assert self.arrived.wait_for(lambda: path in self.paths(), seconds)


@contextmanager
def meddling(meddle: Meddle, service: str = "", tls: ssl.SSLContext | None = None) -> Iterator[Meddler]:
    """A server on this machine, before the service at an address."""

    class Handler(BaseHTTPRequestHandler):
        disable_nagle_algorithm = True
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer(b"")

        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers["Content-Length"])))

        def log_message(self, *_: object) -> None:
            pass

        def _answer(self, body: bytes) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            with meddler.arrived:
                number = meddler.paths().count(self.path) + 1
                call = Call(self.command, self.path, headers, body, number)
                meddler.calls.append(call)
                meddler.arrived.notify_all()
            reply = meddle(call) or passed_on(service, call)
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body[: reply.cut])
            if reply.cut is not None:
                self.wfile.flush()
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            pass  # clients that hang up

    with Server(("127.0.0.1", 0), Handler) as server:
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        meddler = Meddler(f"http{'s' if tls else ''}://127.0.0.1:{server.server_address[1]}")
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield meddler
        finally:
            server.shutdown()
            thread.join()


def passed_on(service: str, call: Call) -> Reply:
    """What the service answers."""
    parts = urlsplit(service)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=120)
    try:
        headers = {name: value for name, value in call.headers.items() if name not in ("connection", "host")}
        connection.request(call.method, call.path, call.body or None, headers)
        answer = connection.getresponse()
        kept = {name: value for name, value in answer.getheaders() if name.lower() not in SKIPPED}
        return Reply(answer.status, kept, answer.read())
    finally:
        connection.close()


def as_json(value: Any, status: int = 200, **headers: str) -> Reply:
    """An answer in JSON."""
    return Reply(status, {"Content-Type": "application/json", **headers}, json.dumps(value).encode())


def problem(status: int, code: str, detail: str = "It is so.", **headers: str) -> Reply:
    """A problem as the service tells it."""
    said = {"status": status, "code": code, "detail": detail, "hint": "Do something.", "request_id": "id-12345678"}
    return Reply(status, {"Content-Type": "application/problem+json", **headers}, json.dumps(said).encode())


def page(status: int, text: str = "<html>no service</html>", **headers: str) -> Reply:
    """What a proxy says."""
    return Reply(status, {"Content-Type": "text/html", **headers}, text.encode())


def facts(call: Call, **limits: int) -> Reply | None:
    """What a service says about itself, if it is asked for that."""
    if call.path == "/version":
        known = {"request_bytes": 256_000_000, "file_bytes": 100_000_000, "pages": 2_000, "named_pages": 100_000}
        return as_json({"version": __version__, "api": "v1", "limits": known | limits})
    if call.path == "/v1/templates":
        return as_json({"templates": [{"name": "default", "digest": load_template("default").digest}]})
    return None
