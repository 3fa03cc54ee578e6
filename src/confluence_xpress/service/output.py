"""What a request gives: files, and how several of them become one."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from confluence_xpress.service.problems import Problem
from confluence_xpress.wire.forms import FilesAnswer, InlineFile
from confluence_xpress.wire.requests import encode

Form = Literal["file", "zip", "multipart", "json"]
"""One file as it is; all in a zip; all in a form, with progress before them; all as text, in JSON."""
_OLDEST, _NEWEST = 315532800, 4354819198
"""The times that a zip can tell: from 1980 to 2107."""


@dataclass(frozen=True, slots=True)
class File:
    """A file of an answer. `pages`: those of a PDF."""

    name: str
    media_type: str
    data: bytes = field(repr=False)
    pages: int = 0


@dataclass(frozen=True, slots=True)
class Output:
    """The files of an answer; PDF pages that were made, how many things of the source are not in them, and the time
    that it took in seconds.
    """

    files: tuple[File, ...]
    pages: int = 0
    lost: int = 0
    seconds: float = 0


def shaped(files: Sequence[File], form: Form, timestamp: int, pages: int, lost: int) -> tuple[File, ...]:
    """The files as the caller wants them. Problem if there are several, and one is wanted."""
    if form == "zip":
        return (_zipped(files, timestamp),)
    if form == "json":
        told = tuple(InlineFile(file.name, file.media_type, file.data, file.pages) for file in files)
        return (File("document.json", "application/json", encode(FilesAnswer(pages, lost, told))),)
    if form == "file" and len(files) > 1:
        raise Problem(
            "not-acceptable",
            f"The answer has {len(files)} files.",
            hint="Ask for several: “Accept: application/zip”, “multipart/form-data” or “application/json”.",
        )
    return tuple(files)


def _zipped(files: Sequence[File], timestamp: int) -> File:
    out = io.BytesIO()
    moment = datetime.fromtimestamp(min(max(timestamp, _OLDEST), _NEWEST), UTC)
    with zipfile.ZipFile(out, "w") as archive:
        for file in files:
            entry = zipfile.ZipInfo(file.name, moment.timetuple()[:6])
            packed = file.media_type == "application/json"  # pictures and PDFs are packed already
            entry.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
            archive.writestr(entry, file.data)
    return File("document.zip", "application/zip", out.getvalue())
