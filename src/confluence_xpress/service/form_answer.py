"""An answer as multipart/form-data (RFC 7578): progress as it comes, the result, then the files."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

from confluence_xpress.service.output import File, Output
from confluence_xpress.service.problems import Problem
from confluence_xpress.wire.forms import FileFacts, Progress, Result
from confluence_xpress.wire.requests import encode

_BLOCK = 1 << 18
"""Bytes that are handed on at once."""
_JSON = "application/json"


class FormAnswer:
    """Writes the fields of one answer."""

    def __init__(self) -> None:
        self._boundary = secrets.token_hex(16)
        self._begun = False

    @property
    def media_type(self) -> str:
        """With the boundary."""
        return f"multipart/form-data; boundary={self._boundary}"

    def progress(self, progress: Progress) -> bytes:
        """How far it is."""
        return self._head("progress", _JSON) + encode(progress)

    def problem(self, problem: Problem, request_id: str) -> Iterator[bytes]:
        """Why there are no files."""
        yield self._head("problem", "application/problem+json") + encode(problem.document(request_id)) + self._end()

    def files(self, output: Output) -> Iterator[bytes | memoryview]:
        """The result and the files, in blocks."""
        facts = tuple(FileFacts(file.name, file.media_type, len(file.data), file.pages) for file in output.files)
        yield self._head("result", _JSON) + encode(Result(output.pages, output.lost, facts))
        for index, file in enumerate(output.files):
            yield self._head(f"file{index}", file.media_type, file.name)
            yield from blocks(file)
        yield self._end()

    def _head(self, name: str, media_type: str, filename: str = "") -> bytes:
        # As HTML's form encoding escapes names; they have no control characters.
        told = f'; filename="{filename.replace(chr(34), "%22")}"' if filename else ""
        before = "\r\n" if self._begun else ""  # many readers want the form to begin with its boundary
        self._begun = True
        return (
            f'{before}--{self._boundary}\r\nContent-Disposition: form-data; name="{name}"{told}\r\n'
            f"Content-Type: {media_type}\r\n\r\n"
        ).encode()

    def _end(self) -> bytes:
        return f"\r\n--{self._boundary}--\r\n".encode()


def blocks(file: File) -> Iterator[memoryview]:
    """A file's bytes, without copies."""
    view = memoryview(file.data)
    for start in range(0, len(view), _BLOCK):
        yield view[start : start + _BLOCK]
