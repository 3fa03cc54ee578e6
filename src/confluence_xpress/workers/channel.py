"""Carries values between host and worker: pickled, each with its length before it.

Large bytes are copied neither on their way out nor on their way in. A host never waits for good: a worker that stops in
the middle of a value, or sends too long a one, is noticed.
"""

from __future__ import annotations

import io
import os
import pickle
import struct
import sys
import time
from collections.abc import Callable
from functools import partial
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any, TypeVar

if sys.platform != "win32":
    import select

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_LENGTH = struct.Struct("!Q")
_G = TypeVar("_G", bytes, int)
_CHUNK = 1 << 16
_LOOK = 0.02
"""Seconds between two looks at whether the host still wants what it waits for."""


class BrokenChannelError(OSError):
    """The other side is gone."""


class OverlongError(Exception):
    """A value is longer than it may be. None of it was received, and nothing can come after it."""


class Parcel:
    """A pickled value, in pieces: large bytes are the value's own."""

    __slots__ = ("pieces", "size")

    def __init__(self, value: object) -> None:
        self.pieces: list[bytes] = []
        pickle.Pickler(self, pickle.HIGHEST_PROTOCOL).dump(value)
        self.size = sum(map(len, self.pieces))

    def write(self, piece: bytes, /) -> None:
        """Called by the pickler."""
        self.pieces.append(piece)


if sys.platform == "win32":

    class Channel:
        """One side of the pipe between host and worker, without any limit of time."""

        def __init__(
            self,
            connection: Connection[Any, Any],
            *,
            most: int | None = None,
            seconds: float | None = None,  # noqa: ARG002 - for others
            look: Callable[[], object] | None = None,  # noqa: ARG002 - for others
        ) -> None:
            self._connection = connection
            self._most = most

        def send(self, parcel: Parcel) -> None:
            """Sends a value. OSError if the other side is gone."""
            self._connection.send_bytes(b"".join(parcel.pieces))

        def receive(self) -> Any:
            """The next value. BrokenChannelError if the other side is gone, or sent more than it may."""
            try:
                data = self._connection.recv_bytes(self._most)
            except (EOFError, OSError) as error:
                raise BrokenChannelError from error
            return pickle.loads(data)  # noqa: S301 - from our own process

else:

    class Channel:
        """One side of the pipe between host and worker.

        `most`: bytes of a value that may come; `seconds`: how long one may take on its way. `look` is called every now
        and then while one is on its way, and may raise to give up. Without `look`, the pipe is waited for without end.
        """

        def __init__(
            self,
            connection: Connection[Any, Any],
            *,
            most: int | None = None,
            seconds: float | None = None,
            look: Callable[[], object] | None = None,
        ) -> None:
            self._connection = connection
            self._most = most
            self._seconds = seconds
            self._look = look
            self._began = 0.0
            if look:
                os.set_blocking(connection.fileno(), False)

        def send(self, parcel: Parcel) -> None:
            """Sends a value. OSError if the other side is gone; TimeoutError if it doesn't take it in time."""
            self._began = time.monotonic()
            first, *others = parcel.pieces
            for piece in (_LENGTH.pack(parcel.size) + first, *others):
                rest = memoryview(piece)
                while rest:
                    try:
                        rest = rest[os.write(self._connection.fileno(), rest) :]
                    except BlockingIOError:
                        self._wait(select.POLLOUT)

        def receive(self) -> Any:
            """The next value.

            BrokenChannelError if the other side is gone, TimeoutError if the value doesn't come in time, OverlongError
            if it is too long, and whatever unpickling it raises.
            """
            self._began = time.monotonic()
            # Nobody sends a value before the last one was answered, so this is never the start of another.
            data = self._read()
            while len(data) < _LENGTH.size:
                data += self._read()
            (size,) = _LENGTH.unpack_from(data)
            if self._most is not None and size > self._most:
                raise OverlongError
            begin = memoryview(data)[_LENGTH.size :]
            if len(begin) == size:
                return pickle.loads(begin)  # noqa: S301 - from our own process
            body = _Body(begin, size, self._read_into)
            try:
                return pickle.Unpickler(io.BufferedReader(body, _CHUNK)).load()  # noqa: S301 - from our own process
            finally:
                body.skip()  # if it can't be unpickled, the next value begins after it all the same

        def _read(self) -> bytes:
            return self._got(partial(os.read, self._connection.fileno(), _CHUNK))

        def _read_into(self, room: memoryview) -> int:
            return self._got(partial(os.readv, self._connection.fileno(), [room]))

        def _got(self, read: Callable[[], _G]) -> _G:
            """What is read as soon as there is something. BrokenChannelError if there will never be anything."""
            while True:
                try:
                    if got := read():
                        return got
                except BlockingIOError:
                    self._wait(select.POLLIN)
                except OSError as error:
                    raise BrokenChannelError from error
                else:
                    raise BrokenChannelError

        def _wait(self, event: int) -> None:
            poll = select.poll()
            poll.register(self._connection.fileno(), event)
            ready = False
            while not ready:  # looks at least once: bytes may come one by one
                ready = bool(poll.poll(_LOOK * 1000))
                if self._look:
                    self._look()
                if self._seconds is not None and time.monotonic() - self._began > self._seconds:
                    raise TimeoutError


class _Body(io.RawIOBase):
    """The bytes of one value, the first of which are there already: a file for the unpickler."""

    def __init__(self, begin: memoryview, size: int, read_into: Callable[[memoryview], int]) -> None:
        self._begin = begin
        self._left = size
        self._read_into = read_into

    def readable(self) -> bool:
        """It is for reading."""
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        """How many bytes were put into the buffer; none at the end."""
        room = memoryview(buffer).cast("B")[: self._left]
        if not room:
            return 0
        if self._begin:
            count = min(len(room), len(self._begin))
            room[:count] = self._begin[:count]
            self._begin = self._begin[count:]
        else:
            left, self._left = self._left, 0  # if that fails, there is no use in more
            count = self._read_into(room)
            self._left = left
        self._left -= count
        return count

    def skip(self) -> None:
        """Reads what is left."""
        rest = bytearray(min(self._left, _CHUNK))
        while self.readinto(rest):
            pass
