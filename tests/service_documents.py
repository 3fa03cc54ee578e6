"""Documents that tests of the service have rendered, and what comes back of them."""

from __future__ import annotations

import io
import re
import struct
import threading
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec
import pytest

from confluence_xpress.bundle import Attachment, Body, Bundle, Media, Page, Space
from confluence_xpress.needs import AttachmentNeed, BodyNeed, Need
from confluence_xpress.render import Options, render
from confluence_xpress.wire.forms import AssembleRequest, NeedsRequest, PartsRequest, PreviewRequest, Request
from confluence_xpress.wire.requests import answered
from tests import corpus
from tests.service import PATIENCE, Answer, Service
from tests.service_requests import Kind, send

TIME = 1_700_000_000
"""When all of it is exported."""
FORMS: Mapping[str, type[Request]] = {
    "needs": NeedsRequest,
    "parts": PartsRequest,
    "assemble": AssembleRequest,
    "render": Request,
    "preview": PreviewRequest,
}


def png(width: int, height: int) -> bytes:
    """A picture in one colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\0" + b"\x20\x60\xc0" * width) * height
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


@cache
def small() -> Bundle:
    """Two pages with a link, a picture and a file."""
    image = Attachment("dot.png", "image/png", size=200)
    pages = (
        Page("1", "One", "S", labels=("a",), attachments=(image, Attachment("notes.txt", "text/plain", "f2", 5))),
        Page("2", "Two", "S", "1"),
    )
    first = (
        '<p>First. <ac:link><ri:page ri:content-title="Two"/></ac:link></p>'
        '<ac:image ac:alt="dot"><ri:attachment ri:filename="dot.png"/></ac:image>'
    )
    answers: dict[Need, Any] = {
        BodyNeed("1"): Body("storage", first),
        BodyNeed("2"): Body("storage", "<h1>Heading</h1><p>Second.</p>"),
        AttachmentNeed("1", "dot.png"): Media(png(40, 20), "image/png"),
        AttachmentNeed("1", "notes.txt", "f2"): Media(b"notes", "text/plain"),
    }
    return Bundle("A small document", pages, (Space("S", "Space", "", "https://example.com/wiki"),), answers)


def options(**fields: object) -> Options:
    return corpus.options({}, **{"timestamp": TIME, **fields})


def told(bundle: Bundle, kind: type[Request] = Request, **more: Any) -> Request:
    """A bundle as a request, without its answers."""
    return kind(title=bundle.title, pages=bundle.pages, spaces=bundle.spaces, **{"timestamp": TIME, **more})


def asked(
    service: Service, bundle: Bundle, operation: str = "render", kind: Kind = "json", accept: str = "*/*", **more: Any
) -> Answer:
    """The answer to a request for something that a bundle becomes; `more` are fields of the request."""
    return send(service, operation, told(bundle, FORMS[operation], **more), bundle.answers, kind, accept)


@cache
def local() -> bytes:
    """The small document, made without a service."""
    return render(small(), options()).pdf


@dataclass(frozen=True)
class Field:
    name: str
    filename: str
    media_type: str
    data: bytes


def form(answer: Answer) -> list[Field]:
    """The fields of an answer that is a form."""
    return fields_of(answer.headers["Content-Type"], answer.body)


def fields_of(media_type: str, body: bytes) -> list[Field]:
    """The fields of a form, read strictly."""
    found = re.fullmatch(r"multipart/form-data; boundary=([0-9A-Za-z]{16,70})", media_type)
    assert found, media_type
    edge = b"--" + found[1].encode()
    assert body.startswith(edge + b"\r\n") and body.endswith(b"\r\n" + edge + b"--\r\n")
    pieces = (b"\r\n" + body).split(b"\r\n" + edge)
    assert pieces[0] == b"" and pieces[-1] == b"--\r\n"
    return [_field(piece) for piece in pieces[1:-1]]


def _field(piece: bytes) -> Field:
    head, _, data = piece.partition(b"\r\n\r\n")
    found = re.fullmatch(
        r'\r\nContent-Disposition: form-data; name="(\w+)"(?:; filename="([^"\r\n]*)")?\r\nContent-Type: ([^\r\n]+)',
        head.decode(),
    )
    assert found, head
    return Field(found[1], found[2] or "", found[3], data)


def unzipped(answer: Answer) -> dict[str, bytes]:
    assert answer.headers.get_content_type() == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.body)) as archive:
        assert len(set(archive.namelist())) == len(archive.namelist())
        return {name: archive.read(name) for name in archive.namelist()}


def figures(service: Service) -> dict[str, float]:
    """What /metrics says."""
    answer = service.ask("/metrics")
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    lines = (line.rpartition(" ") for line in answer.body.decode().splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in lines}


def at_work(service: Service) -> float:
    """How many requests workers are at."""
    return sum(value for name, value in figures(service).items() if name.startswith("xpress_running"))


def until(condition: Any) -> None:
    """Waits for something that comes by itself."""
    ticks = threading.Event()
    for _ in range(PATIENCE * 20):
        if condition():
            return
        ticks.wait(0.05)
    pytest.fail("it never came")


def slow_document() -> Bundle:
    """One that takes some seconds, and is not among the quick ones."""
    cells = "".join(f"<td>cell {n}</td>" for n in range(8))
    table = f"<table><tbody>{f'<tr>{cells}</tr>' * 1_000}</tbody></table>"
    return Bundle("Slow", (Page("1", "Slow"),), answers={BodyNeed("1"): Body("storage", table)})


def whole_request(bundle: Bundle, accept: str) -> bytes:
    """A request as bytes."""
    entries = tuple(answered(need, answer, lambda _: "") for need, answer in bundle.answers.items())
    body = msgspec.json.encode(told(bundle, answers=entries))
    head = (
        f"POST /v1/render HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAccept: {accept}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
