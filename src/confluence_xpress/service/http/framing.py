"""Where requests begin and end on a connection, read strictly: what two servers could read differently is refused.

h11 parses what passes here. It is more lenient in places (RFC 9112 lets it): line ends without a carriage return,
folded lines, a length beside chunks, lists of equal lengths, any version, chunk extensions of any size.
"""

from __future__ import annotations

import re
from typing import Literal, TypeAlias

from confluence_xpress.service.problems import Problem

REQUEST_LINE_BYTES = 8_000
"""RFC 9112, section 3, recommends at least this much."""
HEADERS = 100
"""How many header fields a request may have."""
_CHUNK_LINE_BYTES = 128
_TRAILER_BYTES = 4_096
_FREE_CHUNKS = 4_096
"""So many chunks may be of any size."""
_CHUNK_BYTES = 256
"""Each of the others is paid for by so many bytes: every chunk costs some microseconds."""

_REQUEST_LINE = re.compile(
    rb"([A-Z]{1,24}) (/(?:[A-Za-z0-9._~:@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})"
    rb"(?:[A-Za-z0-9._~:/@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*|/|\*)"
    rb"(?:\?(?:[A-Za-z0-9._~:/@!$&'()*+,;=?\[\]-]|%[0-9A-Fa-f]{2})*)? HTTP/(1\.[01])"
)
"""Origin-form (RFC 9112, section 3.2.1) or an asterisk. No path begins with two slashes: it could pass for a host."""
_HEADER = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*+([\t\x20-\x7e\x80-\xff]*)")
_HOST = re.compile(rb"(?:[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,253})|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")
_LENGTH = re.compile(rb"[0-9]{1,15}")
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,8})(;[\t\x20-\x7e]*)?")
_BARE_LF = re.compile(rb"(?<!\r)\n")
_ONCE = frozenset(
    (
        b"authorization",
        b"content-encoding",
        b"content-length",
        b"content-type",
        b"expect",
        b"host",
        b"transfer-encoding",
        b"x-request-id",
    )
)
"""Of these, nobody could say which one counts."""

_State: TypeAlias = Literal["head", "length", "chunk line", "chunk", "chunk end", "trailer", "done"]


class Framing:
    """Cuts what arrives into messages, one after the other. `head_bytes`: limit of request line and headers."""

    def __init__(self, head_bytes: int) -> None:
        self._head_bytes = head_bytes
        self._state: _State = "head"
        self._held = bytearray()
        """What can't be judged yet: a head, line or message that hasn't arrived as a whole."""
        self._searched = 0
        self._left = 0
        """Bytes until the end of the body or chunk."""
        self._chunks = 0
        self._chunked_bytes = 0

    @property
    def begun(self) -> bool:
        """Whether a part of a head is there."""
        return self._state == "head" and bool(self._held)

    @property
    def in_head(self) -> bool:
        """Whether the next message, or the rest of its head, is awaited."""
        return self._state == "head"

    @property
    def pipelined(self) -> bool:
        """Whether there are bytes of the next message while this one isn't answered."""
        return self._state == "done" and bool(self._held)

    @property
    def more(self) -> bool:
        """Whether bytes of a message are missing, or there are some of the next one."""
        return self._state != "done" or bool(self._held)

    def take(self, data: bytes) -> bytes:
        """What of all that has arrived belongs to the message and may be parsed; the rest is held back.

        Problem `request-unreadable` or `headers-too-large` if the message can't be trusted. Nothing can after that.
        """
        if self._state == "length" and not self._held and len(data) < self._left:
            self._left -= len(data)  # by far the most bytes come this way
            return data
        self._held += data
        passed = bytearray()
        while self._state != "done" and (piece := self._piece()):
            passed += piece
        return bytes(passed)

    def next(self) -> None:
        """Begins with the next message. Call `take` for what is here of it already."""
        self._state = "head"
        self._searched = 0
        self._chunks = self._chunked_bytes = 0

    def _piece(self) -> bytes:
        """The next bytes that are fine; none if more must arrive first."""
        match self._state:
            case "head":
                return self._head()
            case "length":
                return self._counted("done")
            case "chunk line":
                return self._chunk_line()
            case "chunk":
                return self._counted("chunk end")
            case "chunk end":
                return self._chunk_end()
            case "trailer":
                return self._trailer()
            case "done":
                return b""

    def _cut(self, end: int) -> bytes:
        piece = bytes(memoryview(self._held)[:end])
        del self._held[:end]
        self._searched = 0
        return piece

    def _head(self) -> bytes:
        start = max(0, self._searched - 3)
        end = self._held.find(b"\r\n\r\n", start, self._head_bytes)
        seen = self._held[: end + 4] if end >= 0 else self._held
        if _BARE_LF.search(seen, start):
            raise _unreadable("A line ends without a carriage return.")
        if end < 0:
            self._check_unfinished(start)
            self._searched = len(self._held)
            return b""
        head = self._cut(end + 4)
        chunked, self._left = check_head(head[:-4])
        self._state = "chunk line" if chunked else "length" if self._left else "done"
        return head

    def _check_unfinished(self, start: int) -> None:
        """Refuses as soon as it is clear, so that nobody waits for the end of what is no request."""
        if len(self._held) >= self._head_bytes:
            raise Problem("headers-too-large", f"They take more than {self._head_bytes} bytes.")
        line_end = self._held.find(b"\r\n", 0, REQUEST_LINE_BYTES)
        if line_end < 0:
            if len(self._held) >= REQUEST_LINE_BYTES:
                raise _unreadable("The request line is too long.")
            if self._held and not 0x41 <= self._held[0] <= 0x5A:
                raise _unreadable("It doesn't begin with a method of HTTP.")
        elif line_end + 2 > start:
            _check_request_line(bytes(self._held[:line_end]))

    def _counted(self, then: _State) -> bytes:
        piece = self._cut(min(self._left, len(self._held)))
        self._left -= len(piece)
        if not self._left:
            self._state = then
        return piece

    def _chunk_line(self) -> bytes:
        end = self._held.find(b"\r\n", 0, _CHUNK_LINE_BYTES)
        if end < 0:
            if len(self._held) >= _CHUNK_LINE_BYTES:
                raise _unreadable("The line before a chunk is too long.")
            if _BARE_LF.search(self._held):
                raise _unreadable("The line before a chunk ends without a carriage return.")
            return b""
        line = self._cut(end + 2)
        match = _CHUNK.fullmatch(line, 0, end)
        if match is None:
            raise _unreadable("The line before a chunk isn't a hexadecimal number.")
        self._left = int(match[1], 16)
        self._chunks += 1
        self._chunked_bytes += self._left
        if self._chunks > _FREE_CHUNKS + self._chunked_bytes // _CHUNK_BYTES:
            raise _unreadable(f"There are too many small chunks. Send Content-Length, or {_CHUNK_BYTES} bytes in each.")
        self._state = "chunk" if self._left else "trailer"
        return line

    def _chunk_end(self) -> bytes:
        if not b"\r\n".startswith(self._held[:2]):
            raise _unreadable("A chunk is longer than it says.")
        if len(self._held) < 2:
            return b""
        self._state = "chunk line"
        return self._cut(2)

    def _trailer(self) -> bytes:
        if self._held.startswith(b"\r\n"):
            end = 0
        else:
            end = self._held.find(b"\r\n\r\n", 0, _TRAILER_BYTES)
            seen = self._held[: end + 4] if end >= 0 else self._held
            if _BARE_LF.search(seen) or (end < 0 and len(self._held) >= _TRAILER_BYTES):
                raise _unreadable("What follows the last chunk can't be read.")
            if end < 0:
                return b""
            for line in seen[:end].split(b"\r\n"):
                if _HEADER.fullmatch(line) is None:
                    raise _unreadable("What follows the last chunk can't be read.")
            end += 2
        self._state = "done"
        return self._cut(end + 2)


def check_head(head: bytes) -> tuple[bool, int]:
    """Whether a body in chunks follows, or else of how many bytes.

    `head`: request line and headers, up to the empty line.
    Problem `request-unreadable` or `headers-too-large` if it breaks a rule of RFC 9112.
    """
    first, *lines = head.split(b"\r\n")
    version = _check_request_line(first)
    if len(lines) > HEADERS:
        raise Problem("headers-too-large", f"There are more than {HEADERS}.")
    headers: dict[bytes, bytes] = {}
    for line in lines:
        match = _HEADER.fullmatch(line)
        if match is None:
            raise _unreadable("A header can't be read.")
        name = match[1].lower()
        if name in headers and name in _ONCE:
            raise _unreadable(f"There is more than one header {name.decode('ascii').title()}.")
        headers[name] = match[2].rstrip(b" \t")
    _check_host(headers, version)
    if headers.get(b"expect", b"100-continue").lower() != b"100-continue":
        raise _unreadable("The header Expect asks for something else than 100-continue.")
    return _body(headers, version)


def _check_request_line(line: bytes) -> bytes:
    """The version of HTTP."""
    match = _REQUEST_LINE.fullmatch(line) if len(line) <= REQUEST_LINE_BYTES else None
    if match is None or (match[2] == b"*" and match[1] != b"OPTIONS") or match[1] == b"CONNECT":
        raise _unreadable("The request line isn't one of HTTP/1.1 with a path, all but plain characters escaped.")
    return match[3]


def _check_host(headers: dict[bytes, bytes], version: bytes) -> None:
    host = headers.get(b"host")
    if host is None and version == b"1.1":
        raise _unreadable("The header Host is missing.")
    if host is not None and _HOST.fullmatch(host) is None:
        raise _unreadable("The header Host names no host.")


def _body(headers: dict[bytes, bytes], version: bytes) -> tuple[bool, int]:
    """RFC 9112, section 6.3."""
    coding = headers.get(b"transfer-encoding")
    length = headers.get(b"content-length")
    if coding is not None:
        if length is not None:
            raise _unreadable("It has both Content-Length and Transfer-Encoding.")
        if coding.lower() != b"chunked" or version == b"1.0":
            raise _unreadable("Transfer-Encoding must be “chunked”, in HTTP/1.1.")
        return True, 0
    if length is None:
        return False, 0
    if _LENGTH.fullmatch(length) is None:
        raise _unreadable("Content-Length isn't a number of bytes.")
    return False, int(length)


def _unreadable(detail: str) -> Problem:
    return Problem("request-unreadable", detail)
