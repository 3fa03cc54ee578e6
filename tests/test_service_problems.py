"""What the service says when it can’t do what it is asked, and that its limits are those that it announces."""

from __future__ import annotations

import json
import re
import signal
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import psutil
import pytest

from confluence_xpress.bundle import Body, Bundle, Page
from confluence_xpress.needs import BodyNeed
from confluence_xpress.service.problems import PROBLEMS
from confluence_xpress.wire.forms import (
    AssembleRequest,
    DeliveryForm,
    PartsRequest,
    Range,
)
from tests.service import PATIENCE, Answer, Service, make_keys, running
from tests.service_documents import (
    asked,
    at_work,
    figures,
    form,
    slow_document,
    small,
    told,
    until,
    unzipped,
    whole_request,
)
from tests.service_requests import packed, send

ORIGIN = "https://app.example"


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with running("--workers", "1") as started:
        yield started


def problem(answer: Answer, code: str, *, retry: bool = False) -> dict[str, Any]:
    """The problem that an answer is, if all is as promised."""
    assert answer.headers["Content-Type"] == "application/problem+json"
    told_of: dict[str, Any] = answer.json
    kind = PROBLEMS[code]
    assert told_of["code"] == code, told_of
    assert set(told_of) == {"type", "title", "status", "detail", "code", "hint", "request_id"}
    assert told_of["type"] == f"urn:xpress:problem:{code}" and told_of["title"] == kind.title
    assert answer.status == told_of["status"] == kind.status
    assert told_of["detail"] and told_of["hint"]
    assert told_of["request_id"] == answer.headers["X-Request-Id"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert ("Retry-After" in answer.headers) is retry
    if retry:
        assert re.fullmatch(r"[1-9]\d*", answer.headers["Retry-After"])
    return told_of


JSON = {"Content-Type": "application/json"}


@pytest.mark.slow
def test_problem_request_unreadable(service: Service) -> None:
    problem(service.ask("/v1/render", b"no zip", {"Content-Type": "application/zip"}), "request-unreadable")
    form_type = {"Content-Type": "multipart/form-data; boundary=x"}
    problem(service.ask("/v1/render", b"no form", form_type), "request-unreadable")
    problem(service.ask("/v1/render", b"--x--\r\n", form_type), "request-unreadable")


def test_problem_request_invalid(service: Service) -> None:
    for body in (b"", b"{", b"{}", b'{"title":"t","pages":[]}', b"\xff"):
        problem(service.ask("/v1/render", body, JSON), "request-invalid")


def test_problem_not_found_and_method(service: Service) -> None:
    problem(service.ask("/x"), "not-found")
    problem(service.ask("/version", b"", JSON), "method-not-allowed")


def test_problem_not_acceptable(service: Service) -> None:
    problem(asked(service, small(), accept="text/html"), "not-acceptable")
    split = DeliveryForm(split="top-level")
    assert asked(service, paged(1), accept="application/pdf", delivery=split).status == 200, "one volume is one file"
    several = asked(service, paged(2), accept="application/pdf", delivery=split)
    assert "2 files" in problem(several, "not-acceptable")["detail"]
    assert len(unzipped(asked(service, paged(2), accept="application/zip", delivery=split))) == 3


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "application/json; charset=utf-16"},
        {"Content-Type": "multipart/form-data"},
        {**JSON, "Content-Encoding": "gzip"},
    ],
)
def test_problem_media_type_unsupported(service: Service, headers: dict[str, str]) -> None:
    problem(service.ask("/v1/render", b"{}", headers), "media-type-unsupported")


def test_problem_length_required(service: Service) -> None:
    with closing(service.connect()) as connection:
        connection.putrequest("POST", "/v1/render")
        connection.putheader("Content-Type", "application/json")
        connection.endheaders()
        answer = connection.getresponse()
        problem(Answer(answer.status, answer.headers, answer.read()), "length-required")


def test_problem_headers_too_large(service: Service) -> None:
    problem(service.ask("/version", headers={"X-Long": "x" * 20_000}), "headers-too-large")


def test_problem_host_unknown(service: Service) -> None:
    problem(service.ask("/v1/templates", headers={"Host": "evil.example"}), "host-unknown")


def test_problem_part_unusable(service: Service) -> None:
    request = told(small(), AssembleRequest, parts=("a",))
    found = problem(send(service, "assemble", request, {}, "multipart", files={"a": b"no part"}), "part-unusable")
    assert "parts[0]" in found["detail"]


def test_the_id_of_a_request_is_the_callers_if_it_has_one(service: Service) -> None:
    named = {"X-Request-Id": "my-request.1234"}
    for answer in (service.ask("/version", headers=named), service.ask("/nothing", headers=named)):
        assert answer.headers.get_all("X-Request-Id") == ["my-request.1234"]
    assert service.ask("/nothing", headers=named).json["request_id"] == "my-request.1234"
    for odd in ("short", "x" * 65, "with space 1234", "<script>1234"):
        assert service.ask("/version", headers={"X-Request-Id": odd}).headers["X-Request-Id"] != odd


# --- Limits -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def narrow() -> Iterator[Service]:
    """A service with little of everything."""
    options = {"workers": 1, "max-size": 1, "max-held": 3, "max-pages": 3}
    with running(*(word for name, value in options.items() for word in (f"--{name}", str(value)))) as started:
        yield started


def paged(count: int) -> Bundle:
    pages = tuple(Page(str(n), f"Page {n}") for n in range(count))
    return Bundle("Pages", pages, answers={BodyNeed(page.id): Body("storage", "<p>x</p>") for page in pages})


@pytest.mark.slow
def test_announced_limits_are_the_real_ones(narrow: Service) -> None:
    limits = narrow.ask("/version").json["limits"]
    assert limits["request_bytes"] == limits["json_bytes"] == limits["file_bytes"] == 1_000_000
    assert limits["pages"] == 3

    fits = asked(narrow, replace(paged(1), title="x" * 999_000))
    assert fits.code != "too-large"
    found = problem(narrow.ask("/v1/render", b" " * 1_000_001, JSON), "too-large")
    assert "1000000" in found["detail"]
    form_body, form_type = packed("multipart", b"{}", {"a": b"x" * 1_000_001})
    found = problem(narrow.ask("/v1/render", form_body, {"Content-Type": form_type}), "too-large")
    assert "1000000" in found["detail"]
    bomb, zip_type = packed("zip", b"{}", {"a": bytes(1_000_001)})
    found = problem(narrow.ask("/v1/render", bomb, {"Content-Type": zip_type}), "too-large")
    assert "1000000" in found["detail"]

    assert asked(narrow, paged(3)).status == 200
    for operation in ("render", "preview", "needs"):
        found = problem(asked(narrow, paged(4), operation), "too-large")
        assert "3" in found["detail"] and "4" in found["detail"]
    found = problem(send(narrow, "parts", told(paged(4), PartsRequest, part=Range(0, 4)), {}), "too-large")
    assert "3" in found["detail"]
    request = told(paged(4), PartsRequest, part=Range(1, 4))
    assert send(narrow, "parts", request, paged(4).answers).status == 200, "more may be named than rendered at once"


@pytest.mark.slow
def test_limits_that_need_many_pages_or_files(service: Service) -> None:
    limits = service.ask("/version").json["limits"]
    many = {f"f{n}": b"" for n in range(limits["files"])}
    body, form_type = packed("multipart", b"{}", many)
    found = problem(service.ask("/v1/render", body, {"Content-Type": form_type}), "too-large")
    assert str(limits["files"]) in found["detail"]
    body, zip_type = packed("zip", b"{}", many)
    found = problem(service.ask("/v1/render", body, {"Content-Type": zip_type}), "too-large")
    assert str(limits["files"]) in found["detail"]
    body, zip_type = packed("zip", b"{}", {"a": bytes(limits["file_bytes"] + 1)})
    found = problem(service.ask("/v1/render", body, {"Content-Type": zip_type}), "too-large")
    assert str(limits["file_bytes"]) in found["detail"]
    named = Bundle("Many", tuple(Page(str(n), "x") for n in range(limits["named_pages"] + 1)))
    found = problem(send(service, "parts", told(named, PartsRequest, part=Range(0, 1)), {}), "too-large")
    assert str(limits["named_pages"]) in found["detail"]
    found = problem(send(service, "assemble", told(named, AssembleRequest, parts=("a",)), {}), "too-large")
    assert str(limits["named_pages"]) in found["detail"]


@pytest.mark.slow
def test_problem_busy_when_too_much_is_held(narrow: Service) -> None:
    """Requests that are on their way count, too."""
    with closing(narrow.connect()) as one, closing(narrow.connect()) as two, closing(narrow.connect()) as three:
        for connection in (one, two, three):
            connection.putrequest("POST", "/v1/render")
            connection.putheader("Content-Type", "application/json")
            connection.putheader("Content-Length", "1000000")
            connection.endheaders()
            connection.send(b" " * 999_000)
        until(lambda: figures(narrow)["xpress_budget_held_bytes"] > 2_900_000)
        problem(narrow.ask("/v1/render", b" " * 500_000, JSON), "busy", retry=True)
    assert asked(narrow, paged(1)).status == 200, "what was held is given back"


@pytest.mark.slow
def test_problems_of_too_many_requests(tmp_path: Path) -> None:
    keys, given = make_keys(tmp_path, "one", "two")
    first, second = ({"Authorization": f"Bearer {given[name]}", **JSON} for name in ("one", "two"))
    body = msgspec.json.encode(told(paged(1)))
    with (
        running("--workers", "1", "--keys", str(keys), "--caller-rate", "0.01") as service,
        ThreadPoolExecutor(30) as pool,
    ):
        answers = list(pool.map(lambda _: service.ask("/v1/render", body, first), range(30)))
        refused = [answer for answer in answers if answer.status == 429]
        assert {answer.status for answer in answers} == {200, 429} and len(refused) >= 9
        for answer in refused:
            problem(answer, "too-many-requests", retry=True)
        assert service.ask("/v1/render", body, second).status == 200, "others are not kept out"
        problem(service.ask("/v1/render", body, JSON), "unauthorized")
        wrong = service.ask("/v1/render", body, {**first, "Authorization": "Bearer xpress_" + "0" * 40})
        problem(wrong, "unauthorized")
        assert wrong.headers["WWW-Authenticate"].startswith("Bearer")
        problem(service.ask("/v1/templates"), "unauthorized")
        for path in ("/version", "/health", "/health/live", "/health/ready", "/metrics", "/openapi.json"):
            assert service.ask(path).status == 200, "what tells nothing of content is for everybody"
        assert service.ask("/v1/templates", headers={**second, "Host": "render.example"}).status == 200


@pytest.mark.slow
def test_problem_busy_when_the_queue_is_full() -> None:
    with running("--workers", "1", "--queue", "1") as service, ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: asked(service, slow_document()), range(6)))
    refused = [answer for answer in answers if answer.status != 200]
    assert 1 <= len(refused) <= 5
    for answer in refused:
        problem(answer, "busy", retry=True)


@pytest.mark.slow
def test_problem_crashed(service: Service) -> None:
    with ThreadPoolExecutor(1) as pool:
        dying = pool.submit(asked, service, slow_document())
        until(lambda: at_work(service) == 1)
        busiest(service).kill()
        problem(dying.result(), "crashed")
    assert asked(service, slow_document()).status == 200, "another worker has taken its place"


def busiest(service: Service) -> psutil.Process:
    """The worker that works most."""
    workers = service.workers
    before = [sum(worker.cpu_times()[:2]) for worker in workers]
    threading.Event().wait(0.3)
    worked = [sum(worker.cpu_times()[:2]) - seconds for worker, seconds in zip(workers, before, strict=True)]
    return workers[worked.index(max(worked))]


@pytest.mark.slow
def test_problem_draining() -> None:
    """What comes in full after the service was told to stop is refused; what it was at already is done."""
    body = msgspec.json.encode(told(paged(1)))
    with running("--workers", "1") as service, ThreadPoolExecutor(1) as pool, closing(service.connect()) as late:
        late.putrequest("POST", "/v1/render")
        for name, value in {**JSON, "Content-Length": str(len(body))}.items():
            late.putheader(name, value)
        late.endheaders()
        late.send(body[:10])
        early = pool.submit(asked, service, slow_document())
        until(lambda: at_work(service) == 1)
        service.signal(signal.SIGTERM)
        service.until("draining")
        late.send(body[10:])
        answer = late.getresponse()
        problem(Answer(answer.status, answer.headers, answer.read()), "draining", retry=True)
        assert early.result().status == 200
        assert service.wait() == 0


@pytest.mark.slow
@pytest.mark.parametrize("accept", ["*/*", "multipart/form-data"])
def test_a_worker_is_free_again_when_the_caller_is_gone(service: Service, accept: str) -> None:
    """Nobody waits for the answer, so nobody works for it."""
    with closing(socket.create_connection(service.address, PATIENCE)) as bare:
        bare.sendall(whole_request(slow_document(), accept))
        until(lambda: at_work(service) == 1)
    until(lambda: at_work(service) == 0)
    assert figures(service)["xpress_budget_held_bytes"] == 0
    service.until("client-gone")
    assert "client-gone" in [record.get("code") for record in service.records]
    assert "request-failed" not in [record["event"] for record in service.records]
    assert asked(service, slow_document()).status == 200


@pytest.mark.slow
def test_progress_comes_while_it_is_rendered(service: Service) -> None:
    body = slow_document().answers[BodyNeed("1")]
    pages = tuple(Page(str(n), f"Page {n}") for n in range(4))
    large = Bundle("Several parts, each slow", pages, answers={BodyNeed(page.id): body for page in pages})
    with closing(socket.create_connection(service.address, PATIENCE)) as bare:
        bare.sendall(whole_request(large, "multipart/form-data"))
        received = b""
        while b'"stage"' not in received:
            received += bare.recv(65_536)
        assert b'name="result"' not in received and at_work(service) == 1
    until(lambda: at_work(service) == 0)


@pytest.mark.slow
def test_what_fails_on_its_way_is_told_in_the_form(service: Service) -> None:
    """The answer was begun, so that its status can't say it any more."""
    first, second = Body("storage", f"<p>{'word ' * 40_000}</p>"), Body("storage", "<p>a" + "\u0301" * 20_000)
    bundle = Bundle("Two", (Page("1", "One"), Page("2", "Two")), answers={BodyNeed("1"): first, BodyNeed("2"): second})
    answer = asked(service, bundle, accept="multipart/form-data")
    assert answer.status == 200
    *before, last = form(answer)
    assert {field.name for field in before} == {"progress"} and last.name == "problem"
    assert last.media_type == "application/problem+json"
    found = json.loads(last.data)
    assert found["code"] == "too-expensive" and found["request_id"] == answer.headers["X-Request-Id"]
    counted = figures(service)
    assert counted['xpress_requests_total{code="too-expensive",method="POST",route="/v1/render",status="200"}'] == 1
    problem(asked(service, bundle), "too-expensive")


def test_every_code_is_provoked_here_or_elsewhere() -> None:
    """A new code needs a test."""
    here = set(re.findall(r'"([a-z-]+)"', Path(__file__).read_text("utf-8").partition("def test_every_code")[0]))
    elsewhere = {
        "too-slow": "test_service_server.py and test_service_intake.py",
        "keys-unavailable": "test_service_tokens.py",
        "internal": "test_service_server.py: there is no known way here",
    }
    assert PROBLEMS.keys() - here == elsewhere.keys()
