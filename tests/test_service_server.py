"""The server on real sockets: what it refuses, how long it waits, TLS, signals, and what it leaves on disk."""

from __future__ import annotations

import contextlib
import datetime as dt
import ipaddress
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Self

import h11
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from confluence_xpress.errors import InputError, InternalError
from confluence_xpress.service.http.framing import Framing
from confluence_xpress.service.http.server import ServerSettings, serve
from confluence_xpress.service.http.tls import TlsFiles, tls_context
from confluence_xpress.service.problems import Problem
from tests.service_app import LARGE, SECRET, App

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
slow = pytest.mark.slow

REPOSITORY = Path(__file__).parent.parent

# The client.


@dataclass
class Server:
    """A server that runs."""

    process: subprocess.Popen[str]
    port: int
    records: list[dict[str, Any]]

    def connect(self, tls: ssl.SSLContext | None = None) -> Client:
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        return Client(tls.wrap_socket(connection, server_hostname="localhost") if tls else connection)

    def until(self, event: str) -> dict[str, Any]:
        """Reads the log up to a record."""
        assert self.process.stdout
        for line in self.process.stdout:
            self.records.append(json.loads(line))
            if self.records[-1]["event"] == event:
                return self.records[-1]
        raise AssertionError(f"no record {event}: {self.records}")

    def signal(self, number: signal.Signals, event: str) -> dict[str, Any]:
        self.process.send_signal(number)
        return self.until(event)

    def end(self) -> int:
        """Its exit code, when it has ended."""
        code = self.process.wait(20)
        assert self.process.stdout
        self.records += [json.loads(line) for line in self.process.stdout]
        return code


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def code(self) -> str:
        assert self.headers["content-type"] == "application/problem+json"
        return str(json.loads(self.body)["code"])


class Client:
    """A connection, byte by byte."""

    def __init__(self, connection: socket.socket) -> None:
        self.socket = connection
        self.file = connection.makefile("rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()
        self.socket.close()

    def send(self, data: bytes) -> Self:
        self.socket.sendall(data)
        return self

    def answer(self) -> Answer:
        """The next answer; status 0 if the connection has ended."""
        first = self.file.readline()
        if not first:
            return Answer(0, {}, b"")
        headers = {}
        while (line := self.file.readline()) != b"\r\n":
            assert line, "the connection has ended in the middle of headers"
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.strip().lower()] = value.strip()
        status = int(first.split()[1])
        if status == 100:
            return Answer(status, headers, b"")
        if "content-length" in headers:
            return Answer(status, headers, self.file.read(int(headers["content-length"])))
        if headers.get("transfer-encoding") == "chunked":
            chunks = []
            while size := int(self.file.readline() or b"0", 16):
                chunks.append(self.file.read(size))
                self.file.readline()
            self.file.readline()
            return Answer(status, headers, b"".join(chunks))
        return Answer(status, headers, self.file.read())

    def get(self, target: str = "/tell", *headers: str) -> Answer:
        return self.send(get(target, *headers)).answer()

    def ended(self) -> bool:
        """Whether the server has closed its side, and nothing was left."""
        try:
            return self.file.read(1) == b""
        except ConnectionResetError:
            return True


def get(target: str = "/tell", *headers: str) -> bytes:
    return "\r\n".join([f"GET {target} HTTP/1.1", "Host: localhost", *headers, "", ""]).encode("latin-1")


def post(body: bytes, *headers: str, target: str = "/echo") -> bytes:
    lines = [f"POST {target} HTTP/1.1", "Host: localhost", *headers, "", ""]
    return "\r\n".join(lines).encode("latin-1") + body


@contextlib.contextmanager
def running(**options: Any) -> Iterator[Server]:
    """A server in a process of its own."""
    program = "from tests.service_app import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", program, json.dumps(options, default=str)],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        server = Server(process, 0, [])
        server.port = int(server.until("started")["address"].rpartition(":")[2])
        yield server
    finally:
        process.kill()
        process.communicate()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """One for all tests that leave it as it is; it must go on to the end."""
    with running() as server:
        yield server
        is_well(server)


@pytest.fixture(scope="module")
def hasty() -> Iterator[Server]:
    """One that doesn't wait for long."""
    with running(header_seconds=0.5, keep_alive_seconds=1, linger_seconds=1) as server:
        yield server
        is_well(server)


def is_well(server: Server) -> None:
    """Still answers, and ends when it is told to."""
    with server.connect() as client:
        assert client.get().status == 200
    assert server.signal(signal.SIGTERM, "stopped")
    assert server.end() == 0


# Requests as they should be.


def test_a_request_is_answered(server: Server) -> None:
    with server.connect() as client:
        answer = client.get("/tell?a=b%20c", "X-Request-Id: my-request.1")
        assert answer.status == 200
        said = json.loads(answer.body)
        assert said["path"] == "/tell" and said["query"] == "a=b%20c" and said["request_id"] == "my-request.1"
        assert said["common_name"] is None and said["scheme"] == "http"
        assert "server" not in answer.headers and "uvicorn" not in str(answer.headers)
        assert len(json.loads(client.get("/tell", "X-Request-Id: no good").body)["request_id"]) == 32


@pytest.mark.parametrize(
    "request_bytes",
    [
        post(b"hello", "Content-Length: 5"),
        post(b"hello", "Content-Length: 0005"),
        post(b"5\r\nhello\r\n0\r\n\r\n", "Transfer-Encoding: chunked"),
        post(b"5\r\nhello\r\n0\r\n\r\n", "Transfer-Encoding: CHUNKED"),
        post(b'2;a="b"\r\nhe\r\n03\r\nllo\r\n0;last\r\nExpires: never\r\n\r\n', "Transfer-Encoding: chunked"),
        post(b"hello", "Content-Length: 5", "X-Long: " + 9_000 * "x", "Upgrade: h2c", "Connection: upgrade"),
        post(b"hello", "Content-Length: 5", "Cookie: \xe9", "Accept:", "Accept: \t a \t"),
        b"POST /echo HTTP/1.0\r\nContent-Length: 5\r\n\r\nhello",
    ],
    ids=["length", "zeros", "chunked", "capitals", "extensions and trailers", "large headers", "odd headers", "1.0"],
)
@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_a_body_arrives_whole(server: Server, request_bytes: bytes, size: int) -> None:
    with server.connect() as client:
        for at in range(0, len(request_bytes), size if len(request_bytes) < 500 else 1000):
            client.send(request_bytes[at : at + (size if len(request_bytes) < 500 else 1000)])
        answer = client.answer()
        assert (answer.status, answer.body) == (200, b"hello")
        if b"HTTP/1.0" in request_bytes:
            assert client.ended()


def test_the_path_may_be_an_asterisk_for_options_only(server: Server) -> None:
    with server.connect() as client:
        assert client.send(b"OPTIONS * HTTP/1.1\r\nHost: [::1]:80\r\n\r\n").answer().status == 404
    with server.connect() as client:
        assert client.get("*").code == "request-unreadable"


@pytest.mark.slow
def test_pipelined_requests_are_answered_in_order(server: Server) -> None:
    sent = b"".join(
        get(f"/doze?seconds=0.0{9 - number}") + get(f"/tell?{number}") + post(b"%d" % number, "Content-Length: 1")
        for number in range(10)
    )
    with server.connect() as client:
        client.send(sent)
        for number in range(10):
            assert client.answer().body == b"awake"
            assert json.loads(client.answer().body)["query"] == str(number)
            assert client.answer().body == b"%d" % number


def test_a_bad_request_behind_a_good_one_does_not_touch_its_answer(server: Server) -> None:
    with server.connect() as client:
        client.send(get("/doze?seconds=0.2") + b"GET /tell HTTP/1.1\nHost: localhost\n\n" + get())
        assert client.answer().body == b"awake"
        assert client.answer().code == "request-unreadable"
        assert client.ended()


def test_nothing_is_read_after_the_last_request(server: Server) -> None:
    with server.connect() as client:
        client.send(get("/doze?seconds=0.1", "Connection: close") + get("/tell"))
        answer = client.answer()
        assert answer.body == b"awake" and answer.headers["connection"] == "close"
        assert client.ended()


# Requests that two servers could understand differently.

CHUNKED = "Transfer-Encoding: chunked"
HEADS = (
    ("two framings", post(b"0\r\n\r\n", "Content-Length: 5", CHUNKED)),
    ("two framings, the other way", post(b"0\r\n\r\n", CHUNKED, "Content-Length: 5")),
    ("two lengths", post(b"hello", "Content-Length: 5", "Content-Length: 6")),
    ("two equal lengths", post(b"hello", "Content-Length: 5", "Content-Length: 5")),
    ("a list of lengths", post(b"hello", "Content-Length: 5, 5")),
    ("a negative length", post(b"", "Content-Length: -1")),
    ("a length with a plus", post(b"hello", "Content-Length: +5")),
    ("a hexadecimal length", post(b"hello", "Content-Length: 0x5")),
    ("a length with an underscore", post(b"hello", "Content-Length: 1_0")),
    ("an empty length", post(b"hello", "Content-Length:")),
    ("a length of Arabic digits", post(b"hello", "Content-Length: \xd9\xa5")),
    ("an endless length", post(b"hello", "Content-Length: " + 30 * "9")),
    ("a folded line", post(b"hello", "X-A: b", " c", "Content-Length: 5")),
    ("a folded first line", post(b"hello", " X-A: b", "Content-Length: 5")),
    ("a space before the colon", post(b"hello", "Content-Length : 5")),
    ("a tab before the colon", post(b"hello", "Content-Length\t: 5")),
    ("a header without a colon", post(b"hello", "Content-Length 5")),
    ("a header without a name", post(b"hello", ": 5")),
    ("a line end without return", get().replace(b"Host: localhost\r\n", b"Host: localhost\nX-A: b\r\n")),
    ("line ends without return", get().replace(b"\r\n", b"\n")),
    ("a last line end without return", get().replace(b"\r\n\r\n", b"\r\n\n")),
    ("a return without a line end", get("/tell", "X-A: b\rX-C: d")),
    ("two returns", get("/tell", "X-A: b\r")),
    ("a NUL in a value", get("/tell", "X-A: b\0c")),
    ("a control character in a value", get("/tell", "X-A: b\x0bc")),
    ("a NUL in a name", get("/tell", "X-A\0: b")),
    ("another coding", post(b"", "Transfer-Encoding: gzip")),
    ("two codings", post(b"0\r\n\r\n", "Transfer-Encoding: gzip, chunked")),
    ("chunked twice", post(b"0\r\n\r\n", "Transfer-Encoding: chunked, chunked")),
    ("two headers of codings", post(b"0\r\n\r\n", CHUNKED, CHUNKED)),
    ("the identity coding", post(b"0\r\n\r\n", "Transfer-Encoding: identity")),
    ("an obscured coding", post(b"0\r\n\r\n", "Transfer-Encoding: \x0bchunked")),
    ("a coding with parameters", post(b"0\r\n\r\n", "Transfer-Encoding: chunked;a=b")),
    ("an empty coding", post(b"0\r\n\r\n", "Transfer-Encoding:")),
    ("chunks in HTTP/1.0", b"POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    ("HTTP/0.9", b"GET /tell\r\n"),
    ("HTTP/0.9 with a version", b"GET /tell HTTP/0.9\r\n\r\n"),
    ("HTTP/1.2", get().replace(b"HTTP/1.1", b"HTTP/1.2")),
    ("HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    ("a small version", get().replace(b"HTTP/1.1", b"http/1.1")),
    ("TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"),
    ("an absolute address", get("http://localhost/tell")),
    ("an address with two slashes", get("//localhost/tell")),
    ("an address without a slash", get("tell")),
    ("an authority", b"CONNECT localhost:80 HTTP/1.1\r\nHost: localhost:80\r\n\r\n"),
    ("CONNECT with a path", get().replace(b"GET", b"CONNECT")),
    ("a fragment", get("/tell#here")),
    ("half an escape", get("/tell%2")),
    ("a space in the address", get("/tell me")),
    ("a tab behind the method", get().replace(b"GET ", b"GET\t")),
    ("two spaces behind the method", get().replace(b"GET ", b"GET  ")),
    ("a space behind the version", get().replace(b"1.1\r\n", b"1.1 \r\n")),
    ("a small method", get().replace(b"GET", b"get")),
    ("a quote in the address", get('/tell"')),
    ("a byte above ASCII in the address", get("/tell\xe9")),
    ("an empty line first", b"\r\n" + get()),
    ("no Host", b"GET /tell HTTP/1.1\r\n\r\n"),
    ("two Hosts", get("/tell", "Host: localhost")),
    ("an empty Host", b"GET /tell HTTP/1.1\r\nHost:\r\n\r\n"),
    ("a Host with a user", b"GET /tell HTTP/1.1\r\nHost: me@localhost\r\n\r\n"),
    ("a Host with a path", b"GET /tell HTTP/1.1\r\nHost: localhost/tell\r\n\r\n"),
    ("two Hosts in one", b"GET /tell HTTP/1.1\r\nHost: localhost, other\r\n\r\n"),
    ("a Host with a long port", b"GET /tell HTTP/1.1\r\nHost: localhost:123456\r\n\r\n"),
    ("another expectation", post(b"hello", "Content-Length: 5", "Expect: y 100-continue")),
    ("two tokens", get("/tell", "Authorization: Bearer a", "Authorization: Bearer b")),
    ("a long request line", get("/" + 9_000 * "x")),
    ("an endless request line", b"GET /" + 9_000 * b"x"),
)
BODIES = (
    ("a chunk that is too long", b"5\r\nhello!\r\n0\r\n\r\n"),
    ("a chunk without a size", b"\r\nhello\r\n0\r\n\r\n"),
    ("a negative chunk", b"-5\r\nhello\r\n0\r\n\r\n"),
    ("a chunk with a prefix", b"0x5\r\nhello\r\n0\r\n\r\n"),
    ("a chunk with a plus", b"+5\r\nhello\r\n0\r\n\r\n"),
    ("a chunk with a space", b"5 \r\nhello\r\n0\r\n\r\n"),
    ("a chunk with a space before", b" 5\r\nhello\r\n0\r\n\r\n"),
    ("a chunk with an endless size", b"5" + 40 * b"0" + b"\r\nhello\r\n0\r\n\r\n"),
    ("a chunk line without return", b"5\nhello\r\n0\r\n\r\n"),
    ("a chunk extension without return", b"5;a\nb\r\nhello\r\n0\r\n\r\n"),
    ("a chunk extension with a return", b"5;a\rb\r\nhello\r\n0\r\n\r\n"),
    ("a long chunk extension", b"5;" + 200 * b"a" + b"\r\nhello\r\n0\r\n\r\n"),
    ("an endless chunk extension", b"5;" + 200 * b"a"),
    ("a chunk that ends without return", b"5\r\nhello\n0\r\n\r\n"),
    ("tiny chunks", 5_000 * b"1\r\nx\r\n"),
    ("a trailer without a colon", b"0\r\nGET / HTTP/1.1\r\n\r\n"),
    ("a folded trailer", b"0\r\nA: b\r\n c\r\n\r\n"),
    ("a trailer without return", b"0\r\nA: b\n\r\n"),
    ("an endless trailer", b"0\r\n" + 500 * b"A: 3456789\r\n"),
)
REFUSED = HEADS + tuple((name, post(body, CHUNKED)) for name, body in BODIES)


@pytest.mark.parametrize("sent", [sent for _, sent in REFUSED], ids=[name for name, _ in REFUSED])
def test_a_request_is_refused_that_can_be_read_in_two_ways(server: Server, sent: bytes) -> None:
    with server.connect() as client:
        # What follows would be answered if the server took it for a request.
        answer = client.send(sent + get("/tell?smuggled") + get("/tell?smuggled")).answer()
        assert (answer.status, answer.code) == (400, "request-unreadable")
        assert answer.headers["connection"] == "close"
        assert client.ended()


def test_the_rules_are_stricter_than_those_of_the_parser_alone() -> None:
    """If h11 refuses all of these itself one day, the framing is of no use any more."""
    passed = []
    for name, sent in REFUSED:
        connection = h11.Connection(h11.SERVER)
        try:
            connection.receive_data(sent)
            while isinstance(event := connection.next_event(), h11.Event):
                if isinstance(event, h11.EndOfMessage):
                    passed.append(name)
        except h11.RemoteProtocolError:
            pass
    assert len(passed) > 20
    assert {"two framings", "a folded line", "a last line end without return", "an absolute address"} <= set(passed)


@pytest.mark.parametrize(
    "sent",
    [
        get("/tell", "X-A: " + 17_000 * "x"),
        b"GET /tell HTTP/1.1\r\n" + 2_000 * b"X-A: bcdef\r\n",
        get("/tell", *(f"X-{number}: b" for number in range(120))),
    ],
    ids=["one large", "many bytes", "many"],
)
def test_headers_are_limited(server: Server, sent: bytes) -> None:
    with server.connect() as client:
        answer = client.send(sent).answer()
        assert (answer.status, answer.code) == (431, "headers-too-large")
        assert client.ended()


PIECES = st.lists(
    st.sampled_from(
        [
            get("/tell?a"),
            post(b"hello", "Content-Length: 5"),
            post(b"", "Content-Length: 0"),
            post(b"1;x\r\nh\r\n4\r\nello\r\n0\r\n\r\n", CHUNKED),
            post(b"0\r\nA: b\r\nC: d\r\n\r\n", CHUNKED),
        ]
    ),
    min_size=1,
    max_size=5,
)


@given(PIECES, st.data())
@settings(max_examples=100)
def test_messages_are_cut_in_the_same_way_however_they_arrive(messages: list[bytes], data: st.DataObject) -> None:
    sent = b"".join(messages)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(sent)), max_size=20)))
    framing = Framing(16_384)
    found = [b""]
    for start, end in zip([0, *cuts], [*cuts, len(sent)], strict=True):
        found[-1] += framing.take(sent[start:end])
        while not framing.in_head and (framing.pipelined or not framing.more):
            framing.next()
            found.append(framing.take(b""))
    assert found[: len(messages)] == messages


@given(st.sampled_from([sent for _, sent in REFUSED]), st.data())
@settings(max_examples=100)
def test_what_is_refused_is_refused_however_it_arrives(sent: bytes, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(sent)), max_size=20)))
    framing = Framing(16_384)
    with pytest.raises(Problem):  # noqa: PT012
        for start, end in zip([0, *cuts], [*cuts, len(sent)], strict=True):
            framing.take(sent[start:end])
            if not framing.more or framing.pipelined:
                framing.next()
                framing.take(b"")


@given(st.binary(max_size=200))
@settings(max_examples=200)
def test_noise_is_refused_or_waited_for(noise: bytes) -> None:
    with contextlib.suppress(Problem):
        assert Framing(1_000).take(noise) in {b"", noise}


# Time.


@pytest.mark.slow
def test_unfinished_headers_are_not_waited_for(hasty: Server) -> None:
    with hasty.connect() as client:
        client.send(b"GET /tell HTTP/1.1\r\nHost: loc")
        answer = client.answer()
        assert (answer.status, answer.code) == (408, "too-slow")
        assert client.ended()


@slow
def test_headers_that_drip_are_not_waited_for(hasty: Server) -> None:
    with hasty.connect() as client:
        with contextlib.suppress(ConnectionError):
            for byte in get("/tell", "X-A: " + 500 * "x")[:40]:
                client.send(bytes([byte]))
                time.sleep(0.02)
        assert client.answer().status == 408


@pytest.mark.slow
def test_unfinished_headers_of_a_later_request_are_not_waited_for(hasty: Server) -> None:
    with hasty.connect() as client:
        assert client.get().status == 200
        client.send(get()[:-1])
        assert client.answer().code == "too-slow"
        assert client.ended()


@pytest.mark.slow
def test_a_connection_without_a_request_ends(hasty: Server) -> None:
    with hasty.connect() as client:
        assert client.ended()


@slow
def test_a_connection_ends_when_it_is_no_longer_used(hasty: Server) -> None:
    with hasty.connect() as client:
        assert client.get().status == 200
        assert client.ended()


@slow
def test_an_answer_may_take_longer_than_headers_may(hasty: Server) -> None:
    with hasty.connect() as client:
        assert client.get("/doze?seconds=1.2").body == b"awake"


@slow
def test_a_slow_body_is_refused(server: Server) -> None:
    with server.connect() as client:
        client.send(post(b"{", "Content-Type: application/json", "Content-Length: 500", target="/intake"))
        answer = client.answer()
        assert (answer.status, json.loads(answer.body)["code"]) == (408, "too-slow")
        assert answer.headers["connection"] == "close"


def test_a_client_that_goes_in_the_middle_of_a_body_does_no_harm(server: Server) -> None:
    with server.connect() as client:
        client.send(post(b"hel", "Content-Length: 5"))
    server.until("client-gone")
    with server.connect() as client:
        client.send(post(b"5\r\nhel", CHUNKED))
    server.until("client-gone")


def test_chunks_that_break_the_rules_later_end_the_request(server: Server) -> None:
    with server.connect() as client:
        client.send(post(b"5\r\nhello\r\n", CHUNKED))
        time.sleep(0.1)
        assert client.send(b"x\r\n").answer().code == "request-unreadable"
        assert client.ended()
    server.until("client-gone")


# Answers.


def test_a_client_is_asked_for_the_body_that_it_holds_back(server: Server) -> None:
    with server.connect() as client:
        client.send(post(b"", "Content-Length: 5", "Expect: 100-continue"))
        assert client.answer().status == 100
        answer = client.send(b"hello").answer()
        assert (answer.status, answer.body) == (200, b"hello")
        assert client.get().status == 200


def test_a_client_is_not_asked_for_a_body_that_nobody_wants(server: Server) -> None:
    with server.connect() as client:
        answer = client.send(post(b"", "Content-Length: 5", "Expect: 100-continue", target="/ignore")).answer()
        assert (answer.status, answer.headers["connection"]) == (413, "close")
        assert client.ended()


def refuses_early(client: Client) -> None:
    """Sends a body that the server doesn't read, and only then reads the answer."""
    with client:
        client.send(post(b"", "Content-Length: 30000000", target="/ignore"))
        for _ in range(300):
            client.send(100_000 * b"x")
        answer = client.answer()
        assert (answer.status, answer.body) == (413, b"no, thanks")
        assert answer.headers["connection"] == "close"


def test_an_early_answer_reaches_a_client_that_still_sends(server: Server) -> None:
    refuses_early(server.connect())


def test_a_declared_length_is_refused_before_the_body_comes(server: Server) -> None:
    with server.connect() as client:
        client.send(post(b"", "Content-Type: application/json", "Content-Length: 1000001", target="/intake"))
        answer = client.answer()
        assert (answer.status, json.loads(answer.body)["code"]) == (413, "too-large")


@slow
def test_an_endless_body_ends_after_the_answer(hasty: Server) -> None:
    with hasty.connect() as client:
        client.send(post(b"", CHUNKED, "Content-Type: application/json", target="/intake"))
        with contextlib.suppress(ConnectionError):
            while True:
                client.send(b"186a0\r\n" + 100_000 * b" " + b"\r\n")
                time.sleep(0.01)
    with hasty.connect() as client:
        assert client.get().status == 200


def test_a_defect_tells_nothing_of_the_content(server: Server) -> None:
    with server.connect() as client:
        answer = client.get("/fail", "X-Request-Id: defective-1")
        assert (answer.status, answer.code) == (500, "internal")
        assert json.loads(answer.body)["request_id"] == answer.headers["x-request-id"] == "defective-1"
        assert client.get().status == 200
    record = server.until("request-failed")
    assert record["request_id"] == "defective-1" and record["error"] == "ValueError"
    assert "Verschlusssache" not in answer.body.decode() + json.dumps(record)


def test_an_answer_that_breaks_off_is_seen_as_broken(server: Server) -> None:
    with server.connect() as client:
        client.send(get("/fail-late"))
        assert client.file.read().endswith(b"\r\n\r\na\r\nsome of it\r\n")
    assert server.until("request-failed")["error"] == "ValueError"
    assert "4711" not in json.dumps(server.until("library"))


def test_head_has_no_body(server: Server) -> None:
    with server.connect() as client:
        client.send(get().replace(b"GET", b"HEAD") + get())
        assert client.file.readline().startswith(b"HTTP/1.1 200")
        while client.file.readline() != b"\r\n":
            pass
        assert client.answer().status == 200


@slow
def test_a_client_that_takes_nothing_is_left() -> None:
    with running(write_seconds=1) as server, server.connect() as client:
        client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.send(get("/large"))
        server.until("client-stalled")
        with server.connect() as another:
            assert another.get().status == 200


@slow
def test_more_connections_than_there_may_be_are_told_so() -> None:
    with running(connections=2) as server, contextlib.ExitStack() as stack:
        clients = [stack.enter_context(server.connect()) for _ in range(3)]
        assert [client.get().status for client in clients] == [200, 200, 503]
        answer = stack.enter_context(server.connect()).get()
        assert (answer.code, answer.headers["connection"]) == ("busy", "close")
        assert int(answer.headers["retry-after"]) > 0
        clients[0].__exit__()
        time.sleep(0.1)
        with server.connect() as client:
            assert client.get().status == 200
        # Far above, connections are dropped before anything is said.
        crowd = [stack.enter_context(server.connect()) for _ in range(100)]
        assert sum(client.ended() for client in crowd[80:]) == 20
        for client in crowd:
            client.__exit__()
        time.sleep(0.1)
        with server.connect() as client:
            assert client.get().status == 200


# TLS.


@dataclass(frozen=True, slots=True)
class Authority:
    """A CA that makes certificates."""

    name: str
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    def files(self, folder: Path, common_name: str) -> tuple[Path, Path]:
        """Certificate and key for a name, and for this machine."""
        key = ec.generate_private_key(ec.SECP256R1())
        builder = certificate_builder(common_name, key, self.certificate.subject)
        names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        made = builder.add_extension(x509.SubjectAlternativeName(names), critical=False).sign(self.key, hashes.SHA256())
        paths = folder / f"{common_name}.pem", folder / f"{common_name}.key"
        paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
        paths[1].write_bytes(pem(key))
        return paths

    def file(self, folder: Path) -> Path:
        path = folder / f"{self.name}.pem"
        path.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))
        return path


def certificate_builder(name: str, key: ec.EllipticCurvePrivateKey, issuer: x509.Name) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)]))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=2))
    )


def pem(key: ec.EllipticCurvePrivateKey, passphrase: bytes = b"") -> bytes:
    protection = serialization.BestAvailableEncryption(passphrase) if passphrase else serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, protection)


@cache
def authority(name: str) -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    extension = x509.BasicConstraints(ca=True, path_length=None)
    builder = certificate_builder(name, key, subject).add_extension(extension, critical=True)
    return Authority(name, key, builder.sign(key, hashes.SHA256()))


def trusting(folder: Path, client: tuple[Path, Path] | None = None) -> ssl.SSLContext:
    """A client's side."""
    context = ssl.create_default_context(cafile=authority("ours").file(folder))
    if client:
        context.load_cert_chain(*client)
    return context


def is_turned_away(server: Server, tls: ssl.SSLContext) -> bool:
    """Whether no connection comes about. With TLS 1.3, a client hears of it only when it reads."""
    try:
        with server.connect(tls) as client:
            return client.get().status == 0
    except (ssl.SSLError, ConnectionError):
        return True


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("certificates")


@pytest.fixture(scope="module")
def tls_server(folder: Path) -> Iterator[Server]:
    with running(tls=authority("ours").files(folder, "server"), header_seconds=3) as server:
        yield server
        assert server.signal(signal.SIGTERM, "stopped")
        assert server.end() == 0


def test_tls(tls_server: Server, folder: Path) -> None:
    with tls_server.connect(trusting(folder)) as client:
        assert isinstance(client.socket, ssl.SSLSocket) and client.socket.version() == "TLSv1.3"
        said = json.loads(client.get().body)
        assert said["scheme"] == "https" and said["common_name"] is None and said["der"] is None
        assert client.get().status == 200


def test_an_early_answer_reaches_a_client_that_still_sends_with_tls(tls_server: Server, folder: Path) -> None:
    refuses_early(tls_server.connect(trusting(folder)))


def test_large_answers_arrive_with_tls(tls_server: Server, folder: Path) -> None:
    with tls_server.connect(trusting(folder)) as client:
        assert len(client.get("/large", "Connection: close").body) == LARGE
        assert client.ended()


@pytest.mark.parametrize(
    ("version", "ciphers", "agreed"),
    [
        (ssl.TLSVersion.TLSv1_2, "ECDHE-ECDSA-AES128-GCM-SHA256", True),
        (ssl.TLSVersion.TLSv1_2, "ECDHE-ECDSA-AES128-SHA256:ECDHE-ECDSA-AES256-SHA:@SECLEVEL=0", False),
        (ssl.TLSVersion.TLSv1_1, "ALL:@SECLEVEL=0", False),
    ],
)
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1 is deprecated")
def test_tls_is_modern(tls_server: Server, version: ssl.TLSVersion, ciphers: str, agreed: bool) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = context.maximum_version = version
    context.set_ciphers(ciphers)
    with contextlib.nullcontext() if agreed else pytest.raises((ssl.SSLError, ConnectionError)):
        tls_server.connect(context).__exit__()


@slow
def test_bytes_that_are_not_tls_do_no_harm(tls_server: Server, folder: Path) -> None:
    with tls_server.connect() as client, contextlib.suppress(ConnectionResetError):
        assert client.send(get()).file.read(4) != b"HTTP"
    with tls_server.connect() as client:
        assert client.ended()  # says nothing
    with tls_server.connect(trusting(folder)) as client:
        assert client.get().status == 200


@slow
def test_mutual_tls(folder: Path) -> None:
    ours, others = authority("ours"), authority("others")
    tls = (*ours.files(folder, "mutual"), ours.file(folder))
    with running(tls=tls) as server:
        with server.connect(trusting(folder, ours.files(folder, "a-client"))) as client:
            for _ in range(2):
                said = json.loads(client.get().body)
                assert said["common_name"] == "a-client" and said["der"] > 100
        for certificate in (None, others.files(folder, "a-stranger")):
            assert is_turned_away(server, trusting(folder, certificate))
        with server.connect(trusting(folder, ours.files(folder, "another-client"))) as client:
            assert json.loads(client.get().body)["common_name"] == "another-client"


# Signals.


@slow
def test_running_requests_end_before_the_server_does() -> None:
    with running(patience=0.3) as server:
        with server.connect() as busy, server.connect() as idle, server.connect() as other:
            assert idle.get().status == 200
            busy.send(get("/doze?seconds=0.8"))
            other.send(get("/doze?seconds=0.3") + get("/tell"))
            time.sleep(0.1)
            server.signal(signal.SIGTERM, "app-drains")
            with pytest.raises(ConnectionRefusedError):
                server.connect()
            assert idle.ended()
            answer = other.answer()
            assert (answer.body, answer.headers["connection"]) == (b"awake", "close")
            assert other.ended()
            assert busy.answer().body == b"awake"
        assert server.end() == 0
        assert server.records[-1]["event"] == "stopped"


@slow
def test_requests_that_take_too_long_to_end_are_told_so() -> None:
    with running(graceful_seconds=0.3) as server:
        with server.connect() as client:
            client.send(get("/doze?seconds=60"))
            time.sleep(0.1)
            server.signal(signal.SIGINT, "cut-off")
            answer = client.answer()
            assert (answer.status, answer.code) == (503, "draining")
        assert server.end() == 0


@slow
def test_a_second_signal_ends_it_at_once() -> None:
    with running(patience=60) as server:
        server.signal(signal.SIGTERM, "app-drains")
        server.signal(signal.SIGTERM, "cut-off")
        assert server.end() == 0


@slow
def test_certificates_are_renewed_without_a_restart(folder: Path) -> None:
    ours, others = authority("ours"), authority("others")
    certificate, key = ours.files(folder, "renewed")
    ca = folder / "ca.pem"
    ca.write_bytes(ours.file(folder).read_bytes())
    our_client, other_client = ours.files(folder, "our-client"), others.files(folder, "other-client")

    def serial(server: Server, tls: ssl.SSLContext) -> object:
        with server.connect(tls) as client:
            assert client.get().status == 200
            assert isinstance(client.socket, ssl.SSLSocket)
            return (client.socket.getpeercert() or {})["serialNumber"]

    with running(tls=(certificate, key, ca)) as server:
        first = serial(server, trusting(folder, our_client))
        with server.connect(trusting(folder, our_client)) as idle, server.connect(trusting(folder, our_client)) as busy:
            assert idle.get().status == 200
            busy.send(get("/doze?seconds=0.5"))
            time.sleep(0.1)
            ours.files(folder, "renewed")
            ca.write_bytes(others.file(folder).read_bytes())
            server.signal(signal.SIGHUP, "reloaded")
            assert "app-reloads" in [record["event"] for record in server.records]
            second = serial(server, trusting(folder, other_client))
            assert second != first
            assert idle.ended()
            assert busy.answer().headers["connection"] == "close"
        assert is_turned_away(server, trusting(folder, our_client))
        key.write_bytes(pem(ec.generate_private_key(ec.SECP256R1())))
        record = server.signal(signal.SIGHUP, "reload-failed")
        assert (record["error"], record["reason"]) == ("InputError", "tls")
        server.until("app-reloads")  # so that keys are revoked even if a certificate is broken
        assert serial(server, trusting(folder, other_client)) == second
        server.process.send_signal(signal.SIGTERM)
        assert server.end() == 0


@slow
def test_a_reload_that_fails_leaves_all_as_it_was() -> None:
    with running(reload_fails=True) as server:
        record = server.signal(signal.SIGHUP, "reload-failed")
        assert record["error"] == "ValueError" and "4711" not in json.dumps(record)
        with server.connect() as client:
            assert client.get().status == 200


@slow
def test_no_connection_is_lost_while_certificates_are_renewed(folder: Path) -> None:
    with running(tls=authority("ours").files(folder, "often-renewed")) as server:
        context = trusting(folder)
        for number in range(40):
            if number % 4 == 0:
                server.process.send_signal(signal.SIGHUP)
            with server.connect(context) as client:
                assert client.send(get("/tell", "Connection: close")).answer().status == 200


# What it can't start with.


def test_an_application_that_can_not_start_ends_the_server() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise ValueError(SECRET)

    with pytest.raises(InternalError, match="could not start"):
        serve(app, ServerSettings(port=0), on_reload=lambda: None, on_drain=nothing)


async def nothing() -> None:
    """Doesn't wait."""


def refused(settings: ServerSettings) -> str:
    with pytest.raises(InputError) as caught:
        serve(App(), settings, on_reload=lambda: None, on_drain=nothing)
    return caught.value.message


def test_an_address_must_be_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert refused(ServerSettings(port=port)) == f"Can't listen at 127.0.0.1, port {port}: Address already in use"
    assert "Can't listen at nowhere.invalid" in refused(ServerSettings("nowhere.invalid"))
    assert "There is no port 70000" in refused(ServerSettings(port=70_000))


def test_tls_files_must_go_together(folder: Path) -> None:
    certificate, key = authority("ours").files(folder, "one")
    _, other = authority("ours").files(folder, "two")
    protected = folder / "protected.key"
    protected.write_bytes(pem(ec.generate_private_key(ec.SECP256R1()), b"passphrase"))
    nonsense = folder / "nonsense.pem"
    nonsense.write_text("no certificate")
    assert "key values mismatch" in refused(ServerSettings(tls=TlsFiles(certificate, other)))
    assert "the key has a passphrase" in refused(ServerSettings(tls=TlsFiles(certificate, protected)))
    assert "No such file" in refused(ServerSettings(tls=TlsFiles(certificate, folder / "none.key")))
    assert "can't be used" in refused(ServerSettings(tls=TlsFiles(nonsense, key)))
    assert "CA of clients nonsense.pem can't be used" in refused(
        ServerSettings(tls=TlsFiles(certificate, key, nonsense))
    )


def test_tls_keys_are_not_written_to_a_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSLKEYLOGFILE", str(folder / "keys.log"))
    assert tls_context(TlsFiles(*authority("ours").files(folder, "quiet"))).keylog_filename is None
    assert not (folder / "keys.log").exists()


def test_metrics_must_not_be_written_to_disk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    assert "written to disk" in refused(ServerSettings())


# What it leaves behind.

HARDENED = """
import ctypes, json, os, resource, sys, time
from confluence_xpress.service.hardening import harden
from confluence_xpress.workers.memory import peak, resident
if os.getuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
library = ctypes.CDLL(None)
library.prctl(4, 1, 0, 0, 0)
harden()
said = {"core": resource.getrlimit(resource.RLIMIT_CORE), "dumpable": library.prctl(3, 0, 0, 0, 0)}
said |= {"umask": oct(os.umask(0)), "byte code": sys.dont_write_bytecode, "resident": resident(), "peak": peak()}
ours, theirs = os.pipe()
worker = os.fork()
if not worker:
    os.read(ours, 1)
    os._exit(0)
said["worker"] = resident(worker)
os.write(theirs, b"x")
os.wait()
descriptor = os.memfd_create("x")
os.write(descriptor, b"hello")
said["memfd"] = open(f"/proc/self/fd/{descriptor}").read()
print(json.dumps(said))
"""


@slow
@pytest.mark.skipif(sys.platform != "linux", reason="prctl and /proc")
def test_a_hardened_process_leaves_nothing_but_can_still_see_to_its_workers() -> None:
    command = [sys.executable, "-c", HARDENED]
    said = json.loads(subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout)
    assert said["core"] == [0, 0] and said["dumpable"] == 0
    assert said["umask"] == "0o77" and said["byte code"]
    assert min(said["resident"], said["worker"], said["peak"]) > 1_000_000
    assert said["memfd"] == "hello"
