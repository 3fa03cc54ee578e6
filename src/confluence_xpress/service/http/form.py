"""multipart/form-data (RFC 7578), as it arrives. Each field is kept in memory by name; file names don't count."""

from __future__ import annotations

import re
from dataclasses import dataclass

from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError

from confluence_xpress.service.http.header_values import parsed
from confluence_xpress.service.problems import Problem
from confluence_xpress.service.unpacking import REQUEST

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_HEADERS = 16
"""How many a part may have."""


@dataclass(frozen=True, slots=True)
class FormLimits:
    """Sizes in bytes."""

    file: int
    files: int
    text: int
    """The field “request”."""
    headers: int
    """Of one part."""


class Form:
    """A form. Problem `request-unreadable` or `too-large` as soon as it's clear that it can't be used."""

    def __init__(self, boundary: str, limits: FormLimits) -> None:
        self._limits = limits
        self._complete: dict[str, bytes] = {}
        self._name: str | None = None
        self._limit = 0
        self._content = bytearray()
        self._headers: dict[str, str] = {}
        self._header = (bytearray(), bytearray())
        self._header_bytes = 0
        self._begun = False
        self._ended = False
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_begin": self._begin_header,
                "on_header_field": self._add_to_header_name,
                "on_header_value": self._add_to_header_value,
                "on_header_end": self._end_header,
                "on_headers_finished": self._open,
                "on_part_data": self._add,
                "on_part_end": self._close,
                "on_end": self._end,
            },
            max_header_count=_HEADERS,
            max_header_size=limits.headers,
        )

    def write(self, data: bytes) -> None:
        """The next bytes of the body."""
        if not self._begun and data:
            self._begun = True
            if not data.startswith(b"-"):
                raise _unreadable("The form doesn't begin with its boundary.")
        try:
            self._parser.write(data)
        except FormParserError as error:
            raise _unreadable("The form breaks the rules of multipart/form-data.") from error

    def files(self) -> dict[str, bytes]:
        """What it holds, at the end."""
        if not self._ended:
            raise _unreadable("The form ends before its last boundary.")
        if REQUEST not in self._complete:
            raise _unreadable(f"The form has no field “{REQUEST}”.")
        return self._complete

    def _begin(self) -> None:
        self._name = None
        self._headers.clear()
        self._header_bytes = 0

    def _begin_header(self) -> None:
        self._header = (bytearray(), bytearray())

    def _add_to_header_name(self, data: bytes, start: int, end: int) -> None:
        self._header[0].extend(data[start:end])
        self._count_header(end - start)

    def _add_to_header_value(self, data: bytes, start: int, end: int) -> None:
        self._header[1].extend(data[start:end])
        self._count_header(end - start)

    def _count_header(self, size: int) -> None:
        self._header_bytes += size
        if self._header_bytes > self._limits.headers:
            raise _unreadable(f"The headers of a field take more than {self._limits.headers} bytes.")

    def _end_header(self) -> None:
        name = self._header[0].decode("ascii").lower()
        if name in self._headers:
            raise _unreadable(f"A field has two headers {name.title()}.")
        try:
            self._headers[name] = self._header[1].decode()
        except UnicodeDecodeError as error:
            raise _unreadable("The header of a field isn't in UTF-8.") from error

    def _open(self) -> None:
        """The headers of a part are complete."""
        value, parameters = parsed(self._headers.get("content-disposition", "")) or ("", {})
        name = parameters.get("name", "")
        if value != "form-data" or _NAME.fullmatch(name) is None:
            raise _unreadable("A field has no name, or not one of letters, digits, “.”, “_” and “-” alone.")
        if self._headers.get("content-transfer-encoding", "binary").lower() not in {"7bit", "8bit", "binary"}:
            raise _unreadable("A field has a Content-Transfer-Encoding. Send its bytes as they are.")
        if name in self._complete:
            raise _unreadable("Two fields have the same name.")
        if len(self._complete) >= self._limits.files:
            raise Problem("too-large", f"There are more than {self._limits.files} files.")
        self._name = name
        self._limit = self._limits.text if name == REQUEST else self._limits.file

    def _add(self, data: bytes, start: int, end: int) -> None:
        if len(self._content) + end - start > self._limit:
            raise Problem("too-large", f"A field takes more than {self._limit} bytes.")
        self._content += memoryview(data)[start:end]

    def _close(self) -> None:
        if self._name is None:
            raise _unreadable("The form breaks the rules of multipart/form-data.")
        self._complete[self._name] = bytes(self._content)
        self._content = bytearray()

    def _end(self) -> None:
        self._ended = True


def _unreadable(detail: str) -> Problem:
    return Problem("request-unreadable", detail)
