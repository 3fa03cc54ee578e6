"""The bytes of an answer: never more than they may be, never slower than they may come."""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable

import httpx

from confluence_xpress.sources.online.http.failures import AgainError, SiteError, TooLargeError, UnreachableError

_IDLE = 60.0
"""Seconds for which an answer may be slower than `_SLOWEST`."""
_SLOWEST = 1_000
"""Bytes a second."""
_EITHER = zlib.MAX_WBITS | 32  # gzip or zlib

Received = Callable[[int], None]
"""Told of bytes as they come over the network."""


def read(response: httpx.Response, most: int, received: Received) -> bytes:
    """The body, unpacked. TooLargeError over `most` bytes; AgainError if it is cut or too slow."""
    declared = response.headers.get("content-length", "")
    if declared.isascii() and declared.isdigit() and int(declared[:16]) > most:
        raise _too_large(most)
    data, full = _unpacked(response, most, received)
    if full:
        raise _too_large(most)
    return data


def beginning(response: httpx.Response, most: int, received: Received) -> bytes:
    """At most so many bytes of an error's body; empty if they can't be unpacked."""
    try:
        return _unpacked(response, most, received)[0][:most]
    except (SiteError, AgainError):
        return b""


def _too_large(most: int) -> TooLargeError:
    size = f"{most / 1_000_000:,.0f} MB" if most >= 1_000_000 else f"{most:,} bytes"
    return TooLargeError(f"an answer of the site is larger than {size}", "Leave it out.", f"it is larger than {size}")


def _unpacked(response: httpx.Response, most: int, received: Received) -> tuple[bytes, bool]:
    """What comes until it has ended or is more than `most` bytes, and whether it is.

    Unpacking is ours, as that of httpx has no bound.
    """
    unpacker = _unpacker(response.headers.get("content-encoding", ""))
    begun, size = time.monotonic(), 0
    data = bytearray()
    for piece in response.iter_raw():
        size += len(piece)
        received(len(piece))
        data += unpacker.unpack(piece, most + 1 - len(data)) if unpacker else piece
        if len(data) > most:
            return bytes(data), True
        if (time.monotonic() - begun - _IDLE) * _SLOWEST > size:
            raise AgainError(UnreachableError("Confluence answers too slowly", "Try again later."), few=True)
    if unpacker and size and not unpacker.complete:
        raise _cut()
    return bytes(data), False


def _unpacker(encoding: str) -> _Unpacker | None:
    name = encoding.strip().lower()
    if name in ("", "identity"):
        return None
    if name in ("gzip", "x-gzip", "deflate"):
        return _Unpacker()
    # We never said that we understand anything else.
    raise SiteError("an answer of the site is packed in a way that XPress doesn't know", "Is there a proxy?")


class _Unpacker:
    """Unpacks gzip and zlib, piece by piece."""

    def __init__(self) -> None:
        self._zlib = zlib.decompressobj(_EITHER)

    @property
    def complete(self) -> bool:
        """Whether the end was reached."""
        return self._zlib.eof

    def unpack(self, piece: bytes, most: int) -> bytes:
        """What a piece holds, at most so many bytes."""
        data = b""
        try:
            while piece and len(data) < most:
                if self._zlib.eof:  # another member follows
                    self._zlib = zlib.decompressobj(_EITHER)
                data += self._zlib.decompress(piece, most - len(data))
                piece = self._zlib.unused_data if self._zlib.eof else self._zlib.unconsumed_tail
        except zlib.error as error:
            raise _cut() from error
        return data


def _cut() -> AgainError:
    return AgainError(
        UnreachableError(
            "an answer of the site is damaged or cut", "Try again.", "the answer of Confluence was damaged"
        ),
        few=True,
    )
