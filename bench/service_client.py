"""A client that takes little of the machine: all connections in one thread, over plain HTTP or TLS, every answer timed.

An open stream of requests goes on at its rate whether earlier ones are answered or not, and latency counts from the
moment when a request was due: what waits for a slow service, even in here, is not left out.
"""

from __future__ import annotations

import re
import select
import socket
import ssl
import time
from bisect import insort
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random

_READ = 1 << 18
_FRESH = 3.0
"""Seconds that a connection may have been idle to be used again: the service ends idle ones soon after."""
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_RETRY = re.compile(rb"\r\nretry-after: *(\d+)", re.IGNORECASE)
_PAGES = re.compile(rb"\r\nxpress-pages: *(\d+)", re.IGNORECASE)
_MOST_OPEN = 400
"""Connections at once; requests beyond wait in here, and that counts."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where the service is. `tls`: how to trust it; None: plain HTTP."""

    host: str
    port: int
    tls: ssl.SSLContext | None = None


@dataclass(frozen=True, slots=True)
class Shot:
    """A request, headers and all, and whose it is."""

    data: bytes = field(repr=False)
    caller: str = ""


@dataclass(frozen=True, slots=True)
class Stream:
    """Requests of one kind. With a `rate`, so many a second, at random moments; without one, `lanes` at a time, each
    as soon as the one before is answered. `most`: how many at most."""

    kind: str
    shoot: Callable[[], Shot]
    rate: float = 0
    lanes: int = 1
    most: int | None = None


@dataclass(slots=True)
class Answer:
    """What came of a request. Times in seconds since the start; `status` 0: none came, and `error` says why."""

    kind: str
    caller: str
    due: float
    sent: float = 0.0
    done: float = 0.0
    status: int = 0
    error: str = ""
    retry_after: int | None = None
    pages: int = 0
    body: bytes = field(default=b"", repr=False)

    @property
    def latency(self) -> float:
        """Seconds from when it was due."""
        return self.done - self.due


def run(target: Target, streams: Sequence[Stream], seconds: float, patience: float = 60) -> list[Answer]:
    """What came of all requests that were due within so many seconds, in the order in which it came.

    Waits for the last of them. A request that has no answer after `patience` seconds is given up.
    """
    return _Run(target, streams, seconds, patience).run()


@dataclass(slots=True, eq=False)
class _Connection:
    """A connection and the request on it, if there is one."""

    socket: socket.socket
    stream: Stream | None = None
    answer: Answer | None = None
    shaking: bool = False
    """TLS is not agreed on yet."""
    out: memoryview = field(default_factory=lambda: memoryview(b""))
    got: bytearray = field(default_factory=bytearray)
    head: int = 0
    """Bytes of the answer's headers; 0 as long as they are not complete."""
    size: int = 0
    """Bytes of the answer."""
    idle_since: float = 0.0


class _Run:
    """Streams being sent."""

    def __init__(self, target: Target, streams: Sequence[Stream], seconds: float, patience: float) -> None:
        self._target = target
        self._seconds = seconds
        self._patience = patience
        self._answers: list[Answer] = []
        self._poll = select.epoll()
        self._all: dict[int, _Connection] = {}
        self._idle: list[_Connection] = []
        self._held: deque[tuple[Stream, Answer, bytes]] = deque()
        """Due, but there are too many connections."""
        self._coming: list[tuple[float, int]] = []
        """When the next request of each open stream is due."""
        self._left = [stream.most for stream in streams]
        self._streams = streams
        self._random = Random("arrivals")  # noqa: S311 - reproducible, not secret
        self._start = time.perf_counter()

    def run(self) -> list[Answer]:
        for index, stream in enumerate(self._streams):
            if stream.rate:
                self._schedule(index, 0.0)
            else:
                for _ in range(stream.lanes):
                    self._fire(index, self._now())
        looked = 0.0
        try:
            while self._coming or self._held or any(each.answer for each in self._all.values()):
                now = self._now()
                while self._coming and self._coming[0][0] <= now:
                    due, index = self._coming.pop(0)
                    self._fire(index, due)
                    self._schedule(index, due)
                wait = min(self._coming[0][0] - self._now(), 0.5) if self._coming else 0.5
                for descriptor, event in self._poll.poll(max(0.0, wait)):
                    if connection := self._all.get(descriptor):
                        self._advance(connection, event)
                if now - looked > 0.5:
                    looked = now
                    self._look(now)
        finally:
            for connection in list(self._all.values()):
                self._drop(connection)
            self._poll.close()
        return self._answers

    def _now(self) -> float:
        return time.perf_counter() - self._start

    def _schedule(self, index: int, after: float) -> None:
        due = after + self._random.expovariate(self._streams[index].rate)
        if due < self._seconds:
            insort(self._coming, (due, index))

    def _fire(self, index: int, due: float) -> None:
        left = self._left[index]
        if left == 0:
            return
        if left is not None:
            self._left[index] = left - 1
        stream = self._streams[index]
        shot = stream.shoot()
        self._dispatch(stream, Answer(stream.kind, shot.caller, due), shot.data)

    def _dispatch(self, stream: Stream, answer: Answer, data: bytes) -> None:
        connection = self._free()
        if connection is None:
            self._held.append((stream, answer, data))
            return
        answer.sent = self._now()
        connection.stream, connection.answer, connection.out = stream, answer, memoryview(data)
        self._advance(connection, select.EPOLLOUT)

    def _free(self) -> _Connection | None:
        now = self._now()
        while self._idle:
            connection = self._idle.pop()
            if now - connection.idle_since < _FRESH:
                return connection
            self._drop(connection)
        return self._connect() if len(self._all) < _MOST_OPEN else None

    def _connect(self) -> _Connection:
        plain = socket.socket()
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        plain.connect((self._target.host, self._target.port))  # on this machine, the system takes it at once
        made = plain
        if tls := self._target.tls:
            made = tls.wrap_socket(plain, server_hostname=self._target.host, do_handshake_on_connect=False)
        made.setblocking(False)
        connection = _Connection(made, shaking=self._target.tls is not None)
        self._all[made.fileno()] = connection
        self._poll.register(made.fileno(), select.EPOLLIN)
        return connection

    def _advance(self, connection: _Connection, event: int) -> None:
        """Goes on with a connection as far as it goes."""
        try:
            if connection.shaking:
                self._shake(connection)
            if connection.out and not connection.shaking:
                self._write(connection)
            if event & ~select.EPOLLOUT and not connection.shaking:
                self._read(connection)
        except (OSError, ValueError) as error:
            self._fail(connection, type(error).__name__)

    def _shake(self, connection: _Connection) -> None:
        secured = connection.socket
        if not isinstance(secured, ssl.SSLSocket):
            return
        try:
            secured.do_handshake()
        except ssl.SSLWantReadError:
            self._poll.modify(secured.fileno(), select.EPOLLIN)
        except ssl.SSLWantWriteError:
            self._poll.modify(secured.fileno(), select.EPOLLIN | select.EPOLLOUT)
        else:
            connection.shaking = False

    def _write(self, connection: _Connection) -> None:
        while connection.out:
            try:
                connection.out = connection.out[connection.socket.send(connection.out[:_READ]) :]
            except (BlockingIOError, ssl.SSLWantWriteError):
                self._poll.modify(connection.socket.fileno(), select.EPOLLIN | select.EPOLLOUT)
                return
        self._poll.modify(connection.socket.fileno(), select.EPOLLIN)

    def _read(self, connection: _Connection) -> None:
        while True:
            try:
                data = connection.socket.recv(_READ)
            except (BlockingIOError, ssl.SSLWantReadError):
                return
            if not data:
                self._fail(connection, "closed")
                return
            connection.got += data
            if not connection.head:
                self._head(connection)
            if connection.head and len(connection.got) >= connection.size:
                self._complete(connection)
                return

    @staticmethod
    def _head(connection: _Connection) -> None:
        end = connection.got.find(b"\r\n\r\n")
        if end < 0:
            return
        connection.head = end + 4
        length = _LENGTH.search(connection.got, 0, end)
        if length is None:
            raise ValueError
        connection.size = connection.head + int(length[1])

    def _complete(self, connection: _Connection) -> None:
        answer, stream, got, end = connection.answer, connection.stream, connection.got, connection.head
        if answer is None or stream is None or len(got) > connection.size:
            self._fail(connection, "more than was asked for")
            return
        answer.done = self._now()
        answer.status = int(got[9:12])
        if retry := _RETRY.search(got, 0, end):
            answer.retry_after = int(retry[1])
        if pages := _PAGES.search(got, 0, end):
            answer.pages = int(pages[1])
        answer.body = bytes(got[end:])
        ends = b"\r\nconnection: close" in bytes(got[:end]).lower()
        connection.answer = connection.stream = None
        connection.got = bytearray()
        connection.head = connection.size = 0
        if ends:
            self._drop(connection)
        else:
            connection.idle_since = answer.done
            self._idle.append(connection)
        self._settle(stream, answer)

    def _fail(self, connection: _Connection, why: str) -> None:
        answer, stream = connection.answer, connection.stream
        self._drop(connection)
        if answer and stream:
            answer.done = self._now()
            answer.error = why
            self._settle(stream, answer)

    def _settle(self, stream: Stream, answer: Answer) -> None:
        """On to the next request, if there is one."""
        self._answers.append(answer)
        if self._held:
            self._dispatch(*self._held.popleft())
        if not stream.rate and answer.done < self._seconds:
            self._fire(self._streams.index(stream), answer.done)

    def _drop(self, connection: _Connection) -> None:
        self._all.pop(connection.socket.fileno(), None)
        if connection in self._idle:
            self._idle.remove(connection)
        connection.socket.close()

    def _look(self, now: float) -> None:
        for connection in list(self._all.values()):
            if connection.answer and now - connection.answer.sent > self._patience:
                self._fail(connection, "no answer")
