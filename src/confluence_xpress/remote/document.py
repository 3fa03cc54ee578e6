"""Takes in a document: the PDFs and the manifest, written as they come, and checked."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec

from confluence_xpress.delivery import Files
from confluence_xpress.delivery.exported import Exported
from confluence_xpress.diagnostics import CODES, Diagnostic
from confluence_xpress.errors import XPressError
from confluence_xpress.remote.client import Answer
from confluence_xpress.remote.fields import BrokenFormError, Fields, Head, boundary_of
from confluence_xpress.remote.refusals import problem, unexpected
from confluence_xpress.render.produce import Progress
from confluence_xpress.wire import forms

T = TypeVar("T")

MEDIA_TYPE = "multipart/form-data"
_PDF = "application/pdf"
_LARGEST_FIELD = 16_000_000
"""Bytes of a field that is no file."""


class _Found(msgspec.Struct):
    """A diagnostic in the manifest."""

    code: str
    message: str = ""
    page: str = ""
    place: str = ""
    hint: str = ""


class _Images(msgspec.Struct):
    bytes: int = 0
    stored: int = 0


class _Manifest(msgspec.Struct):
    """What is looked at of the manifest."""

    volumes: list[dict[str, Any]]
    diagnostics: list[_Found]
    images: _Images = msgspec.field(default_factory=_Images)
    embedded: list[msgspec.Raw] = []


@dataclass(frozen=True, slots=True)
class _Written:
    """A PDF that was written."""

    name: str
    size: int
    digest: str


class Receiver:
    """Writes one document into files."""

    def __init__(self, files: Files, progress: Progress, host: str) -> None:
        self._files = files
        self._progress = progress
        self._host = host
        self._written: list[_Written] = []
        self._manifest = b""

    def take(self, answer: Answer) -> Exported:
        """What became of the export. Raises XPressError or OSError."""
        boundary = boundary_of(answer.media_type)
        if boundary is None:
            raise self._odd()
        try:
            self._fields(answer, iter(Fields(boundary, answer)))
        except BrokenFormError as error:
            raise self._odd("a document that has not arrived as a whole") from error
        return self._exported()

    def _fields(self, answer: Answer, fields: Iterator[tuple[Head, Iterator[bytes]]]) -> None:
        for head, content in fields:
            match head.name:
                case "progress":
                    told = self._decoded(content, forms.Progress)
                    self._progress(told.stage, told.done, told.total)
                case "problem":
                    raise problem(_small(content), self._host)
                case "result":
                    result = self._decoded(content, forms.Result)
                    answer.used = True
                    self._take_files(result, fields)
                    return
                case _:
                    raise self._odd()
        raise self._odd()

    def _take_files(self, result: forms.Result, fields: Iterator[tuple[Head, Iterator[bytes]]]) -> None:
        count = sum(facts.media_type == _PDF for facts in result.files)
        if [facts.media_type for facts in result.files] != [*[_PDF] * count, "application/json"] or not count:
            raise self._odd("other files than a document has")
        expected = iter(result.files)
        for head, content in fields:
            if head.name == "problem":
                late = problem(_small(content), self._host)
                raise XPressError(late.message, late.hint)  # too late to try anything else
            facts = next(expected, None)
            if facts is None or facts.media_type != head.media_type:
                raise self._odd()
            if facts.media_type == _PDF:
                self._write(facts, count, content)
            else:
                self._manifest = b"".join(content)
                if len(self._manifest) != facts.bytes:
                    raise self._odd("a manifest that is not as long as announced")
        if next(expected, None):
            raise self._odd("less files than were announced")

    def _write(self, facts: forms.FileFacts, count: int, content: Iterable[bytes]) -> None:
        name, out = self._files.volume(len(self._written) + 1, count)
        if name != facts.name:
            # Links between volumes lead to these names.
            raise self._odd(f"a file of another name than {name}")
        digest = hashlib.sha256()
        size = 0
        for piece in content:
            out.write(piece)
            digest.update(piece)
            size += len(piece)
        if size != facts.bytes:
            raise self._odd(f"{name} in another length than announced")
        self._written.append(_Written(name, size, digest.hexdigest()))

    def _exported(self) -> Exported:
        try:
            told = msgspec.json.decode(self._manifest, type=_Manifest)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise self._odd("a manifest that can't be read") from error
        facts = [_Written(str(v.get("file")), v.get("bytes", 0), str(v.get("sha256"))) for v in told.volumes]
        if facts != self._written:
            raise self._odd("PDFs with other checksums than its manifest says")
        if out := self._files.manifest():
            out.write(self._manifest)
        return Exported(
            tuple(told.volumes),
            sum(int(volume.get("pages", 0)) for volume in told.volumes),
            sum(written.size for written in self._written),
            tuple(Diagnostic(d.code, d.message, d.page, d.place, d.hint) for d in told.diagnostics if d.code in CODES),
            len(told.embedded),
            (told.images.bytes, told.images.stored),
        )

    def _decoded(self, content: Iterable[bytes], kind: type[T]) -> T:
        try:
            return msgspec.json.decode(_small(content), type=kind)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise self._odd() from error

    def _odd(self, what: str = "something else than a document") -> XPressError:
        return unexpected(what, self._host)


def _small(content: Iterable[bytes]) -> bytes:
    data = bytearray()
    for piece in content:
        data += piece
        if len(data) > _LARGEST_FIELD:
            raise BrokenFormError
    return bytes(data)
