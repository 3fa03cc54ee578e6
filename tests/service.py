"""The rendering service as it really runs: a process of its own that a test starts, talks to and stops."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

import psutil

from confluence_xpress.service.gate.static_keys import make_key
from tests.certificates import Certificates

COMMAND = (sys.executable, "-m", "confluence_xpress", "render-service")
PATIENCE = 120
"""Seconds for whatever a service does by itself: the machine may be busy."""
_OWN = ("XPRESS_", "SERVER_PORT", "PORT")


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        """The body, read as JSON."""
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """Of a problem; empty if it is none."""
        is_problem = self.headers.get_content_type() == "application/problem+json"
        return str(self.json["code"]) if is_problem else ""


class Service:
    """A service that runs. `dial` opens a connection to its port; a test may put another way in its place.

    `headers` go with every request, such as what shows who calls.
    """

    def __init__(self, process: subprocess.Popen[str], trust: ssl.SSLContext | None) -> None:
        self.process = process
        self.trust = trust
        self.headers: dict[str, str] = {}
        self.lines: list[str] = []
        """Of its standard output."""
        self.errors: list[str] = []
        """Of its standard error."""
        self.dial: Callable[[], socket.socket] = lambda: socket.create_connection(self.address, PATIENCE)
        self._news = threading.Condition()
        self._readers = [
            threading.Thread(target=self._read, args=(process.stdout, self.lines), daemon=True),
            threading.Thread(target=self._read, args=(process.stderr, self.errors), daemon=True),
        ]
        for reader in self._readers:
            reader.start()

    @property
    def records(self) -> list[dict[str, Any]]:
        """Its log."""
        return [json.loads(line) for line in self.lines]

    @cached_property
    def url(self) -> str:
        """Where it listens, such as https://127.0.0.1:12345."""
        return str(self.until("started")["address"])

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""
        parts = urlsplit(self.url)
        return parts.hostname or "", parts.port or 0

    @cached_property
    def pid(self) -> int:
        """Of the service itself, within whatever wraps it."""
        started = psutil.Process(self.process.pid)
        named = [each for each in (started, *started.children(recursive=True)) if COMMAND[-1] in each.cmdline()]
        parents = {each.ppid() for each in named}
        (inner,) = (each.pid for each in named if each.pid not in parents)
        return inner

    @property
    def processes(self) -> list[psutil.Process]:
        """The service and all that it has started."""
        service = psutil.Process(self.pid)
        return [service, *service.children(recursive=True)]

    @property
    def workers(self) -> list[psutil.Process]:
        """The processes that render: those forked by what the service has started."""
        service = psutil.Process(self.pid)
        return [worker for template in service.children() for worker in template.children()]

    def until(self, event: str, count: int = 1) -> dict[str, Any]:
        """Waits for a record of the log; the `count`th of its kind."""
        end = time.monotonic() + PATIENCE
        with self._news:
            while True:
                found = [record for record in self.records if record.get("event") == event]
                if len(found) >= count:
                    return found[count - 1]
                ended = not self._readers[0].is_alive()
                assert not ended, f"it ended without “{event}”: {self.lines} {self.errors}"
                assert time.monotonic() < end, f"no record “{event}”: {self.lines} {self.errors}"
                self._news.wait(1)

    def connect(self) -> http.client.HTTPConnection:
        """A connection, with TLS if it has a certificate. Close it."""
        host, port = self.address
        connection = http.client.HTTPConnection(host, port, timeout=PATIENCE)
        bare = self.dial()
        bare.settimeout(PATIENCE)
        connection.sock = self.trust.wrap_socket(bare, server_hostname=host) if self.trust else bare
        return connection

    def ask(
        self, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None, method: str = ""
    ) -> Answer:
        """The answer to one request on a connection of its own: GET, or POST if there is a body."""
        connection = self.connect()
        try:
            connection.request(
                method or ("GET" if body is None else "POST"), path, body, {**self.headers, **(headers or {})}
            )
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def signal(self, number: signal.Signals) -> None:
        """Sends the service itself a signal."""
        os.kill(self.pid, number)

    def stop(self) -> int:
        """Ends it in peace, with SIGTERM. Its exit code."""
        if self.process.poll() is None:
            self.signal(signal.SIGTERM)
        return self.wait()

    def wait(self) -> int:
        """Its exit code, when it has ended and all that it said is here."""
        code = self.process.wait(PATIENCE)
        for reader in self._readers:
            reader.join(PATIENCE)
        return code

    def kill(self) -> None:
        """Ends it and all that belongs to it, in case it is still there."""
        if self.process.poll() is None:
            family = psutil.Process(self.process.pid).children(recursive=True)
            self.process.kill()
            for each in family:
                with suppress(psutil.NoSuchProcess):
                    each.kill()
            self.wait()
        for stream in (self.process.stdout, self.process.stderr):
            if stream:
                stream.close()

    def _read(self, stream: IO[str], lines: list[str]) -> None:
        for line in stream:
            with self._news:
                lines.append(line)
                self._news.notify_all()
        with self._news:
            self._news.notify_all()


@contextmanager
def running(
    *options: str,
    env: Mapping[str, str] | None = None,
    wrap: Sequence[str] = (),
    tls: Certificates | None = None,
    cwd: Path | None = None,
) -> Iterator[Service]:
    """`xpress render-service --port 0` with these options, listening; ended with SIGTERM, if it still runs then.

    `env`: its whole environment; this one without what configures services, if none is given. `wrap`: the program and
    arguments that start it, if something else does.
    """
    given = {name: value for name, value in os.environ.items() if not name.startswith(_OWN)} if env is None else env
    certified = ("--tls-cert", str(tls.certificate), "--tls-key", str(tls.key)) if tls else ()
    process = subprocess.Popen(
        [*wrap, *COMMAND, "--port", "0", *certified, *options],
        env=given,
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="surrogateescape",
    )
    service = Service(process, tls.trust() if tls else None)
    try:
        service.until("started")
        yield service
        service.stop()
    finally:
        service.kill()


def make_keys(folder: Path, *names: str) -> tuple[Path, dict[str, str]]:
    """A file for --keys, and the key of each of these callers."""
    made = {name: make_key(name) for name in names}
    file = folder / "keys"
    file.write_text("".join(f"{line}\n" for _, line in made.values()), "utf-8")
    return file, {name: key for name, (key, _) in made.items()}
