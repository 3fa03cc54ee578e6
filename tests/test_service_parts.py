"""Documents that are made in parts by the service are those that it makes at once."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import pikepdf
import pytest

from confluence_xpress.bundle import Attachment, Body, Bundle, Media, Page, Space
from confluence_xpress.needs import AttachmentNeed, BodyNeed, Need
from confluence_xpress.render import render
from confluence_xpress.render.plan import part_tasks
from confluence_xpress.transforms.outline import outline as places
from confluence_xpress.wire.forms import (
    AssembleRequest,
    DeliveryForm,
    PartsRequest,
    Range,
)
from confluence_xpress.wire.requests import delivery_of
from tests.pdfs import jumps
from tests.service import Answer, Service, running
from tests.service_documents import asked, options, png, small, told, unzipped
from tests.service_requests import send

ORIGIN = "https://app.example"


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with running("--workers", "1") as started:
        yield started


COUNT = 75


@cache
def large() -> Bundle:
    """Pages in chapters, with links between them, a picture and files: more than 60 sheets, and several parts."""
    words = " ".join(f"word{n}" for n in range(600))

    def body(index: int) -> str:
        to = [(index + 1) % COUNT, (index * 7) % COUNT, COUNT - 1 - index]
        links = "".join(
            f'<p>To <ac:link ac:anchor="Heading"><ri:page ri:content-title="Page {n}"/></ac:link>.</p>' for n in to
        )
        image = '<ac:image ac:alt="dot"><ri:attachment ri:filename="dot.png"/></ac:image>' if index % 20 == 0 else ""
        return f"<h1>Heading</h1>{links}{image}<p>{words}</p><p>Page {index} of many.</p>"

    def files(index: int) -> tuple[Attachment, ...]:
        names = ["dot.png"] if index % 20 == 0 else [f"notes-{index}.txt"] if index % 10 == 5 else []
        return tuple(Attachment(name, size=100) for name in names)

    pages = tuple(
        Page(str(n), f"Page {n}", "S", None if n % 15 == 0 else str(n - n % 15), n % 15, attachments=files(n))
        for n in range(COUNT)
    )
    answers: dict[Need, Any] = {BodyNeed(page.id): Body("storage", body(n)) for n, page in enumerate(pages)}
    for page in pages:
        for file in page.attachments:
            data = png(40, 20) if file.title.endswith("png") else f"{file.title}\n".encode() * 20
            answers[AttachmentNeed(page.id, file.title)] = Media(data)
    return Bundle("A large document", pages, (Space("S", "Space"),), answers)


def in_parts(service: Service, bundle: Bundle, delivery: DeliveryForm, accept: str) -> tuple[int, Answer]:
    """How many parts there were, and the document made of them."""
    bare = replace(bundle, answers={})
    of_parts = DeliveryForm(attachments=delivery.attachments, manifest=delivery.manifest)
    encrypted = bool(delivery.password)
    standards = ("ua-1",) if encrypted else None
    made: dict[str, bytes] = {}
    tasks = list(
        part_tasks(
            bundle,
            places(bundle.pages),
            lambda wanted: {n: bundle.answers[n] for n in wanted},
            delivery_of(delivery).split,
        )
    )
    for index, task in enumerate(tasks):
        wanted = {page.id for page in bundle.pages[task.start : task.stop]}
        answers = {
            need: answer
            for need, answer in bundle.answers.items()
            if need.page_id in wanted and isinstance(answer, Body | Media)  # type: ignore[union-attr]
        }
        request = told(bare, PartsRequest, part=Range(task.start, task.stop), delivery=of_parts, standards=standards)
        answer = send(service, "parts", request, answers, "multipart")
        assert answer.status == 200, answer.body
        assert answer.headers["Content-Type"] == "application/vnd.xpress.part"
        assert int(answer.headers["XPress-Pages"]) >= task.stop - task.start
        made[f"part-{index}"] = answer.body
    files = {need: answer for need, answer in bundle.answers.items() if isinstance(answer, Media)}
    request = told(bare, AssembleRequest, parts=tuple(made), delivery=delivery, standards=standards)
    return len(tasks), send(service, "assemble", request, files, "multipart", accept, made)


DELIVERIES = {
    "plain": DeliveryForm(),
    "linearised": DeliveryForm(linearize=True),
    "with files": DeliveryForm(attachments=True, manifest=True),
    "volumes by pages": DeliveryForm(name="Book.pdf", split="pages=60", attachments=True),
    "volumes by chapters": DeliveryForm(split="top-level", manifest=True),
    "everything": DeliveryForm(split="pages=40", attachments=True, manifest=True, linearize=True),
}


@pytest.mark.slow
@pytest.mark.parametrize("delivery", DELIVERIES.values(), ids=DELIVERIES)
def test_parts_become_the_same_document(service: Service, delivery: DeliveryForm) -> None:
    whole = unzipped(asked(service, large(), kind="zip", accept="application/zip", delivery=delivery))
    count, answer = in_parts(service, large(), delivery, "application/zip")
    files = unzipped(answer)
    assert count > 1 and files.keys() == whole.keys()
    for name, data in whole.items():
        if name == "manifest.json":
            assert json.loads(files[name]) == json.loads(data)
        else:
            assert files[name] == data, name
    pdfs = [data for name, data in files.items() if name.endswith(".pdf")]
    assert int(answer.headers["XPress-Pages"]) >= 60
    assert len(pdfs) > 1 if delivery.split else pdfs == [files["document.pdf"]]
    if not delivery.split:
        links = [jump for jump in jumps(pdfs[0]) if jump.to is not None]
        assert len(links) >= 3 * COUNT and any(abs((jump.to or 0) - jump.page) > 60 for jump in links)
    elif delivery.split == "top-level":
        assert any(jump.file for jump in jumps(pdfs[0])), "links lead to other volumes"
    embedded = [name for pdf in pdfs for name in attached(pdf)]
    assert ("notes-5.txt" in embedded) is delivery.attachments
    assert embedded.count("manifest.json") == len(pdfs) * delivery.manifest


def attached(pdf: bytes) -> list[str]:
    """The files in a PDF."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return list(document.attachments)


@pytest.mark.slow
def test_parts_become_the_local_document(service: Service) -> None:
    _, answer = in_parts(service, large(), DeliveryForm(), "application/pdf")
    assert answer.body == render(large(), options()).pdf


@pytest.mark.slow
def test_parts_become_a_document_that_a_password_opens(service: Service) -> None:
    delivery = DeliveryForm(password="Öffne dich", owner_password="owner", permissions=("print",))
    _, answer = in_parts(service, large(), delivery, "application/pdf")
    assert answer.status == 200
    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(io.BytesIO(answer.body))
    with pikepdf.open(io.BytesIO(answer.body), password="Öffne dich") as document:
        assert len(document.pages) == int(answer.headers["XPress-Pages"])
        assert document.allow.print_lowres and not document.allow.extract
    with pikepdf.open(io.BytesIO(answer.body), password="owner") as document:
        assert document.owner_password_matched


@pytest.mark.slow
def test_parts_cut_as_the_service_says_are_those_of_a_local_export(service: Service) -> None:
    """A caller that knows nothing but /version cuts as we do."""
    about = service.ask("/version").json["part"]
    cuts, start, size = [], 0, 0
    for index, page in enumerate(large().pages):
        body = large().answers[BodyNeed(page.id)]
        assert isinstance(body, Body)
        if index - start >= about["pages"] or (index > start and size + len(body.value) > about["body_bytes"]):
            cuts.append((start, index))
            start, size = index, 0
        size += len(body.value)
    cuts.append((start, len(large().pages)))
    ours = part_tasks(large(), places(large().pages), lambda wanted: {n: large().answers[n] for n in wanted}, None)
    assert cuts == [(task.start, task.stop) for task in ours]


@pytest.mark.parametrize("reduced", [0, 1, 2])
def test_pages_that_are_reduced(service: Service, reduced: int) -> None:
    request = told(small(), PartsRequest, part=Range(0, 1, reduced, "it is a test"))  # type: ignore[arg-type]
    answer = send(service, "parts", request, small().answers)
    assert answer.status == 200 and (answer.headers["XPress-Lost"] != "0") is (reduced > 0)


@pytest.mark.parametrize("part", [Range(0, 3), Range(1, 1), Range(2, 1)])
def test_pages_that_there_are_not(service: Service, part: Range) -> None:
    answer = send(service, "parts", told(small(), PartsRequest, part=part), small().answers)
    assert (answer.status, answer.code) == (422, "request-invalid") and "2 pages" in answer.json["detail"]
