"""Requests that a rendering service refuses, each with a canary where the fault is."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.canaries import word

_JSON = {"Content-Type": "application/json"}
_ZIP = {"Content-Type": "application/zip"}
_FORM = {"Content-Type": "multipart/form-data; boundary=b"}
_PAGE = {"id": "1", "title": word("Title")}
_BODY = {"need": {"body": {"page_id": "1"}}, "answer": {"body": {"format": "storage", "value": f"<p>{word('Text')}"}}}
_GOOD: dict[str, Any] = {"title": word("Title"), "pages": [_PAGE], "answers": [_BODY]}


@dataclass(frozen=True)
class Refused:
    """A request and the code of the problem that it gets."""

    name: str
    code: str
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    path: str = "/v1/render"
    method: str = ""


def refused() -> tuple[Refused, ...]:
    """All of them."""
    return (*_unreadable(), *_invalid(), *_archives(), *_forms(), *_headers(), *_addresses())


def _said(**changes: Any) -> bytes:
    return json.dumps(_GOOD | changes).encode()


def _unreadable() -> Iterator[Refused]:
    for name, body in (
        ("JSON that ends early", _said()[:-9]),
        ("no JSON", word("Nojson").encode()),
        ("JSON in another encoding", _said().decode().encode("utf-16")),
        ("a list", json.dumps([word("List")]).encode()),
        ("nested JSON", b'{"settings": ' * 5_000 + json.dumps(word("Nested")).encode()),
    ):
        yield Refused(name, "request-invalid", body, _JSON)


def _invalid() -> Iterator[Refused]:
    changes: dict[str, dict[str, Any]] = {
        "an unknown field": {word("Field"): word("Value")},
        "a word for a number": {"timestamp": word("Number")},
        "an unknown choice": {"images": word("Choice")},
        "an unknown setting": {"settings": {word("Setting"): word("Value")}},
        "an impossible setting": {"settings": {"paper": word("Paper")}},
        "a colour that is none": {"settings": {"accent": word("Colour")}},
        "an unknown template": {"template": word("Template")},
        "an unknown standard": {"standards": [word("Standard")]},
        "a file name that leads away": {"delivery": {"name": f"../{word('Name')}"}},
        "an impossible split": {"delivery": {"split": word("Split")}},
        "an unknown permission": {"delivery": {"permissions": [word("Permission")]}},
        "an unknown finding": {"source": {"diagnostics": [{"code": word("Code"), "message": word("Message")}]}},
        "a parent that comes later": {
            "pages": [{"id": "1", "title": "x", "parent": word("Id")}, {"id": word("Id"), "title": "y"}]
        },
        "a page twice": {"pages": [{"id": word("Id"), "title": "x"}] * 2},
        "a need of two kinds": {
            "answers": [{"need": {"body": {"page_id": word("Id")}, "user": {"key": word("Key")}}, "answer": {}}]
        },
        "a file that isn't there": {
            "answers": [
                {"need": {"attachment": {"page_id": "1"}}, "answer": {"media": {"file": word("File")}}},
            ]
        },
        "base64 that is none": {
            "answers": [
                {"need": {"attachment": {"page_id": "1"}}, "answer": {"media": {"data": word("Base64") + "!"}}},
            ]
        },
    }
    for name, changed in changes.items():
        yield Refused(name, "request-invalid", _said(**changed), _JSON)
    yield Refused("pages to show", "request-invalid", _said(show=word("Show")), _JSON, "/v1/preview")
    parts = [word("Part")]
    yield Refused("parts that weren't sent", "request-invalid", _said(parts=parts), _JSON, "/v1/assemble")
    damaged = {"request": _said(parts=["file0"]), "file0": word("Partbytes").encode()}
    yield Refused("a part that is none", "part-unusable", _form(damaged), _FORM, "/v1/assemble")


def _archives() -> Iterator[Refused]:
    yield Refused("a zip that is none", "request-unreadable", word("Nozip").encode(), _ZIP)
    yield Refused("a zip without a request", "request-unreadable", _zipped({word("Entry"): b"x"}), _ZIP)
    outside = {"request.json": _said(), f"../{word('Outside')}": b"x"}
    yield Refused("a zip with a path that leads out", "request-unreadable", _zipped(outside), _ZIP)
    damaged = bytearray(_zipped({"request.json": _said(), word("Entry"): word("Content").encode()}))
    damaged[40:44] = b"\0\0\0\0"
    yield Refused("a damaged zip", "request-unreadable", bytes(damaged), _ZIP)


def _forms() -> Iterator[Refused]:
    form = _form({"request": _said()})
    yield Refused("a form that ends early", "request-unreadable", form[:-9], _FORM)
    yield Refused("a form with a field of no name", "request-unreadable", form.replace(b'"request"', b'""'), _FORM)
    odd = form.replace(b'"request"', f'"{word("Name")} {word("Name")}"'.encode())
    yield Refused("a form with an odd name", "request-unreadable", odd, _FORM)
    yield Refused("a form without a request", "request-unreadable", _form({word("Field"): b"x"}), _FORM)
    boundary = {"Content-Type": f"multipart/form-data; boundary={word('Boundary')}"}
    yield Refused("a form with another boundary", "request-unreadable", form, boundary)


def _headers() -> Iterator[Refused]:
    body = _said()
    yield Refused("another type", "media-type-unsupported", body, {"Content-Type": f"text/{word('Type')}"})
    charset = {"Content-Type": f"application/json; charset={word('Charset')}"}
    yield Refused("another character set", "media-type-unsupported", body, charset)
    yield Refused("compressed", "media-type-unsupported", body, {**_JSON, "Content-Encoding": word("Coding")})
    yield Refused("another answer", "not-acceptable", body, {**_JSON, "Accept": f"image/{word('Image')}"})
    yield Refused("headers that are too long", "headers-too-large", body, {**_JSON, "X-Long": word("Header") * 2_000})
    yield Refused("another host", "request-unreadable", body, {**_JSON, "Host": f"{word('User')}@{word('Host')}"})


def _addresses() -> Iterator[Refused]:
    yield Refused("another address", "not-found", path=f"/v1/{word('Path')}?{word('Query')}")
    yield Refused("a strange address", "request-unreadable", path=f"/%2{word('Path')}")
    yield Refused("a method", "method-not-allowed", path=f"/v1/render?{word('Query')}", method="DELETE")
    yield Refused("a strange method", "method-not-allowed", path="/v1/render", method=word("METHOD").upper())


def _zipped(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def _form(fields: Mapping[str, bytes]) -> bytes:
    head = '--b\r\nContent-Disposition: form-data; name="%s"; filename="%s"\r\n\r\n'
    pieces = [(head % (name, word("Filename"))).encode() + data + b"\r\n" for name, data in fields.items()]
    return b"".join([*pieces, b"--b--\r\n"])
