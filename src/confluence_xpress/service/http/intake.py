"""Takes in the body of a request: into memory, never to disk, and no more or slower than it may be."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from starlette.requests import Request

from confluence_xpress.service import unpacking
from confluence_xpress.service.http.budget import Budget, Share
from confluence_xpress.service.http.form import Form, FormLimits
from confluence_xpress.service.http.header_values import parsed
from confluence_xpress.service.problems import Problem
from confluence_xpress.service.unpacking import REQUEST, ZipLimits

__all__ = ["REQUEST", "ZIP", "Budget", "Intake", "IntakeLimits", "Kind", "Share", "take_in", "unpack"]

ZIP = "zip"
"""The name of a zip archive among the files of a request, until a worker unpacks it."""
_BOUNDARY = re.compile(r"[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]")

Kind: TypeAlias = Literal["json", "multipart", "zip"]


@dataclass(frozen=True, slots=True)
class IntakeLimits:
    """How much a request may bring, sizes in bytes, and how fast it must."""

    total: int = 256_000_000
    """As sent; and unpacked, if it is a zip archive."""
    file: int = 100 * 2**20 + 1
    """One file: the largest that an export embeds, and a byte by which it is known to be larger."""
    files: int = 10_000
    text: int = 64_000_000
    """The JSON document."""
    part_headers: int = 8_192
    """Of one part of a form."""
    seconds: float = 120
    """For all of it."""
    grace_seconds: float = 10
    """After so long, it must have come at `rate`, on average."""
    rate: float = 10_000
    """Bytes a second."""


@dataclass(frozen=True, slots=True)
class Intake:
    """What a request brought."""

    kind: Kind
    text: int
    """Bytes of JSON, as opposed to media. Of a zip archive, what it says itself."""
    size: int
    """Bytes of the body, as sent."""
    files: dict[str, bytes]
    """By name: “request” is the JSON document; of a zip archive, there is “zip” alone."""


async def take_in(request: Request, limits: IntakeLimits, share: Share) -> Intake:
    """Reads the body; `share` then holds as many bytes.

    Problem if there is none, or it is not as it should be: `media-type-unsupported`, `length-required`, `too-large`,
    `too-slow`, `request-unreadable`, `busy`. Then it isn't read to its end: the answer must be the connection's last,
    which the server sees to. starlette's ClientDisconnect if the client is gone.
    """
    taker = _taker(request, limits)
    _check_declared(request, taker.limit, share)
    size = 0
    async with aclosing(_chunks(request, limits)) as chunks:
        async for chunk in chunks:
            size += len(chunk)
            if size > taker.limit:
                raise _too_large(taker.limit)
            share.reserve(len(chunk))
            taker.write(chunk)
    files = taker.files()
    text = unpacking.declared_text(files[ZIP], limits.files) if taker.kind == "zip" else len(files[REQUEST])
    return Intake(taker.kind, text, size, files)


def unpack(data: bytes, limits: IntakeLimits) -> dict[str, bytes]:
    """The files in a zip archive by name, `request.json` as “request”. For workers.

    Problem `request-unreadable` or `too-large`.
    """
    return unpacking.unpack(data, ZipLimits(limits.total, limits.file, limits.files, limits.text))


class _Taker(Protocol):
    """Takes a body of one kind."""

    kind: Kind
    limit: int
    """Bytes that the body may have."""

    def write(self, data: bytes) -> None: ...

    def files(self) -> dict[str, bytes]: ...


class _Whole:
    """A body that is one file."""

    def __init__(self, kind: Kind, name: str, limit: int) -> None:
        self.kind: Kind = kind
        self.limit = limit
        self._name = name
        self._content = bytearray()  # small chunks in a list would take many times their size

    def write(self, data: bytes) -> None:
        self._content += data

    def files(self) -> dict[str, bytes]:
        content = bytes(self._content)
        self._content.clear()
        return {self._name: content}


class _Fields(Form):
    """A body that is a form."""

    kind: Kind = "multipart"

    def __init__(self, boundary: str, limits: IntakeLimits) -> None:
        super().__init__(boundary, FormLimits(limits.file, limits.files, limits.text, limits.part_headers))
        self.limit = limits.total


def _taker(request: Request, limits: IntakeLimits) -> _Taker:
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise _unsupported("The body is compressed. Send it as it is, or as a zip archive.")
    media_type, parameters = parsed(request.headers.get("content-type", "")) or ("", {})
    match media_type:
        case "application/json":
            if parameters.get("charset", "utf-8").lower() not in {"utf-8", "utf8"}:
                raise _unsupported("JSON must be in UTF-8.")
            return _Whole("json", REQUEST, min(limits.text, limits.total))
        case "multipart/form-data":
            boundary = parameters.get("boundary", "")
            if _BOUNDARY.fullmatch(boundary) is None:
                raise _unsupported("The media type multipart/form-data must come with its boundary.")
            return _Fields(boundary, limits)
        case "application/zip":
            return _Whole("zip", ZIP, limits.total)
        case _:
            raise _unsupported("The media type is missing, or none of those.")


def _check_declared(request: Request, limit: int, share: Share) -> None:
    """Refuses before anything is read. That the length is a number, the server has seen to."""
    length = request.headers.get("content-length")
    if length is None:
        if "transfer-encoding" not in request.headers:
            raise Problem("length-required", "There is no body.")
    elif int(length) > limit:
        raise _too_large(limit)
    else:
        share.expect(int(length))


async def _chunks(request: Request, limits: IntakeLimits) -> AsyncGenerator[bytes, None]:
    """The body as it comes. Problem `too-slow` as soon as it has taken too long, or come too slowly on average."""
    stream = request.stream()
    loop = asyncio.get_running_loop()
    start = loop.time()
    size = 0
    while True:
        seconds = min(limits.seconds, max(limits.grace_seconds, size / limits.rate))
        try:
            async with asyncio.timeout_at(start + seconds):
                chunk = await anext(stream, None)
        except TimeoutError:
            raise Problem("too-slow", f"The body was not complete after {seconds:.0f} seconds.") from None
        if chunk is None:
            return
        size += len(chunk)
        yield chunk


def _too_large(limit: int) -> Problem:
    return Problem("too-large", f"The body takes more than {limit} bytes.")


def _unsupported(detail: str) -> Problem:
    return Problem("media-type-unsupported", detail)
