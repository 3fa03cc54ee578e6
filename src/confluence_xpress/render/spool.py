"""Where the parts of a document wait until all of them are there."""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from typing import Any, BinaryIO


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a value lies."""

    offset: int
    length: int


class Spool:
    """Values in a file that is written at its end and read anywhere: in memory, or a temporary file without a name.

    Values are ours alone and never leave the process's own file, so that pickling them is safe.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._end = 0

    def put(self, value: object) -> Slot:
        """Keep a value. Raises OSError if the disk is full."""
        data = value if isinstance(value, bytes) else pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
        self._file.seek(self._end)
        self._file.write(data)
        slot = Slot(self._end, len(data))
        self._end += len(data)
        return slot

    def bytes(self, slot: Slot) -> bytes:
        """Bytes that were put."""
        self._file.seek(slot.offset)
        return self._file.read(slot.length)

    def value(self, slot: Slot) -> Any:
        """Any other value that was put."""
        return pickle.loads(self.bytes(slot))  # noqa: S301 - our own
