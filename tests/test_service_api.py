"""The rendering service as a caller sees it: every address, every form of request and answer."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pikepdf
import pytest

from confluence_xpress import __version__
from confluence_xpress.bundle import Attachment, Body, Bundle, Media, Page, Space, Unavailable
from confluence_xpress.collect import complete, outline
from confluence_xpress.needs import AttachmentNeed, BodyNeed, Need
from confluence_xpress.render import needs, render
from confluence_xpress.sources.open import open_source
from confluence_xpress.sources.selection import Selection
from confluence_xpress.templates import built_in_templates, load_template
from confluence_xpress.wire.forms import (
    DeliveryForm,
    FilesAnswer,
    NeedsAnswer,
    Progress,
    Range,
    Result,
    SourceForm,
)
from confluence_xpress.wire.requests import encode
from tests import corpus, tokens
from tests.service import PATIENCE, Answer, Service, make_keys, running
from tests.service_documents import TIME, asked, figures, form, local, options, png, small, told, unzipped
from tests.service_requests import KINDS, Document, Kind, _inline, packed

ORIGIN = "https://app.example"


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with running("--workers", "1", "--allow-origin", ORIGIN) as started:
        yield started


# --- Rendering --------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_every_form_of_request_gives_the_bytes_of_a_local_rendering(service: Service, kind: Kind) -> None:
    answer = asked(service, small(), kind=kind)
    assert answer.status == 200 and answer.body == local()
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Length"] == str(len(local()))
    assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''document.pdf"
    assert answer.headers["Cache-Control"] == "no-store"
    with pikepdf.open(io.BytesIO(answer.body)) as document:
        assert answer.headers["XPress-Pages"] == str(len(document.pages))
    assert answer.headers["XPress-Lost"] == "0"


def test_a_request_without_our_code(service: Service) -> None:
    """As somebody writes it by hand, with curl and a shell."""
    body = {
        "title": "A small document",
        "pages": [
            {
                "id": "1",
                "title": "One",
                "space": "S",
                "labels": ["a"],
                "attachments": [
                    {"title": "dot.png", "media_type": "image/png", "size": 200},
                    {"title": "notes.txt", "media_type": "text/plain", "file_id": "f2", "size": 5},
                ],
            },
            {"id": "2", "title": "Two", "space": "S", "parent": "1"},
        ],
        "spaces": [{"key": "S", "name": "Space", "base_url": "https://example.com/wiki"}],
        "answers": [
            {
                "need": {"body": {"page_id": page}},
                "answer": {"body": {"format": "storage", "value": small().answers[BodyNeed(page)].value}},  # type: ignore[union-attr]
            }
            for page in "12"
        ]
        + [
            {
                "need": {"attachment": {"page_id": "1", "filename": "dot.png"}},
                "answer": {"media": {"data": base64.b64encode(png(40, 20)).decode(), "media_type": "image/png"}},
            }
        ],
        "timestamp": TIME,
    }
    answer = service.ask("/v1/render", json.dumps(body).encode(), {"Content-Type": "application/json; charset=UTF-8"})
    assert answer.body == local()


def test_chunks_are_as_good_as_a_length(service: Service) -> None:
    body, media_type = packed("json", msgspec.json.encode(told(small())), {})
    with closing(service.connect()) as connection:
        pieces = [body[:100], body[100:]]
        connection.request("POST", "/v1/render", iter(pieces), {"Content-Type": media_type}, encode_chunked=False)
        assert connection.getresponse().read()[:5] == b"%PDF-"


def test_a_connection_serves_request_after_request(service: Service) -> None:
    body, media_type = packed("json", msgspec.json.encode(told(small())), {})
    with closing(service.connect()) as connection:
        seen = set()
        for _ in range(3):
            connection.request("POST", "/v1/render", body, {"Content-Type": media_type})
            answer = connection.getresponse()
            seen.add((answer.status, answer.read()))
    assert len(seen) == 1


@pytest.mark.slow
def test_the_same_bytes_as_the_command_line(service: Service, tmp_path: Path) -> None:
    out, manifest = tmp_path / "out.pdf", tmp_path / "manifest.json"
    command = [sys.executable, "-m", "confluence_xpress", "export", str(corpus.DEMO), "-o", str(out)]
    subprocess.run([*command, "--timestamp", str(TIME), "--manifest", str(manifest)], check=True, capture_output=True)
    source = open_source(corpus.DEMO)
    plan = outline(source, Selection())
    for kind in KINDS:
        document = Document(source, plan.title, plan.pages, plan.spaces).fetched(service, kind)
        digests = {page.id: source.digest(page) for page in source.pages().pages}
        answer = asked(
            service,
            replace(plan, answers=document.answers),
            kind=kind,
            accept="application/zip",
            delivery=DeliveryForm(name="out.pdf"),
            source=SourceForm(source.diagnostics, digests),
        )
        files = unzipped(answer)
        assert files["out.pdf"] == out.read_bytes()
        assert json.loads(files["manifest.json"]) == json.loads(manifest.read_text("utf-8"))


@pytest.mark.parametrize("settings", [{"cover": True, "paper": "a5"}, {"contents_depth": 1, "numbering": "true"}])
def test_settings_are_those_of_a_local_rendering(service: Service, settings: dict[str, Any]) -> None:
    given = {name: str(value).lower() for name, value in settings.items()}
    answer = asked(service, small(), settings=settings, standards=("ua-1",), images="screen")
    wanted = replace(corpus.options(given, standards=("ua-1",), images="screen"), timestamp=TIME)
    assert answer.body == render(small(), wanted).pdf


def test_without_a_time_it_is_now(service: Service) -> None:
    answer = asked(service, small(), timestamp=None)
    with pikepdf.open(io.BytesIO(answer.body)) as document:
        assert str(document.docinfo["/CreationDate"])[2:6] >= "2025"


@pytest.mark.parametrize("timestamp", [0, 1, 315_532_799, 4_354_819_199, 253_402_300_799])
def test_all_times_that_a_pdf_can_tell(service: Service, timestamp: int) -> None:
    answer = asked(service, small(), timestamp=timestamp, accept="application/zip")
    assert unzipped(answer)["document.pdf"] == render(small(), options(timestamp=timestamp)).pdf


def test_the_least_that_can_be_asked_for(service: Service) -> None:
    """Nothing has a name, nothing has content."""
    answer = service.ask(
        "/v1/render", b'{"title":"","pages":[{"id":"1","title":""}]}', {"Content-Type": "application/json"}
    )
    assert answer.status == 200 and answer.headers["XPress-Lost"] == "1"


@pytest.mark.parametrize("standards", [(), ("1.7",), ("ua-1",), ("a-2a",), ("a-4",), ("ua-1", "a-3a")])
def test_standards_are_those_of_a_local_rendering(service: Service, standards: tuple[str, ...]) -> None:
    answer = asked(service, small(), standards=standards)
    assert answer.body == render(small(), options(standards=standards)).pdf


def test_what_is_lacking_is_told_and_counted(service: Service) -> None:
    bundle = replace(small(), answers={BodyNeed("1"): Unavailable("nobody may read it")})
    files = unzipped(asked(service, bundle, accept="application/zip"))
    assert asked(service, bundle).headers["XPress-Lost"] == "2"
    found = json.loads(files["manifest.json"])
    assert {each["code"] for each in found["diagnostics"]} >= {"page-body-missing"}
    assert not found["complete"]


# --- Forms of the answer ----------------------------------------------------------------------------------------------


def test_a_zip_holds_the_pdf_and_the_manifest(service: Service) -> None:
    answer = asked(service, small(), accept="application/zip", delivery=DeliveryForm(name="Ein „Büch“.pdf"))
    files = unzipped(answer)
    assert list(files) == ["Ein „Büch“.pdf", "manifest.json"]
    assert files["Ein „Büch“.pdf"] == local()
    (volume,) = json.loads(files["manifest.json"])["volumes"]
    assert volume["sha256"] == hashlib.sha256(local()).hexdigest() and volume["file"] == "Ein „Büch“.pdf"
    assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''document.zip"


def test_a_form_holds_progress_result_and_files(service: Service) -> None:
    answer = asked(service, small(), accept="multipart/form-data")
    assert "XPress-Pages" not in answer.headers and answer.headers["X-Request-Id"]
    fields = form(answer)
    names = [field.name for field in fields]
    count = names.index("result")
    assert count >= 1 and names == [*["progress"] * count, "result", "file0", "file1"]
    progress = [msgspec.json.decode(field.data, type=Progress) for field in fields[:count]]
    assert all(field.media_type == "application/json" for field in fields[: count + 1])
    assert [each.stage for each in progress] == sorted((each.stage for each in progress), reverse=True)
    assert all(0 <= each.done <= each.total for each in progress)
    result = msgspec.json.decode(fields[count].data, type=Result)
    assert [(facts.name, facts.media_type, facts.bytes) for facts in result.files] == [
        (field.filename, field.media_type, len(field.data)) for field in fields[count + 1 :]
    ]
    pdf, manifest = fields[count + 1 :]
    assert pdf.data == local() and pdf.filename == "document.pdf" and manifest.filename == "manifest.json"
    assert result.pages == result.files[0].pages > 0 and result.lost == 0
    assert manifest.data == unzipped(asked(service, small(), accept="application/zip"))["manifest.json"]


def test_a_name_that_needs_escaping_is_the_same_in_every_form(service: Service) -> None:
    name = """a "b" %41 'c' ; d=e.pdf"""
    delivery = DeliveryForm(name=name)
    field = next(
        each
        for each in form(asked(service, small(), accept="multipart/form-data", delivery=delivery))
        if each.media_type == "application/pdf"
    )
    assert field.filename == name.replace('"', "%22")
    assert next(iter(unzipped(asked(service, small(), accept="application/zip", delivery=delivery)))) == name
    told_name = asked(service, small(), delivery=delivery).headers["Content-Disposition"].partition("''")[2]
    assert re.fullmatch(r"[A-Za-z0-9._%~-]+", told_name)


ACCEPT = {
    "": "application/pdf",
    "*/*": "application/pdf",
    "application/*": "application/pdf",
    "application/pdf": "application/pdf",
    "APPLICATION/PDF": "application/pdf",
    "application/zip": "application/zip",
    "application/pdf;q=0.1, application/zip;q=0.2": "application/zip",
    "application/zip;q=0, */*": "application/pdf",
    "application/pdf;q=0, */*;q=0.1": "application/zip",
    "application/pdf;version=1.7;q=0, application/zip": "application/zip",
    "text/html, multipart/form-data;q=0.5, nonsense, ;;,": "multipart/form-data",
    "multipart/*": "multipart/form-data",
    "text/html, application/xhtml+xml, */*;q=0.8": "application/pdf",
}


@pytest.mark.parametrize(("accept", "media_type"), ACCEPT.items())
def test_the_answer_has_the_form_that_is_liked_best(service: Service, accept: str, media_type: str) -> None:
    assert asked(service, small(), accept=accept).headers.get_content_type() == media_type


@pytest.mark.parametrize("accept", ["text/html", "application/pdf;q=0", "image/*", "nonsense", "*/*;q=0", ","])
def test_a_form_that_there_is_not(service: Service, accept: str) -> None:
    answer = asked(service, small(), accept=accept)
    assert (answer.status, answer.code) == (406, "not-acceptable")
    assert "application/pdf" in answer.json["detail"] or "Accept" in answer.json["hint"]


@pytest.mark.parametrize("operation", ["needs", "parts", "preview"])
def test_every_answer_can_be_a_zip_or_a_form(service: Service, operation: str) -> None:
    more: dict[str, Any] = {"part": Range(0, 2)} if operation == "parts" else {}
    plain = asked(service, small(), operation, **more)
    zipped = asked(service, small(), operation, accept="application/zip", **more)
    fields = form(asked(service, small(), operation, accept="multipart/form-data", **more))
    assert plain.status == 200
    assert list(unzipped(zipped).values()) == [plain.body]
    assert [field.data for field in fields if field.name.startswith("file")] == [plain.body]


# --- Needs ------------------------------------------------------------------------------------------------------------


def test_needs_until_there_are_none(service: Service) -> None:
    bare = replace(small(), answers={})
    answer = asked(service, bare, "needs")
    assert answer.headers.get_content_type() == "application/json"
    found = msgspec.json.decode(answer.body, type=NeedsAnswer).needs
    assert [form.body for form in found] == [BodyNeed("1"), BodyNeed("2")]
    bodies: dict[Need, Any] = {need: small().answers[need] for need in (BodyNeed("1"), BodyNeed("2"))}
    answer = asked(service, replace(bare, answers=bodies), "needs")
    found = msgspec.json.decode(answer.body, type=NeedsAnswer).needs
    assert [form.attachment for form in found] == [AttachmentNeed("1", "dot.png")]
    assert asked(service, small(), "needs").json == {"needs": []}


def test_needs_of_some_pages(service: Service) -> None:
    answer = asked(service, replace(small(), answers={}), "needs", part=Range(1, 2))
    assert answer.json == {"needs": [{"body": {"page_id": "2"}}]}


def test_needs_of_a_document_with_its_files(service: Service) -> None:
    answers = {
        need: answer for need, answer in small().answers.items() if need != AttachmentNeed("1", "notes.txt", "f2")
    }
    delivery = DeliveryForm(attachments=True)
    answer = asked(service, replace(small(), answers=answers), "needs", delivery=delivery)
    assert answer.json == {"needs": [{"attachment": {"page_id": "1", "filename": "notes.txt", "file_id": "f2"}}]}


DOCUMENTS = [path for kind in ("storage", "adf", "space-exports") for path in corpus.documents(kind)[:400:40]]


@pytest.mark.slow
@pytest.mark.skipif(not DOCUMENTS, reason=corpus.ABSENT)
@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name[:40])
def test_needs_of_real_content_until_there_are_none(service: Service, path: Path) -> None:
    """What the service asks for is what a local export collects, and the document is the same."""
    source = open_source(path)
    plan = outline(source, Selection(blogposts=True))
    whole = complete(source, plan, needs=lambda bundle: needs(bundle, options()))
    document = Document(source, plan.title, plan.pages, plan.spaces).fetched(service, "multipart")
    assert document.answers == whole.answers
    answer = asked(service, whole, kind="multipart")
    assert answer.body == render(whole, options()).pdf


# --- What the service tells about itself ------------------------------------------------------------------------------


def test_version(service: Service) -> None:
    about = service.ask("/version").json
    assert about["version"] == __version__ and about["api"] == "v1"
    assert about["limits"] == {
        "request_bytes": 256_000_000,
        "json_bytes": 64_000_000,
        "file_bytes": 100 * 2**20 + 1,
        "files": 10_000,
        "pages": 2_000,
        "named_pages": 100_000,
        "preview_pages": 20,
    }
    assert about["part"] == {"pages": 48, "body_bytes": 160_000}
    assert "ua-1" in about["standards"]["known"] and set(about["standards"]["default"]) <= set(
        about["standards"]["known"]
    )


@pytest.mark.slow
def test_templates_are_those_of_the_command_line(service: Service) -> None:
    command = [sys.executable, "-m", "confluence_xpress", "templates"]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = service.ask("/v1/templates").json["templates"]
    assert [template["name"] for template in found] == sorted(built_in_templates())
    for template in found:
        assert f"{template['name']}: {template['description']}" in said
        told_of = subprocess.run([*command, template["name"]], check=True, capture_output=True, text=True).stdout
        for option in template["options"]:
            assert option["name"] in told_of


def test_templates_tell_what_may_be_set(service: Service) -> None:
    for told_of in service.ask("/v1/templates").json["templates"]:
        template = load_template(told_of["name"])
        assert told_of["digest"] == template.digest
        assert {option["name"]: option["default"] for option in told_of["options"]} == {
            option.name: option.default for option in template.options
        }
        for option in told_of["options"]:
            assert option["help"] and option["type"] in ("boolean", "choice", "integer", "text", "color", "language")
            assert ("choices" in option) is (option["type"] == "choice")
            assert ("maximum" in option) is (option["type"] == "integer")


@pytest.mark.slow
def test_a_folder_of_templates_adds_to_them(tmp_path: Path) -> None:
    origin = Path(sys.modules["confluence_xpress.templates"].__file__ or "").parent / "default"
    shutil.copytree(origin, tmp_path / "house-style")
    config = tmp_path / "house-style" / "template.toml"
    config.write_text(config.read_text("utf-8").replace('name = "default"', 'name = "house-style"'), "utf-8")
    (tmp_path / "..data").mkdir()
    (tmp_path / "README").write_text("no template")
    with running("--workers", "1", "--templates", str(tmp_path)) as service:
        names = [template["name"] for template in service.ask("/v1/templates").json["templates"]]
        assert names == sorted([*built_in_templates(), "house-style"])
        answer = asked(service, small(), template="house-style")
        template = load_template(str(tmp_path / "house-style"))
        assert answer.body == render(small(), replace(options(), template=template)).pdf


def test_health(service: Service) -> None:
    for path, status in {"/health": "ready", "/health/ready": "ready", "/health/live": "live"}.items():
        answer = service.ask(path)
        assert (answer.status, answer.json) == (200, {"status": status})
        assert answer.headers["Cache-Control"] == "no-store"


def test_metrics(service: Service) -> None:
    before = figures(service)
    pages = int(asked(service, small()).headers["XPress-Pages"])
    asked(service, small(), accept="text/html")
    after = figures(service)

    def more(name: str) -> float:
        return after[name] - before.get(name, 0)

    assert more('xpress_requests_total{code="ok",method="POST",route="/v1/render",status="200"}') == 1
    assert more('xpress_requests_total{code="not-acceptable",method="POST",route="/v1/render",status="406"}') == 1
    assert more("xpress_pdf_pages_total") == pages
    assert more('xpress_queue_seconds_count{lane="quick"}') == 1
    assert more('xpress_render_seconds_count{lane="quick"}') == 1
    for lane in ("quick", "bulk"):
        assert after[f'xpress_running{{lane="{lane}"}}'] == after[f'xpress_waiting{{lane="{lane}"}}'] == 0
    assert after["xpress_budget_held_bytes"] == 0 and after["xpress_budget_limit_bytes"] == 1_000_000_000
    assert after['xpress_memory_bytes{process="host"}'] > 1e6 and after['xpress_memory_bytes{process="workers"}'] > 1e6


GETS = ["/v1/templates", "/version", "/health", "/health/live", "/health/ready", "/metrics", "/openapi.json"]
POSTS = ["/v1/needs", "/v1/parts", "/v1/assemble", "/v1/render", "/v1/preview"]


@pytest.mark.parametrize("path", GETS)
def test_head_is_get_without_a_body(service: Service, path: str) -> None:
    get, head = service.ask(path), service.ask(path, method="HEAD")
    assert (head.status, head.body) == (get.status, b"")
    assert head.headers["Content-Type"] == get.headers["Content-Type"]
    if path != "/metrics":
        assert head.headers["Content-Length"] == get.headers["Content-Length"]


@pytest.mark.parametrize(("path", "allowed"), [*((path, "GET, HEAD") for path in GETS), *((p, "POST") for p in POSTS)])
def test_other_methods_are_refused(service: Service, path: str, allowed: str) -> None:
    for method in ("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "QUERY"):
        if method not in allowed:
            answer = service.ask(path, method=method)
            assert (answer.status, answer.code) == (405, "method-not-allowed"), method
            assert sorted(answer.headers["Allow"].split(", ")) == allowed.split(", ")


@pytest.mark.parametrize("path", ["/", "/v1", "/v1/render/", "/v2/render", "/health/", "/V1/render", "/v1/render/x"])
def test_other_addresses_are_not_there(service: Service, path: str) -> None:
    for method in ("GET", "POST"):
        answer = service.ask(path, method=method)
        assert (answer.status, answer.code) == (404, "not-found")


def test_files_as_text(service: Service) -> None:
    bundle = small()
    whole = unzipped(asked(service, bundle, accept="application/zip"))
    answer = asked(service, bundle, accept="application/json")
    assert answer.headers.get_content_type() == "application/json" and answer.body.isascii()
    told = msgspec.json.decode(answer.body, type=FilesAnswer)
    assert {file.name: file.data for file in told.files} == whole
    assert [file.media_type for file in told.files] == ["application/pdf", "application/json"]
    assert str(told.pages) == answer.headers["XPress-Pages"] and str(told.lost) == answer.headers["XPress-Lost"]
    assert told.files[0].pages == told.pages


# --- Web pages --------------------------------------------------------------------------------------------------------


def preflight(service: Service, origin: str, headers: str = "content-type,authorization") -> Answer:
    asking = {"Origin": origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": headers}
    return service.ask("/v1/render", headers=asking, method="OPTIONS")


def test_a_web_page_that_may_call(service: Service) -> None:
    answer = preflight(service, ORIGIN)
    assert answer.status == 200 and answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "POST" in answer.headers["Access-Control-Allow-Methods"]
    assert "authorization" in answer.headers["Access-Control-Allow-Headers"].lower()
    assert answer.headers["X-Request-Id"] and "Access-Control-Allow-Credentials" not in answer.headers
    body = msgspec.json.encode(told(small()))
    for content, status in ((body, 200), (b"{}", 422)):
        answer = service.ask("/v1/render", content, {"Origin": ORIGIN, "Content-Type": "application/json"})
        assert answer.status == status and answer.headers["Access-Control-Allow-Origin"] == ORIGIN
        assert "XPress-Pages" in answer.headers["Access-Control-Expose-Headers"]
        assert "Origin" in answer.headers["Vary"]


@pytest.mark.parametrize("origin", ["https://evil.example", f"{ORIGIN}.evil.example", "null", f"{ORIGIN}:444"])
def test_a_web_page_that_may_not(service: Service, origin: str) -> None:
    assert "Access-Control-Allow-Origin" not in preflight(service, origin).headers
    assert preflight(service, origin).status == 400
    answer = service.ask("/version", headers={"Origin": origin})
    assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.slow
def test_a_forge_app_may_call_from_the_pages_of_any_site(tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_bytes(tokens.key_set())
    bearer = tokens.token(payload=tokens.claims(int(time.time())))
    body = msgspec.json.encode(told(small()))
    page = {"Origin": "https://example.atlassian.net", "Content-Type": "application/json"}
    with running("--workers", "1", "--forge-app", tokens.APP, "--forge-keys", str(tmp_path / "keys.json")) as started:
        asked = preflight(started, page["Origin"], "authorization,content-type,x-b3-traceid")
        assert asked.status == 200 and asked.headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in asked.headers
        for headers, status in ((page, 401), ({**page, "Authorization": f"Bearer {bearer}"}, 200)):
            answer = started.ask("/v1/render", body, headers)
            assert answer.status == status and answer.headers["Access-Control-Allow-Origin"] == "*"


# --- Who may call -----------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("host", ["0.0.0.0", "::", "203.0.113.7"])
def test_without_keys_it_listens_on_this_machine_only(host: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "confluence_xpress", "render-service", "--port", "0", "--host", host],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 2
    assert f"nothing says who may call, so the service can't listen on {host}" in done.stderr
    assert "--keys" in done.stderr and "--allow-anyone" in done.stderr
    assert "Traceback" not in done.stderr + done.stdout


CONTRADICTIONS: dict[str, tuple[list[str], str]] = {
    "anyone, and keys": (["--allow-anyone", "--keys", "{keys}"], "contradicts"),
    "a certificate without its key": (["--tls-cert", "{keys}"], "needs its key"),
    "client certificates without TLS": (["--client-ca", "{keys}"], "need TLS"),
    "names without client certificates": (["--client-name", "x"], "none are asked for"),
    "keys for no app": (["--forge-keys", "{keys}"], "no app"),
    "no app": (["--forge-app", "x"], "not the id of a Forge app"),
    "no folder": (["--templates", "{keys}/x"], "no such folder"),
    "no keys": (["--keys", "{keys}/x"], "x"),
    "a port that is none": (["--port", "70000"], "65535"),
    "no such host": (["--host", "localhost.invalid", "--allow-anyone"], "Can't listen"),
}


@pytest.mark.slow
@pytest.mark.parametrize(("wrong", "message"), CONTRADICTIONS.values(), ids=CONTRADICTIONS)
def test_what_does_not_go_together_is_refused(wrong: list[str], message: str, tmp_path: Path) -> None:
    keys, _ = make_keys(tmp_path, "one")
    done = subprocess.run(
        [sys.executable, "-m", "confluence_xpress", "render-service", "--port", "0"]
        + [word.format(keys=keys) for word in wrong],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    assert message in " ".join(done.stderr.split()) and "Traceback" not in done.stderr + done.stdout


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "127.0.0.2", "[::2]"])
def test_by_another_name_it_is_not_there(service: Service, host: str) -> None:
    """A web page may have its own name mean this machine; then the browser calls us by that."""
    body = msgspec.json.encode(told(small()))
    answer = service.ask("/v1/render", body, {"Host": host, "Content-Type": "application/json"})
    assert (answer.status, answer.code) == (403, "host-unknown")
    assert service.ask("/v1/templates", headers={"Host": host}).status == 403


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "127.0.0.1", "[::1]:8040"])
def test_by_a_name_of_this_machine_it_is_there(service: Service, host: str) -> None:
    assert service.ask("/v1/templates", headers={"Host": host}).status == 200


# --- Two at once never mix --------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.usefixtures("poppler")
def test_requests_at_once_never_mix(service: Service) -> None:
    """Each document has words of its own everywhere; none of them is in any other."""
    from tests.recall import pdf_text

    def document(number: int) -> Bundle:
        word = f"canary{number:04d}"
        attachment = Attachment(f"{word}.png", "image/png", "f", 9)
        pages = tuple(Page(str(n), f"{word} title {n}", "S", attachments=(attachment,)) for n in range(1 + number % 3))
        image = f'<ac:image ac:alt="{word}"><ri:attachment ri:filename="{word}.png"/></ac:image>'
        body = f"<h1>{word} heading</h1><p>{word}</p>{image}"
        answers: dict[Need, Any] = {BodyNeed(page.id): Body("storage", body) for page in pages}
        answers |= {
            AttachmentNeed(page.id, attachment.title, "f"): Media(png(10 + number, 5), "image/png") for page in pages
        }
        return Bundle(f"{word} document", pages, (Space("S", f"{word} space"),), answers)

    def check(number: int) -> None:
        kind = KINDS[number % 3]
        accept = ("application/pdf", "application/zip", "multipart/form-data")[number // 3 % 3]
        answer = asked(service, document(number), kind=kind, accept=accept)
        assert answer.status == 200, answer.body
        match accept:
            case "application/pdf":
                files = [answer.body]
            case "application/zip":
                files = list(unzipped(answer).values())
            case _:
                files = [field.data for field in form(answer) if field.name.startswith("file")]
        assert files[0] == render(document(number), options()).pdf
        text = "".join(pdf_text(files[0])) + "".join(file.decode("latin-1") for file in files[1:])
        assert set(re.findall(r"canary\d+", text)) == {f"canary{number:04d}"}

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(check, range(60)))


READ = """
const [url, body] = process.argv.slice(1);
const headers = { "Content-Type": "application/json", Accept: "multipart/form-data" };
const form = await (await fetch(url, { method: "POST", headers, body })).formData();
const sum = async (file) => Buffer.from(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
const said = { progress: form.getAll("progress").length, result: JSON.parse(form.get("result")) };
for (const name of ["file0", "file1"]) {
  const file = form.get(name);
  said[name] = [file.name, file.type, (await sum(file)).toString("hex")];
}
console.log(JSON.stringify(said));
"""


@pytest.mark.slow
def test_javascript_reads_the_form(service: Service) -> None:
    """What the guide says of browsers and Node."""
    if not (node := shutil.which("node")):
        pytest.skip("node is not installed")
    entries = tuple(_inline(need, answer) for need, answer in small().answers.items())
    body = encode(told(small(), answers=entries, delivery=DeliveryForm(name='Ein "Büch" 你.pdf'))).decode()
    command = [node, "--input-type=module", "--eval", READ, f"{service.url}/v1/render", body]
    said = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    name, media_type, digest = said["file0"]
    assert (name, media_type) == ('Ein "Büch" 你.pdf', "application/pdf")
    assert digest == hashlib.sha256(local()).hexdigest()
    assert said["progress"] >= 1 and said["result"]["files"][1]["name"] == said["file1"][0] == "manifest.json"
