"""What comes back: multipart/form-data (RFC 7578), field by field as it arrives."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

_HEADERS = 16
_HEADER_BYTES = 8_192


class BrokenFormError(Exception):
    """What came is no such form, or not all of one."""


@dataclass(frozen=True, slots=True)
class Head:
    """What a field is: its name, and the type of its content."""

    name: str
    media_type: str


class Fields:
    """The fields of a form, one after the other. Raises BrokenFormError."""

    def __init__(self, boundary: bytes, data: Iterable[bytes]) -> None:
        self._data = iter(data)
        self._events: deque[Head | bytes | None] = deque()
        """What was read ahead: None at the end of a field."""
        self._headers: dict[bytes, bytes] = {}
        self._header = (bytearray(), bytearray())
        self._ended = False
        try:
            self._parser = MultipartParser(
                boundary,
                {
                    "on_part_begin": self._headers.clear,
                    "on_header_begin": self._begin_header,
                    "on_header_field": self._add_name,
                    "on_header_value": self._add_value,
                    "on_header_end": self._end_header,
                    "on_headers_finished": self._open,
                    "on_part_data": self._add,
                    "on_part_end": lambda: self._events.append(None),
                    "on_end": self._end,
                },
                max_header_count=_HEADERS,
                max_header_size=_HEADER_BYTES,
            )
        except FormParserError as error:
            raise BrokenFormError from error

    def __iter__(self) -> Iterator[tuple[Head, Iterator[bytes]]]:
        """Each field with its content, which is to be taken before the next one; what isn't taken is lost."""
        while isinstance(head := self._next(), Head):
            content = self._content()
            yield head, content
            for _ in content:
                pass

    def _content(self) -> Iterator[bytes]:
        while isinstance(event := self._next(), bytes):
            yield event

    def _next(self) -> Head | bytes | None:
        """The next event; None at the end of a field and of the form."""
        while not self._events and not self._ended:
            try:
                self._parser.write(next(self._data))
            except StopIteration:
                raise BrokenFormError from None
            except FormParserError as error:
                raise BrokenFormError from error
        return self._events.popleft() if self._events else None

    # Called by the parser. Headers may come in pieces.

    def _begin_header(self) -> None:
        self._header = (bytearray(), bytearray())

    def _add_name(self, data: bytes, start: int, end: int) -> None:
        self._header[0].extend(data[start:end])

    def _add_value(self, data: bytes, start: int, end: int) -> None:
        self._header[1].extend(data[start:end])

    def _end_header(self) -> None:
        self._headers[bytes(self._header[0]).lower()] = bytes(self._header[1])

    def _open(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition"))
        media_type, _ = parse_options_header(self._headers.get(b"content-type"))
        self._events.append(Head(_text(options.get(b"name", b"")), _text(media_type)))

    def _add(self, data: bytes, start: int, end: int) -> None:
        self._events.append(data[start:end])

    def _end(self) -> None:
        self._ended = True


def boundary_of(content_type: str) -> bytes | None:
    """The boundary of a form, by its header Content-Type; None if that means no form."""
    media_type, options = parse_options_header(content_type)
    return options.get(b"boundary") if media_type == b"multipart/form-data" else None


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")
