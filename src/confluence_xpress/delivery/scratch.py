"""Files without a name, for what is too much to hold in memory, if there is anywhere else."""

from __future__ import annotations

import io
import os
import tempfile
from typing import BinaryIO


def scratch_file() -> BinaryIO:
    """A new file that is gone when it is closed: on disk, or in memory where nothing can be written to disk."""
    try:
        return tempfile.TemporaryFile()
    except OSError:
        pass  # a file system that is read-only, or full
    try:
        return os.fdopen(os.memfd_create("xpress"), "w+b")  # its memory goes back to the system at once
    except (AttributeError, OSError):
        return io.BytesIO()
