"""Folders and archives seen as one thing: files with names like `attachments/42/plan.png`, and no way out."""

from __future__ import annotations

import io
import os
import stat
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import IO, Protocol
from unicodedata import normalize

from confluence_xpress.diagnostics import Diagnostic
from confluence_xpress.errors import InputError

# What reading a damaged or encrypted file or zip entry raises; NotImplementedError is an unknown compression.
_READ_ERRORS = (OSError, EOFError, RuntimeError, NotImplementedError, ValueError, zlib.error, zipfile.BadZipFile)
_CHUNK_BYTES = 1024 * 1024
_REMEMBERED = 256
"""Folders of a directory whose place is remembered."""


class FileTree(Protocol):
    """A folder or an archive. Names are relative, parts separated by `/`."""

    @property
    def label(self) -> str:
        """What to call it in a message."""

    @property
    def name(self) -> str:
        """Its own name, without a path or suffix."""

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Entries that were left out because they are unsafe."""

    def find(self, name: str) -> str | None:
        """The name under which the file is there, in whatever Unicode form, or None. InputError if it leads out."""

    def walk(self, folder: str) -> Iterator[str]:
        """The names of all files below a folder."""

    def folders(self) -> tuple[str, ...]:
        """The names of the folders at the top."""

    def open(self, name: str, limit: int) -> FileReader:
        """The file's bytes, at most `limit`; InputError, also while reading, if that fails."""


class FileReader(io.RawIOBase):
    """A file that gives at most `limit` bytes and reports every failure as InputError."""

    def __init__(self, stream: IO[bytes], name: str, limit: int) -> None:
        super().__init__()
        self._stream = stream
        self._name = name
        self._limit = limit
        self._given = 0

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: memoryview | bytearray, /) -> int:  # type: ignore[override]
        """Fill the buffer; the number of bytes, 0 at the end."""
        data = self._take(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def readall(self) -> bytes:
        """All that is left. The inherited one would read by 8 kB, and a body or picture is mostly larger."""
        return b"".join(iter(lambda: self._take(_CHUNK_BYTES), b""))

    def _take(self, count: int) -> bytes:
        try:
            data = self._stream.read(count)
        except _READ_ERRORS as error:
            raise InputError(f"{self._name} can't be read: {reason(error)}.", "Copy or export it again.") from error
        self._given += len(data)
        if self._given > self._limit:
            raise InputError(f"{self._name} is larger than {self._limit // (1024 * 1024)} MB, the most that is read.")
        return data

    def close(self) -> None:
        """Close the file."""
        self._stream.close()
        super().close()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Directory:
    """A folder on disk. Symbolic links are followed inside the folder, never out of it."""

    diagnostics: tuple[Diagnostic, ...] = ()

    def __init__(self, path: Path) -> None:
        self.label = str(path)
        self._root = path.resolve()
        self.name = self._root.name
        self._inside = f"{str(self._root).rstrip(os.sep)}{os.sep}"
        self._places: dict[str, str] = {}
        self._composed: tuple[str, Mapping[str, str]] = ("", {})

    def find(self, name: str) -> str | None:
        """The name under which the file is there, or None. InputError if it leads out of the folder."""
        check_name(name)
        if self._path(name):
            return name
        # macOS may have stored é as e and an accent.
        parent, _, last = name.rpartition("/")
        stored = None if last.isascii() else self._composed_names(parent).get(normalize("NFC", last))
        found = f"{parent}/{stored}" if stored and parent else stored
        return found if found and self._path(found) else None

    def walk(self, folder: str) -> Iterator[str]:
        """The names of all files below a folder."""
        for top, folders, files in os.walk(self._root / folder):
            folders.sort()
            for file in sorted(files):
                yield (Path(top) / file).relative_to(self._root).as_posix()

    def folders(self) -> tuple[str, ...]:
        """The names of the folders at the top."""
        with suppress(OSError), os.scandir(self._root) as entries:
            return tuple(sorted(entry.name for entry in entries if entry.is_dir(follow_symlinks=False)))
        return ()

    def open(self, name: str, limit: int) -> FileReader:
        """The file's bytes."""
        path = self._path(name)
        if path is None:
            raise InputError(f"{name} is not in {self.label}.")
        try:
            return FileReader(Path(path).open("rb"), name, limit)
        except OSError as error:
            raise InputError(f"{name} can't be read: {reason(error)}.") from error

    def _composed_names(self, folder: str) -> Mapping[str, str]:
        """The names in a folder that are not ASCII, by their composed form. Remembered for one folder at a time."""
        if self._composed[0] != f"{folder}/":
            names: dict[str, str] = {}
            with suppress(OSError), os.scandir(self._root / folder) as entries:
                names = {normalize("NFC", entry.name): entry.name for entry in entries if not entry.name.isascii()}
            self._composed = f"{folder}/", names
        return self._composed[1]

    def _path(self, name: str) -> str | None:
        """Where the file really is, all links followed."""
        folder, _, last = name.rpartition("/")
        try:
            path = f"{self._place(folder)}{os.sep}{last}"
            mode = os.lstat(path).st_mode
            if stat.S_ISLNK(mode):
                path = os.path.realpath(path, strict=True)
                mode = os.lstat(path).st_mode
        except (OSError, ValueError):  # too long, forbidden, or a circle of links
            return None
        if not stat.S_ISREG(mode):
            return None
        if not path.startswith(self._inside):
            raise InputError(f"{name} leads out of {self.label}.", "Replace the link by the file itself.")
        return path

    def _place(self, folder: str) -> str:
        """Where the folder really is. Remembered: most files of a source lie in one folder."""
        place = self._places.get(folder)
        if place is None:
            if len(self._places) >= _REMEMBERED:
                self._places.clear()
            place = self._places[folder] = os.path.realpath(self._root / folder)
        return place


class Below:
    """One folder of a tree as a tree."""

    def __init__(self, tree: FileTree, folder: str) -> None:
        self.label = f"{tree.label}/{folder}"
        self.name = folder
        self.diagnostics = tree.diagnostics
        self._tree = tree
        self._prefix = f"{folder}/"

    def find(self, name: str) -> str | None:
        """The name under which the file is there, or None."""
        check_name(name)
        found = self._tree.find(self._prefix + name)
        return found[len(self._prefix) :] if found else None

    def walk(self, folder: str) -> Iterator[str]:
        """The names of all files below a folder."""
        return (name[len(self._prefix) :] for name in self._tree.walk(self._prefix + folder))

    def folders(self) -> tuple[str, ...]:
        """None: sources lie at the top or one level down, no deeper."""
        return ()

    def open(self, name: str, limit: int) -> FileReader:
        """The file's bytes."""
        return self._tree.open(self._prefix + name, limit)


def read(tree: FileTree, name: str, limit: int) -> bytes:
    """A file's bytes; InputError if it can't be read or is too large."""
    with tree.open(name, limit) as file:
        return file.readall()


def check_name(name: str) -> None:
    """InputError unless the name stays inside: relative, no `..`, no backslash, drive or NUL."""
    path = PurePosixPath(name)
    if not path.parts or path.is_absolute() or ".." in path.parts or "\\" in name or "\0" in name or name[1:2] == ":":
        raise InputError(f"{name!r} is not a name inside the folder.", "Use a relative path without “..”.")


def is_file_name(name: str) -> bool:
    """Whether the text can be the name of a file in a folder, and nothing more."""
    return name not in ("", ".", "..") and not any(c in name for c in "/\\\0")


def reason(error: BaseException) -> str:
    """What an exception of the standard library says, in a few words."""
    text = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return text.rstrip(".") or "it is damaged"
