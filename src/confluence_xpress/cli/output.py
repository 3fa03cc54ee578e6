"""Writing files so that each appears under its name only when all of them are whole."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from confluence_xpress.delivery.scratch import scratch_file
from confluence_xpress.errors import InputError, XPressError


def check_target(path: Path, what: str) -> None:
    """Raises InputError if no file can be written there, before the work is done in vain."""
    if path.is_dir():
        raise InputError(f"{what} {path} is a folder", "Name a file in it.")
    folder = path.parent
    if not folder.is_dir():
        raise InputError(f"{what} {path}: there is no folder {folder}", "Create it first, or choose another place.")
    if not os.access(folder, os.W_OK):
        raise InputError(f"{what} {path}: the folder {folder} can't be written to", "Choose another place.")


class Outputs:
    """Files that are written now and get their names in `commit`; without it, nothing is left of them.

    Where the system can, they have no name until then, so that not even a killed process leaves anything behind.
    """

    def __init__(self) -> None:
        self._files: list[tuple[Path, BinaryIO, Path | None]] = []
        self._unnamed: list[BinaryIO] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        for file in self._unnamed:
            _close(file)
        for _, file, part in self._files:
            _close(file)
            if part:
                part.unlink(missing_ok=True)

    def open(self, path: Path) -> BinaryIO:
        """A new file for this place, to be written and read. Raises OSError."""
        if path.exists() and not path.is_file():
            # A pipe or a device gets its bytes at the end, as it can't be read or renamed.
            device = self.temporary()
            self._files.append((path, device, None))
            return device
        target = path.resolve()
        try:
            # No name at all: Linux only, and not on every file system.
            handle = os.open(target.parent, os.O_TMPFILE | os.O_RDWR, 0o666)
            part = None
        except (AttributeError, OSError):
            handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".part")
            part = Path(name)
            part.chmod(0o666 & ~_umask())
        file = os.fdopen(handle, "w+b")
        self._files.append((path, file, part))
        return file

    def temporary(self) -> BinaryIO:
        """A file that never gets a name; in memory, where no disk can be written to."""
        file = scratch_file()
        self._unnamed.append(file)
        return file

    def commit(self) -> None:
        """Give all files their names. Raises OSError, for instance when the disk is full; then none has got one."""
        waiting: list[tuple[Path, Path]] = []
        try:
            for _, file, _ in self._files:
                file.flush()
                os.fsync(file.fileno())
            for index, (path, file, part) in enumerate(self._files):
                if path.exists() and not path.is_file():
                    continue
                target = path.resolve()
                named = part or target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
                if part is None:
                    _name(file, named)
                    self._files[index] = (path, file, named)
                waiting.append((named, target))
            for path, file, _ in self._files:
                if path.exists() and not path.is_file():
                    file.seek(0)
                    with path.open("wb") as device:
                        shutil.copyfileobj(file, device)
            for part, target in waiting:
                part.replace(target)
        finally:
            for part, _ in waiting:
                part.unlink(missing_ok=True)


def write_stdout(file: BinaryIO) -> None:
    """The whole of a file to standard output. Raises XPressError if its reader goes away before that."""
    try:
        file.seek(0)
        shutil.copyfileobj(file, sys.stdout.buffer)
        sys.stdout.buffer.flush()
    except BrokenPipeError as error:
        # What is still buffered goes nowhere, instead of failing again when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise XPressError("standard output was closed before the PDF was written") from error


def _close(file: BinaryIO) -> None:
    """Close it. What can't be written any more, as the disk is full, is not wanted any more."""
    with contextlib.suppress(OSError):
        file.close()


def _name(file: BinaryIO, path: Path) -> None:
    """Give a file that has no name one, as open(2) says under O_TMPFILE."""
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        # Only with a folder's descriptor does Python follow the link that stands for the open file.
        os.link(f"/proc/self/fd/{file.fileno()}", path.name, dst_dir_fd=folder, follow_symlinks=True)
    finally:
        os.close(folder)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
