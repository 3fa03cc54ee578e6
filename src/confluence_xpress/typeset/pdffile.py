"""Writes a PDF file from front to back, in memory that doesn't grow with the content.

Objects are kept in object streams (ISO 32000-1, 7.5.7), and a cross-reference stream (7.5.8) closes the file. Of what
was written only 8 bytes an object are remembered: where it is.
"""

from __future__ import annotations

import hashlib
import sys
import zlib
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from confluence_xpress.errors import InternalError
from confluence_xpress.typeset.encrypt import Encryption

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

# Entries of the cross-reference table are kept as they are written: 1 byte kind, 5 bytes offset or number of the object
# stream, 2 bytes generation or place in the object stream. An object that isn't there is a free one.
_FREE = 0xFFFF
_AT_OFFSET = 1 << 56
_IN_STREAM = 2 << 56
_ROW = 8
_ROWS_AT_ONCE = 8192


@dataclass(frozen=True, slots=True)
class Stream:
    """A stream object.

    `dictionary` is what stands between << and >>, without /Length, and `data` is encoded as it says. `members` are the
    numbers of the objects in an object stream, in order.
    """

    number: int
    dictionary: bytes
    data: bytes
    members: tuple[int, ...] = ()


def pack(objects: Iterable[tuple[int, bytes]], first: int, per_stream: int = 200) -> list[Stream]:
    """Object streams with these objects (number, body), none of which is a stream.

    They are numbered `first`, `first` + 1, …; each holds up to `per_stream` objects.
    """
    rest = iter(objects)
    batches = iter(lambda: list(islice(rest, per_stream)), [])
    return [_object_stream(number, batch) for number, batch in enumerate(batches, first)]


class PdfFile:
    """Writes a PDF into `out`, of which only `write` is used. Equal input gives equal bytes, unless it is encrypted.

    `size` is the number of bytes written so far.
    """

    def __init__(
        self, out: SupportsWrite[bytes], *, encryption: Encryption | None = None, version: str = "1.7"
    ) -> None:
        self.size = 0
        self._out = out
        self._encryption = encryption
        self._hash = hashlib.blake2b(digest_size=16)
        self._table = array("Q", [_FREE])
        # Bytes above 127 in a comment tell transfer programs that the file is binary.
        self._emit(b"%%PDF-%s\n%%\xe2\xe3\xcf\xd3\n" % version.encode())

    def write(self, stream: Stream) -> None:
        """Adds a stream, with the objects in it if it's an object stream. It is encrypted here."""
        dictionary, data = stream.dictionary, stream.data
        if self._encryption is not None:
            dictionary, data = self._encryption.strings(dictionary), self._encryption.data(data)
        self._place(stream.number)
        for start, count in _runs(stream.members):
            self._enter(stream.members[start], count, _IN_STREAM | stream.number << 16 | start)
        self._emit_stream(stream.number, dictionary, data)

    def plain(self, number: int, body: bytes) -> int:
        """Adds an object outside of object streams and returns its offset: where its number stands.

        The body is written as it is: in an encrypted file the strings in it have to be encrypted already.
        """
        offset = self.size
        self._place(number)
        self._emit(b"%d 0 obj\n%b\nendobj\n" % (number, body))
        return offset

    def close(self, root: int, info: int | None) -> None:
        """Ends the file: cross-reference stream and trailer. `root` is the number of the catalog. Leaves `out` open."""
        trailer = b"/Root %d 0 R" % root
        if info is not None:
            trailer += b"/Info %d 0 R" % info
        if self._encryption is not None:
            number = len(self._table)
            self.plain(number, self._encryption.dictionary)
            trailer += b"/Encrypt %d 0 R" % number
        offset = self.size
        number = len(self._table)
        self._place(number)
        identity = self._hash.hexdigest().encode()
        self._emit_stream(
            number,
            b"/Type/XRef/Size %d/W[1 5 2]%b/ID[<%b><%b>]/Filter/FlateDecode/DecodeParms<</Predictor 12/Columns %d>>"
            % (len(self._table), trailer, identity, identity, _ROW),
            self._packed_table(),
        )
        self._emit(b"startxref\n%d\n%%%%EOF\n" % offset)

    def _emit(self, data: bytes) -> None:
        self._out.write(data)
        self._hash.update(data)
        self.size += len(data)

    def _emit_stream(self, number: int, dictionary: bytes, data: bytes) -> None:
        self._emit(b"%d 0 obj\n<<%b/Length %d>>\nstream\n" % (number, dictionary, len(data)))
        self._emit(data)
        self._emit(b"\nendstream\nendobj\n")

    def _place(self, number: int) -> None:
        self._enter(number, 1, _AT_OFFSET | self.size << 16)

    def _enter(self, first: int, count: int, entry: int) -> None:
        """Enters objects numbered from `first` on into the table, the first as `entry`, each next one as one more."""
        table = self._table
        if (lacking := first + count - len(table)) > 0:
            table.extend(array("Q", [_FREE]) * lacking)
        if first < 1 or table[first : first + count].count(_FREE) != count:
            raise InternalError(f"One of the PDF objects {first} to {first + count - 1} was written twice.")
        table[first : first + count] = array("Q", range(entry, entry + count))

    def _packed_table(self) -> bytes:
        compressor = zlib.compressobj()
        packed = [compressor.compress(rows) for rows in self._predicted_rows()]
        return b"".join([*packed, compressor.flush()])

    def _predicted_rows(self) -> Iterator[bytes]:
        """The rows of the table, each as its difference to the one above, byte by byte (the PNG filter "up").

        Neighbours differ little, so that the table shrinks to about a byte for ten objects. Whole blocks are subtracted
        as one long number: without the highest bit of each byte, no byte borrows from its neighbour.
        """
        above = bytes(_ROW)
        for start in range(0, len(self._table), _ROWS_AT_ONCE):
            block = self._table[start : start + _ROWS_AT_ONCE]
            if sys.byteorder == "little":
                block.byteswap()
            rows = block.tobytes()
            high = int.from_bytes(b"\x80" * len(rows))
            minuend, subtrahend = int.from_bytes(rows), int.from_bytes((above + rows)[: len(rows)])
            low = ~high
            difference = ((minuend | high) - (subtrahend & low)) ^ ((minuend ^ ~subtrahend) & high)
            above = rows[-_ROW:]
            filtered = bytearray(b"\x02") * (len(block) * (_ROW + 1))
            for column, values in enumerate(_columns(difference.to_bytes(len(rows))), 1):
                filtered[column :: _ROW + 1] = values
            yield bytes(filtered)


def _object_stream(number: int, objects: list[tuple[int, bytes]]) -> Stream:
    places = []
    offset = 0
    for member, body in objects:
        places.append(b"%d %d" % (member, offset))
        offset += len(body) + 1
    head = b" ".join(places) + b"\n"
    data = zlib.compress(head + b"\n".join([body for _, body in objects]))
    dictionary = b"/Type/ObjStm/N %d/First %d/Filter/FlateDecode" % (len(objects), len(head))
    return Stream(number, dictionary, data, tuple(member for member, _ in objects))


def _runs(numbers: tuple[int, ...]) -> Iterator[tuple[int, int]]:
    """Where runs of consecutive numbers start, and how long they are."""
    if numbers and numbers == tuple(range(numbers[0], numbers[0] + len(numbers))):
        # The usual case, six times as fast.
        yield 0, len(numbers)
        return
    start = 0
    for place in range(1, len(numbers) + 1):
        if place == len(numbers) or numbers[place] != numbers[place - 1] + 1:
            yield start, place - start
            start = place


def _columns(rows: bytes) -> Iterator[bytes]:
    return (rows[column::_ROW] for column in range(_ROW))
