"""What is sent: a request and its files as multipart/form-data (RFC 7578), never put together in memory."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

_BLOCK = 65_536


@dataclass(frozen=True, slots=True)
class Content:
    """The bytes of a file, read when it is their turn: each time the request is sent."""

    size: int
    read: Callable[[], bytes] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Upload:
    """The body of a request: its JSON, in pieces, and its files, which are named file0, file1 …"""

    request: Sequence[bytes] = field(repr=False)
    files: Sequence[Content] = ()
    boundary: str = field(default_factory=lambda: secrets.token_hex(16))

    @property
    def media_type(self) -> str:
        """For the header Content-Type."""
        return f"multipart/form-data; boundary={self.boundary}"

    @property
    def size(self) -> int:
        """Bytes of the body."""
        heads = sum(len(self._head(index)) for index in range(len(self.files)))
        content = sum(map(len, self.request)) + sum(file.size for file in self.files)
        return len(self._first()) + heads + content + len(self._last())

    @property
    def largest(self) -> int:
        """Bytes of the largest file."""
        return max((file.size for file in self.files), default=0)

    def __iter__(self) -> Iterator[bytes]:
        """The body in small blocks: what a socket doesn't take at once is copied."""
        yield self._first()
        yield from _blocks(self.request)
        for index, file in enumerate(self.files):
            yield self._head(index)
            yield from _blocks((file.read(),))
        yield self._last()

    def _first(self) -> bytes:
        return self._field('name="request"', "application/json")

    def _head(self, index: int) -> bytes:
        name = file_name(index)
        return b"\r\n" + self._field(f'name="{name}"; filename="{name}"', "application/octet-stream")

    def _field(self, names: str, media_type: str) -> bytes:
        disposition = f"Content-Disposition: form-data; {names}"
        return f"--{self.boundary}\r\n{disposition}\r\nContent-Type: {media_type}\r\n\r\n".encode()

    def _last(self) -> bytes:
        return f"\r\n--{self.boundary}--\r\n".encode()


class Attached:
    """Files to be sent along."""

    def __init__(self) -> None:
        self.contents: list[Content] = []

    def add(self, content: Content) -> str:
        """One more; its name."""
        self.contents.append(content)
        return file_name(len(self.contents) - 1)

    def add_bytes(self, data: bytes) -> str:
        """One more that is in memory; its name."""
        return self.add(Content(len(data), lambda: data))


def file_name(index: int) -> str:
    """The name of a file."""
    return f"file{index}"


def _blocks(data: Iterable[bytes]) -> Iterator[bytes]:
    for piece in data:
        if len(piece) <= _BLOCK:
            yield piece
        else:
            view = memoryview(piece)
            for start in range(0, len(piece), _BLOCK):
                yield bytes(view[start : start + _BLOCK])
