"""A PDF as Typst writes it, read without a PDF library: one classic cross-reference table, one object after the other.

Typst's files are regular (no object streams, no encryption, direct lengths), and a document has about a hundred objects
a page: reading and writing them all through a general library costs several times what is done here, in time and
memory.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from confluence_xpress.errors import InternalError

_TRAILER = re.compile(rb"/Root (\d+) 0 R")
_INFO = re.compile(rb"/Info (\d+) 0 R")
_START = re.compile(rb"startxref\s+(\d+)\s+%%EOF\s*$")
_DESTINATION = re.compile(rb"/Dest (\d+) 0 R")
_STREAM = b"\nstream\n"
_ENTRY = 20
_NESTED = re.compile(rb"\([^()]*\(")
# A string or a reference outside of strings; strings with brackets in brackets go another way.
_TOKEN = re.compile(rb"\((?:[^()\\]|\\.)*\)|(?<![\d.])(\d+) 0 R\b", re.DOTALL)
_REFERENCE = re.compile(rb"\b(\d+) 0 R\b")
_DELICATE = re.compile(rb"\([^()]*(?:\(|\d 0 R)")
_BETWEEN = b"\0"
"""Between bodies: Typst writes strings with such characters in hexadecimal."""


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a part: page (from 0), and points from the left and from the top."""

    page: int
    x: float
    y: float


class RawPdf:
    """The objects of a file that Typst wrote. InternalError if it is not such a file."""

    def __init__(self, data: bytes) -> None:
        start = _START.search(data, max(0, len(data) - 64))
        table = int(start[1]) if start else len(data)
        root = _TRAILER.search(data, table)
        if not root or data[table : table + 7] != b"xref\n0 ":
            raise InternalError("The typesetter's file has no cross-reference table.")
        self._data = data
        first = data.index(b"\n", table + 5) + 1
        count = int(data[table + 7 : first])
        self.root = int(root[1])
        info = _INFO.search(data, table)
        self.info = int(info[1]) if info else 0
        self._offsets = [int(data[p : p + 10]) for p in range(first, first + count * _ENTRY, _ENTRY)]
        ends = sorted(self._offsets[1:])
        following = dict(zip(ends, [*ends[1:], table], strict=True))
        self._ends = [0, *(following[offset] for offset in self._offsets[1:])]

    @property
    def numbers(self) -> range:
        """The numbers of all objects."""
        return range(1, len(self._offsets))

    def begins(self, number: int, offset: int) -> bool:
        """Whether an object begins at this byte, and not something in a stream that looks like it."""
        return number in self.numbers and self._offsets[number] == offset

    def body(self, number: int) -> bytes:
        """An object without `obj` and `endobj`; of a stream, its dictionary and data."""
        start = self._data.index(b"\n", self._offsets[number]) + 1
        end = self._data.rindex(b"\nendobj", start, self._ends[number])
        return self._data[start:end]

    def stream(self, number: int) -> tuple[bytes, bytes]:
        """Dictionary (with its brackets) and encoded data of a stream."""
        dictionary, data = split_stream(self.body(number))
        if data is None:
            raise InternalError(f"Object {number} of the typesetter's file is no stream.")
        return dictionary, data

    def decoded(self, number: int) -> bytes:
        """The data of a stream; short ones are not compressed."""
        dictionary, data = self.stream(number)
        return zlib.decompress(data) if b"/FlateDecode" in dictionary else data

    def pages(self) -> list[int]:
        """The numbers of the page objects in order."""
        found: list[int] = []
        pending = [reference(self.body(self.root), b"/Pages")]
        while pending:
            number = pending.pop()
            body = self.body(number)
            if b"/Type/Pages" in body:
                pending += reversed(references(array(body, b"/Kids")))
            else:
                found.append(number)
        return found

    def destinations(self) -> set[int]:
        """The destinations that links refer to by number."""
        return {int(number) for number in _DESTINATION.findall(self._data)}

    def facts(self) -> list[Position | None]:
        """The positions that the part embedded, in the order in which it was asked for them."""
        # Only this file is ever attached to a part.
        files = references(array(self.body(self.root), b"/EmbeddedFiles<</Names"))
        if not files:
            return []
        values = json.loads(self.decoded(reference(self.body(files[0]), b"/EF<</F")))
        return [None if value is None else Position(value[0] - 1, value[1], value[2]) for value in values]


def split_stream(body: bytes) -> tuple[bytes, bytes | None]:
    """Dictionary and data of a stream; other objects as they are, without data."""
    if not body.endswith(b"endstream"):
        return body, None
    dictionary, _, rest = body.partition(_STREAM)
    length = re.search(rb"/Length (\d+)", dictionary)
    if not length:
        raise InternalError("A stream of the typesetter's file has no length.")
    return dictionary, rest[: int(length[1])]


def reference(body: bytes, key: bytes) -> int:
    """The object that a dictionary's key refers to; 0 if it has no such key."""
    found = _under(key).search(body)
    return int(found[1]) if found else 0


@cache
def _under(key: bytes) -> re.Pattern[bytes]:
    return re.compile(re.escape(key) + rb"\s?(\d+) 0 R")


def references(text: bytes) -> list[int]:
    """The objects that a piece without strings refers to."""
    return [int(number) for number in _REFERENCE.findall(text)]


def array(body: bytes, key: bytes) -> bytes:
    """The inner part of an array of references or numbers under a key; empty if there is none."""
    start = body.find(key + b"[")
    return body[start + len(key) + 1 : body.index(b"]", start)] if start >= 0 else b""


def box(page: bytes) -> tuple[float, float]:
    """Width and height of a page in points."""
    left, bottom, right, top = (float(value) for value in array(page, b"/MediaBox").split())
    return right - left, top - bottom


def renumber(body: bytes, numbers: Mapping[bytes, bytes]) -> bytes:
    """The body with its references changed, `{b"12": b"345"}`; strings stay as they are.

    KeyError for a reference that has no new number.
    """
    if b"(" not in body:
        return _REFERENCE.sub(lambda found: numbers[found[1]] + b" 0 R", body)
    if _NESTED.search(body):
        return b"".join(piece if text else renumber(piece, numbers) for piece, text in _pieces(body))
    return _TOKEN.sub(lambda found: numbers[found[1]] + b" 0 R" if found[1] else found[0], body)


def renumber_all(bodies: Sequence[bytes], numbers: Mapping[bytes, bytes]) -> list[bytes]:
    """Many bodies renumbered at once, several times as fast as one after the other."""
    changed = [*bodies]
    # Where a string holds what looks like a reference, or brackets in brackets, care is needed.
    plain = [index for index, body in enumerate(bodies) if b"(" not in body or not _DELICATE.search(body)]
    text = _BETWEEN.join([bodies[index] for index in plain])
    pieces = _REFERENCE.split(text)
    pieces[1::2] = [numbers[number] + b" 0 R" for number in pieces[1::2]]
    for index, body in zip(plain, b"".join(pieces).split(_BETWEEN), strict=True):
        changed[index] = body
    for index in set(range(len(bodies))).difference(plain):
        changed[index] = renumber(bodies[index], numbers)
    return changed


def _pieces(body: bytes) -> Iterator[tuple[bytes, bool]]:
    """The body cut into what is outside of strings and the strings themselves (True), brackets counted."""
    start, depth, position = 0, 0, 0
    while position < len(body):
        sign = body[position]
        if sign == 0x5C and depth:
            position += 1
        elif sign == 0x28:
            if not depth:
                yield body[start:position], False
                start = position
            depth += 1
        elif sign == 0x29 and depth:
            depth -= 1
            if not depth:
                yield body[start : position + 1], True
                start = position + 1
        position += 1
    yield body[start:], depth > 0
