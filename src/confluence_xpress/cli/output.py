"""Writing files so that each appears under its name only when it is whole."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

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


def write_files(files: dict[Path, bytes]) -> None:
    """Write all files or none. Raises OSError, for instance when the disk is full; then nothing is left behind.

    What is there and no file, such as a pipe or a device, is written to as it is.
    """
    waiting: dict[Path, Path] = {}
    whole = {path.resolve(): data for path, data in files.items() if path.is_file() or not path.exists()}
    try:
        for path, data in whole.items():
            handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
            waiting[path] = Path(name)
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            waiting[path].chmod(0o666 & ~_umask())
        for path, data in files.items():
            if path.resolve() not in whole:
                path.write_bytes(data)
        for path, part in waiting.items():
            part.replace(path)
    finally:
        for part in waiting.values():
            part.unlink(missing_ok=True)


def write_stdout(data: bytes) -> None:
    """The whole of it to standard output. Raises XPressError if its reader goes away before that."""
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError as error:
        # What is still buffered goes nowhere, instead of failing again when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise XPressError("standard output was closed before the PDF was written") from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
