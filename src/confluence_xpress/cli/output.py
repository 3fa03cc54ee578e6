"""Writing files so that each appears under its name only when it is whole."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from confluence_xpress.errors import InputError


def check_target(path: Path, what: str) -> None:
    """Raises InputError if no file can be written there, before the work is done in vain."""
    if path.is_dir():
        raise InputError(f"{what} {path} is a folder", "Name a file in it.")
    folder = path.parent
    if not folder.is_dir():
        raise InputError(f"{what} {path}: there is no folder {folder}", "Create it first, or choose another place.")
    if not os.access(folder, os.W_OK):
        raise InputError(f"{what} {path}: the folder {folder} can't be written to", "Choose another place.")


def write_files(files: dict[Path, bytes]) -> None:
    """Write all files or none. Raises OSError, for instance when the disk is full; then nothing is left behind."""
    waiting: dict[Path, Path] = {}
    try:
        for path, data in files.items():
            handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
            waiting[path] = Path(name)
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            waiting[path].chmod(0o666 & ~_umask())
        for path in files:
            waiting[path].replace(path)
    finally:
        for part in waiting.values():
            part.unlink(missing_ok=True)


def write_stdout(data: bytes) -> None:
    """The whole of it to standard output."""
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
