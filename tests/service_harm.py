"""What tests of hostile requests share: documents of one page, and what must be true of any answer."""

from __future__ import annotations

import json
from typing import Any

from confluence_xpress.bundle import Attachment, Body, BodyFormat, Bundle, Media, Page
from confluence_xpress.needs import AttachmentNeed, BodyNeed, Need
from confluence_xpress.wire.forms import AssembleRequest, PartsRequest, Range
from tests.recall import pdf_text
from tests.service import Answer, Service
from tests.service_documents import asked, small, told, unzipped
from tests.service_requests import send
from tests.test_hostile_input import assert_inert

REFUSED = frozenset(("request-invalid", "request-unreadable", "too-large", "part-unusable", "too-expensive"))
"""The codes of problems that say: it is the request."""


def paged(text: str, files: dict[str, bytes] | None = None, kind: BodyFormat = "storage", **about: Any) -> Bundle:
    """A document of one page with these files."""
    attachments = tuple(Attachment(name) for name in files or {})
    answers: dict[Need, Any] = {BodyNeed("1"): Body(kind, text)}
    answers |= {AttachmentNeed("1", name): Media(data) for name, data in (files or {}).items()}
    page = Page("1", about.pop("page_title", "Title"), attachments=attachments, **about.pop("page", {}))
    return Bundle(about.pop("title", "Document"), (page,), about.pop("spaces", ()), answers)


def rendered(service: Service, bundle: Bundle, **more: Any) -> tuple[str, dict[str, Any]]:
    """The text of the PDF, which does nothing by itself, and the manifest."""
    answer = asked(service, bundle, kind="multipart", accept="application/zip", **more)
    assert answer.status == 200, answer.body
    files = unzipped(answer)
    manifest = json.loads(files.pop("manifest.json"))
    (pdf,) = files.values()
    assert_inert(pdf)
    return "".join(pdf_text(pdf)), manifest


def codes(manifest: dict[str, Any]) -> set[str]:
    return {found["code"] for found in manifest["diagnostics"]}


def harmless(service: Service, answer: Answer) -> None:
    """It was rendered, or refused as the request's own fault; the service goes on as if nothing had been."""
    assert answer.status == 200 or answer.code in REFUSED, answer.body[:1000]
    if answer.code:
        assert len(answer.json["detail"]) < 500
    assert asked(service, small()).status == 200


def part(service: Service, bundle: Bundle, start: int = 0) -> bytes:
    request = told(bundle, PartsRequest, part=Range(start, len(bundle.pages)))
    answer = send(service, "parts", request, bundle.answers)
    assert answer.status == 200
    return answer.body


def assembled(service: Service, bundle: Bundle, data: bytes) -> Answer:
    return send(service, "assemble", told(bundle, AssembleRequest, parts=("a",)), {}, "multipart", files={"a": data})
