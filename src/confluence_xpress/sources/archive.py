"""Zip archives as file trees. They are untrusted: everything is read in place, nothing is ever unpacked."""

from __future__ import annotations

import os
import stat
import struct
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO
from unicodedata import normalize

from confluence_xpress.diagnostics import Diagnostic
from confluence_xpress.errors import InputError
from confluence_xpress.sources import limits
from confluence_xpress.sources.files import FileReader, check_name, reason

_UNPACK = "If you trust it, unpack it and give XPress the folder."
_END = struct.Struct("<4s4H2LH")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR = struct.Struct("<4sLQL")
_UTF8_FLAG = 0x800
_ENCRYPTED_FLAG = 0x1
_SHOWN_PROBLEMS = 20


class Archive:
    """A zip file. InputError if it is damaged or looks made to do harm."""

    def __init__(self, path: Path) -> None:
        self.label = path.name
        self.name = path.stem
        try:
            with path.open("rb") as file:
                if _directory_size(file) > limits.ARCHIVE_DIRECTORY_BYTES:
                    raise InputError(f"{path.name} holds too many files.", _UNPACK)
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, struct.error) as error:
            raise InputError(
                f"{path.name} is not a whole zip file: {reason(error)}.", "Download or export it again."
            ) from error
        self._entries, problems = _safe_entries(self._zip.infolist())
        _check_sizes(path.name, self._zip.infolist(), path.stat().st_size)
        self.diagnostics = tuple(
            Diagnostic("source-entry-unreadable", problem, place=path.name) for problem in problems[:_SHOWN_PROBLEMS]
        )
        if len(problems) > _SHOWN_PROBLEMS:
            message = f"{len(problems) - _SHOWN_PROBLEMS} more entries of the archive were left out."
            self.diagnostics += (Diagnostic("source-entry-unreadable", message, place=path.name),)
        self._composed = {normalize("NFC", name): name for name in self._entries if not name.isascii()}

    def find(self, name: str) -> str | None:
        """The name under which the file is there, or None."""
        check_name(name)
        return name if name in self._entries else self._composed.get(normalize("NFC", name))

    def walk(self, folder: str) -> Iterator[str]:
        """The names of all files below a folder."""
        prefix = f"{folder.rstrip('/')}/" if folder else ""
        return (name for name in self._entries if name.startswith(prefix))

    def folders(self) -> tuple[str, ...]:
        """The names of the folders at the top."""
        return tuple(sorted({name.partition("/")[0] for name in self._entries if "/" in name}))

    def open(self, name: str, limit: int) -> FileReader:
        """The entry's bytes."""
        entry = self._entries.get(name)
        if entry is None:
            raise InputError(f"{name} is not in {self.label}.")
        if entry.flag_bits & _ENCRYPTED_FLAG:
            raise InputError(f"{name} in {self.label} is encrypted.", "Unpack it with its password first.")
        if _ratio_too_high(entry.file_size, entry.compress_size):
            raise InputError(f"{name} in {self.label} unpacks to {entry.file_size} bytes, like a zip bomb.", _UNPACK)
        try:
            return FileReader(self._zip.open(entry), name, limit)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError) as error:
            raise InputError(f"{name} in {self.label} can't be read: {reason(error)}.") from error


def _safe_entries(entries: list[zipfile.ZipInfo]) -> tuple[dict[str, zipfile.ZipInfo], list[str]]:
    safe: dict[str, zipfile.ZipInfo] = {}
    problems: list[str] = []
    for entry in entries:
        name = _name(entry)
        if entry.is_dir():
            continue
        try:
            check_name(name)
        except InputError:
            problems.append(f"The entry {name[:200]!r} leads out of the archive and was left out.")
            continue
        if stat.S_ISLNK(entry.external_attr >> 16):
            problems.append(f"The entry {name[:200]!r} is a link and was left out.")
        elif name in safe:
            problems.append(f"The entry {name[:200]!r} is there twice; the second was left out.")
        else:
            safe[name] = entry
    return safe, problems


def _name(entry: zipfile.ZipInfo) -> str:
    # Many programs write UTF-8 without saying so; the standard then means code page 437.
    name = entry.filename
    if not entry.flag_bits & _UTF8_FLAG and not name.isascii():
        with suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    # Some Windows programs separate folders their own way.
    return name.replace("\\", "/")


def _check_sizes(name: str, entries: list[zipfile.ZipInfo], size: int) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    if sum(entry.compress_size for entry in entries) > size:
        raise InputError(f"{name} has entries that overlap, like a zip bomb.", "Export it again.")
    if unpacked > limits.ARCHIVE_BYTES or _ratio_too_high(unpacked, size):
        raise InputError(f"{name} unpacks to {unpacked} bytes, like a zip bomb.", _UNPACK)


def _ratio_too_high(unpacked: int, packed: int) -> bool:
    return unpacked > limits.RATIO_FREE_BYTES and unpacked > limits.RATIO * max(packed, 1)


def _directory_size(file: BinaryIO) -> int:
    """The length of the list of entries, which `zipfile` would read whole before anybody can count (APPNOTE 4.3)."""
    size = file.seek(0, os.SEEK_END)
    start = max(0, size - _END.size - 0xFFFF)
    file.seek(start)
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END.size:
        raise zipfile.BadZipFile("its end is missing")
    directory = int(_END.unpack_from(tail, at)[5])
    locator = start + at - _LOCATOR.size
    if locator >= 0:
        file.seek(locator)
        mark, _, where, _ = _LOCATOR.unpack(file.read(_LOCATOR.size))
        if mark == b"PK\x06\x07" and where <= size - _END_64.size:
            file.seek(where)
            directory = max(directory, int(_END_64.unpack(file.read(_END_64.size))[8]))
    file.seek(0)
    return directory
