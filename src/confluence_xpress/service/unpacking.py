"""Zip archives as requests. They are hostile until shown otherwise, and unpacked in a worker only, in memory."""

from __future__ import annotations

import stat
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from confluence_xpress.service.problems import Problem

REQUEST = "request"
"""The name of the JSON document among the fields, and among the files of a request."""

_REQUEST_FILE = b"request.json"
"""The entry that is the JSON document."""
_END = struct.Struct("<4s4H2LH")
_END_MARK = b"PK\x05\x06"
_LOCATOR = struct.Struct("<4sLQL")
_LOCATOR_MARK = b"PK\x06\x07"
_END_64 = struct.Struct("<4sQ2H2L4Q")
_END_64_MARK = b"PK\x06\x06"
_ENTRY = struct.Struct("<4s6H3L5H2L")
_ENTRY_MARK = b"PK\x01\x02"
_LOCAL = struct.Struct("<4s5H3L2H")
_LOCAL_MARK = b"PK\x03\x04"
_LARGE = 0xFFFFFFFF
"""Stands for a size that is in an extra field (zip64)."""
_STORED, _DEFLATED = 0, 8
_ENCRYPTED = 0x1 | 0x40 | 0x2000
_UTF8 = 0x800
_NAME_BYTES = 500
_ENTRY_BYTES = 1_000
"""What an entry may take in the list, on average: its name, dates, and 46 bytes."""
_RATIO = 250
"""Page content is compressed 5 to 20 times; deflate ends at 1,032, where bombs are."""
_FREE_BYTES = 16_000_000
"""Entries up to this size may be compressed as much as they like: they can't do harm."""


@dataclass(frozen=True, slots=True)
class ZipLimits:
    """Sizes in bytes, unpacked."""

    total: int
    file: int
    files: int
    text: int
    """The entry “request.json”."""


@dataclass(frozen=True, slots=True)
class _Directory:
    """Where the list of entries is, and how many it says there are."""

    start: int
    size: int
    entries: int


@dataclass(frozen=True, slots=True)
class _Entry:
    """What the list says of a file."""

    raw_name: bytes
    flags: int
    method: int
    checksum: int
    packed: int
    """Its size in the archive."""
    size: int
    mode: int
    """What Unix says of it; 0 if it comes from another system."""
    start: int
    """Of its header."""

    @property
    def is_folder(self) -> bool:
        return self.raw_name.endswith(b"/")

    @property
    def name(self) -> str:
        """Many programs write UTF-8 without saying so; the standard then means code page 437."""
        try:
            return self.raw_name.decode()
        except UnicodeDecodeError:
            return self.raw_name.decode("cp437")


def unpack(data: bytes, limits: ZipLimits) -> dict[str, bytes]:
    """The files in an archive by name, `request.json` as “request”.

    Problem `request-unreadable` if it is damaged, or has what no honest program writes; `too-large` if it is more than
    it may be, whatever it says itself.
    """
    directory = _directory(data, limits.files)
    entries = list(_entries(data, directory))
    _check_names(entries)
    for entry in entries:
        _check_entry(entry, limits.text if entry.raw_name == _REQUEST_FILE else limits.file)
    if sum(entry.size for entry in entries) > limits.total:
        raise Problem("too-large", f"The files take more than {limits.total} bytes, unpacked.")
    files: dict[str, bytes] = {}
    end = 0
    for entry in sorted(entries, key=lambda entry: entry.start):
        begin = _content_start(data, entry)
        if entry.start < end or begin + entry.packed > directory.start:
            raise _unreadable("Files in the zip archive overlap.")
        end = begin + entry.packed
        if not entry.is_folder:
            files[REQUEST if entry.raw_name == _REQUEST_FILE else entry.name] = _content(data[begin:end], entry)
    if REQUEST not in files:
        raise _unreadable("The zip archive has no request.json.")
    return files


def declared_text(data: bytes, most: int) -> int:
    """The size that an archive says its `request.json` has, without unpacking; its own size if it doesn't say.

    `most`: how many files it may have.
    """
    try:
        for entry in _entries(data, _directory(data, most)):
            if entry.raw_name == _REQUEST_FILE:
                return entry.size
    except Problem:
        pass  # told by `unpack`
    return len(data)


def _directory(data: bytes, most: int) -> _Directory:
    """What the end of the archive says (APPNOTE.TXT, section 4.3.16)."""
    end = data.rfind(_END_MARK, max(0, len(data) - _END.size - 0xFFFF))
    if end < 0 or len(data) - end < _END.size:
        raise _unreadable("The zip archive has no end.")
    _, disk, first_disk, here, entries, size, start, comment = _END.unpack_from(data, end)
    if end + _END.size + comment != len(data):
        raise _unreadable("Something follows the zip archive.")
    limit = end
    if 0xFFFF in {here, entries} or 0xFFFFFFFF in {size, start}:
        limit, here, entries, size, start = _large_end(data, end)
    if disk or first_disk or here != entries:
        raise _unreadable("The zip archive is one of several parts.")
    if start + size != limit:
        raise _unreadable("The list of the zip archive isn't where it should be.")
    if entries > most:
        raise Problem("too-large", f"There are more than {most} files.")
    if size > entries * _ENTRY_BYTES:
        raise _unreadable("The list of the zip archive is longer than it can be.")
    return _Directory(start, size, entries)


def _large_end(data: bytes, end: int) -> tuple[int, int, int, int, int]:
    """Of zip64 (sections 4.3.14 and 15): where the end begins; entries here and in all; size and start of the list."""
    at = end - _LOCATOR.size
    if at < 0 or data[at : at + 4] != _LOCATOR_MARK:
        raise _unreadable("The zip archive has no end.")
    _, _, where, disks = _LOCATOR.unpack_from(data, at)
    if disks > 1 or where + _END_64.size != at or data[where : where + 4] != _END_64_MARK:
        raise _unreadable("The end of the zip archive can't be read.")
    _, _, _, _, disk, first_disk, here, entries, size, start = _END_64.unpack_from(data, where)
    if disk or first_disk:
        raise _unreadable("The zip archive is one of several parts.")
    return where, here, entries, size, start


def _entries(data: bytes, directory: _Directory) -> Iterator[_Entry]:
    """The list (section 4.3.12)."""
    at = directory.start
    end = directory.start + directory.size
    for _ in range(directory.entries):
        if at + _ENTRY.size > end or data[at : at + 4] != _ENTRY_MARK:
            raise _unreadable("The list of the zip archive can't be read.")
        fields = _ENTRY.unpack_from(data, at)
        _, made, _, flags, method, _, _, checksum, packed, size, names, extras, comments, _, _, outer, start = fields
        at += _ENTRY.size
        following = at + names + extras + comments
        if following > end:
            raise _unreadable("The list of the zip archive can't be read.")
        extra = data[at + names : at + names + extras]
        size, packed, start = _large(extra, size, packed, start)
        mode = outer >> 16 if made >> 8 == 3 else 0
        yield _Entry(data[at : at + names], flags, method, checksum, packed, size, mode, start)
        at = following
    if at != end:
        raise _unreadable("The zip archive has not as many files as it says.")


def _large(extra: bytes, *values: int) -> tuple[int, ...]:
    """Size, packed size and start, which may be in a zip64 field (section 4.5.3)."""
    if _LARGE not in values:
        return values
    while len(extra) >= 4:
        kind, length = struct.unpack_from("<2H", extra)
        field, extra = extra[4 : 4 + length], extra[4 + length :]
        if kind == 1 and len(field) >= 8 * values.count(_LARGE):
            numbers = iter(struct.unpack_from(f"<{values.count(_LARGE)}Q", field))
            return tuple(next(numbers) if value == _LARGE else value for value in values)
    raise _unreadable("The list of the zip archive can't be read.")


def _check_names(entries: list[_Entry]) -> None:
    names: set[str] = set()
    for entry in entries:
        name = entry.name
        if not _is_safe(name, entry.raw_name):
            raise _unreadable("A file in the zip archive has a name that leads out of it, or is no name.")
        if name in names:
            raise _unreadable("Two files in the zip archive have the same name.")
        if name == REQUEST:
            raise _unreadable("A file in the zip archive is named “request”. The document is “request.json”.")
        names.add(name)


def _is_safe(name: str, raw_name: bytes) -> bool:
    if not name.isprintable() or len(raw_name) > _NAME_BYTES or "\\" in name or name[1:2] == ":":
        return False
    return not {"", ".", ".."} & set(name.removesuffix("/").split("/"))


def _check_entry(entry: _Entry, limit: int) -> None:
    if entry.flags & _ENCRYPTED:
        raise _unreadable("A file in the zip archive is encrypted.")
    if entry.method not in {_STORED, _DEFLATED}:
        raise _unreadable("A file in the zip archive is compressed with something else than deflate.")
    if stat.S_IFMT(entry.mode) not in {0, stat.S_IFREG, stat.S_IFDIR}:
        raise _unreadable("The zip archive has a link, or something else that is no file.")
    if entry.is_folder and entry.size:
        raise _unreadable("A folder in the zip archive has content.")
    if entry.size > limit:
        raise Problem("too-large", f"A file takes more than {limit} bytes, unpacked.")
    if entry.size > _FREE_BYTES and entry.size > _RATIO * entry.packed:
        raise Problem("too-large", "A file is compressed as only bombs are.")


def _content_start(data: bytes, entry: _Entry) -> int:
    """Where the content of a file begins, after a header that says the same as the list (section 4.3.7)."""
    at = entry.start
    if at + _LOCAL.size > len(data) or data[at : at + 4] != _LOCAL_MARK:
        raise _unreadable("A file in the zip archive isn't where the list says.")
    _, _, flags, method, _, _, _, _, _, names, extras = _LOCAL.unpack_from(data, at)
    at += _LOCAL.size
    if (method, flags & _ENCRYPTED) != (entry.method, 0) or data[at : at + names] != entry.raw_name:
        raise _unreadable("A file in the zip archive isn't the one that the list says.")
    return int(at + names + extras)


def _content(packed: bytes, entry: _Entry) -> bytes:
    """Unpacks no more than the list says; another size or sum is damage."""
    content = packed
    whole = True
    if entry.method == _DEFLATED:
        inflate = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            content = inflate.decompress(packed, entry.size + 1)  # 0 would be no limit
        except zlib.error as error:
            raise _unreadable("A file in the zip archive is damaged.") from error
        whole = inflate.eof and not inflate.unused_data
    if not whole or len(content) != entry.size or zlib.crc32(content) != entry.checksum:
        raise _unreadable("A file in the zip archive is damaged, or not as large as the list says.")
    return content


def _unreadable(detail: str) -> Problem:
    return Problem("request-unreadable", detail)
