"""What a host does with a rendering service: it asks what is lacking, fetches it, and asks for the document."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

import msgspec

from confluence_xpress.bundle import Answer as Found
from confluence_xpress.bundle import Media, Page, Space
from confluence_xpress.needs import Need
from confluence_xpress.sources.source import Source
from confluence_xpress.wire.forms import (
    Answered,
    AnswerForm,
    MediaForm,
    NeedsAnswer,
    NeedsRequest,
    Request,
)
from confluence_xpress.wire.requests import answered, encode, need_form
from tests.service import Answer, Service

Kind = Literal["json", "multipart", "zip"]
KINDS: tuple[Kind, ...] = get_args(Kind)
_BOUNDARY = "----------------boundary-of-a-test"


@dataclass(frozen=True)
class Document:
    """Pages of a source and, once they were fetched, the answers to what they need."""

    source: Source
    title: str
    pages: tuple[Page, ...]
    spaces: tuple[Space, ...] = ()
    answers: Mapping[Need, Found] = field(default_factory=dict)

    def fetched(self, service: Service, kind: Kind = "json") -> Document:
        """With everything that the service says it needs."""
        answers = dict(self.answers)
        while True:
            request = NeedsRequest(title=self.title, pages=self.pages, spaces=self.spaces)
            answer = send(service, "needs", request, answers, kind)
            assert answer.status == 200, answer.body
            needed = msgspec.json.decode(answer.body, type=NeedsAnswer).needs
            if not needed:
                return Document(self.source, self.title, self.pages, self.spaces, answers)
            wanted = [getattr(form, name) for form in needed for name in form.__struct_fields__]
            found = self.source.fulfil([need for need in wanted if need is not None])
            assert not found.keys() & answers.keys(), "it asks for what it has"
            answers |= found


def send(
    service: Service,
    operation: str,
    request: Request,
    answers: Mapping[Need, Found],
    kind: Kind = "json",
    accept: str = "*/*",
    files: Mapping[str, bytes] | None = None,
) -> Answer:
    """What the service answers to a request with these answers; `files` are sent along besides."""
    sent = dict(files or {})

    def store(data: bytes) -> str:
        sent[f"file{len(sent)}"] = data
        return f"file{len(sent) - 1}"

    entries = tuple(
        _inline(need, found) if kind == "json" else answered(need, found, store) for need, found in answers.items()
    )
    body, media_type = packed(kind, encode(msgspec.structs.replace(request, answers=entries)), sent)
    return service.ask(f"/v1/{operation}", body, {"Content-Type": media_type, "Accept": accept})


def packed(kind: Kind, request: bytes, files: Mapping[str, bytes]) -> tuple[bytes, str]:
    """The body of a request, and its media type. JSON has no files besides."""
    match kind:
        case "json":
            assert not files, "JSON takes no files along"
            return request, "application/json"
        case "multipart":
            return _form({"request": request, **files}), f"multipart/form-data; boundary={_BOUNDARY}"
        case "zip":
            out = io.BytesIO()
            with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
                for name, data in {"request.json": request, **files}.items():
                    archive.writestr(name, data)
            return out.getvalue(), "application/zip"


def _form(fields: Mapping[str, bytes]) -> bytes:
    head = f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="%s"; filename="%s"\r\n\r\n'
    pieces = [(head % (name, name)).encode() + data + b"\r\n" for name, data in fields.items()]
    return b"".join([*pieces, f"--{_BOUNDARY}--\r\n".encode()])


def _inline(need: Need, found: Found) -> Answered:
    """With its bytes in the JSON itself."""
    if isinstance(found, Media):
        return Answered(need_form(need), AnswerForm(media=MediaForm(data=found.data, media_type=found.media_type)))
    return answered(need, found, lambda _: "")
