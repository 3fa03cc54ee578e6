"""An export and a service that is down, busy, strange or gone: what is tried again, and what a person is told."""

from __future__ import annotations

import hashlib
import json
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest

from confluence_xpress.cli.output import Outputs
from confluence_xpress.cli.targets import Targets
from confluence_xpress.collect import outline
from confluence_xpress.delivery import Delivery, Protection
from confluence_xpress.delivery.exported import Exported
from confluence_xpress.errors import InputError, XPressError
from confluence_xpress.remote import Service, service_at
from confluence_xpress.remote.client import Client
from confluence_xpress.remote.export import export_remote
from confluence_xpress.render.part import Job
from confluence_xpress.sources.open import open_source
from confluence_xpress.sources.selection import Selection
from confluence_xpress.wire.parts import MEDIA_TYPE
from tests import corpus
from tests.certificates import make_certificates
from tests.meddler import Call, Meddle, Reply, as_json, facts, meddling, page, problem
from tests.space_exports import write_folder

PDF = b"%PDF-1.7 made up"


# --- Helpers ---------------------------------------------------------------------------------------------------------


@dataclass
class Place:
    """A space of some pages, and where its PDF goes."""

    space: Path
    out: Path
    told: list[tuple[str, int, int]]

    def export(self, url: str, *, patience: float = 20, jobs: int = 2, **delivery: Any) -> Exported:
        """An export through a service."""
        source = open_source(self.space)
        job = Job(outline(source, Selection()), corpus.options())
        service = Service(url, patience=patience)
        with Outputs() as outputs:
            targets = Targets("x.pdf", str(self.out / "x.pdf"), None, outputs)
            exported = export_remote(
                source,
                job,
                Delivery(**delivery),
                targets,
                service=service,
                jobs=jobs,
                progress=lambda *said: self.told.append(said),
            )
            targets.deliver()
        return exported

    def refused(self, url: str, **options: Any) -> XPressError:
        """The error of an export, which leaves nothing."""
        with pytest.raises(XPressError) as error:
            self.export(url, **options)
        assert error.value.hint and not list(self.out.iterdir())
        return error.value


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = Place(tmp_path / "space", tmp_path / "out", [])
    made.out.mkdir()
    pages = [{"id": str(number), "title": f"P{number}", "body": f"{number}.storage.xml"} for number in (1, 2, 3)]
    bodies = {f"{number}.storage.xml": f"<p>Words {number}.</p>" for number in (1, 2, 3)}
    write_folder(made.space, {"pages.json": json.dumps(pages), **bodies})
    return made


def form(*fields: tuple[str, str, bytes]) -> Reply:
    """An answer of these fields: name, type, content."""
    body = b"".join(
        b'--b\r\nContent-Disposition: form-data; name="%s"\r\nContent-Type: %s\r\n\r\n%s\r\n'
        % (name.encode(), media_type.encode(), content)
        for name, media_type, content in fields
    )
    return Reply(200, {"Content-Type": "multipart/form-data; boundary=b"}, body + b"--b--\r\n")


def field(name: str, **values: object) -> tuple[str, str, bytes]:
    return name, "application/json", json.dumps(values).encode()


def document(pdf: bytes = PDF, name: str = "x.pdf", digest: str = "", size: int = -1) -> Reply:
    """A document of one made-up PDF."""
    size = len(pdf) if size < 0 else size
    volume = {"file": name, "bytes": size, "pages": 3, "sha256": digest or hashlib.sha256(pdf).hexdigest()}
    found = {"code": "image-missing", "lost": True, "message": "no picture", "page": "1"}
    manifest = json.dumps({"volumes": [volume], "pages": [], "diagnostics": [found]}).encode()
    files = [
        {"name": name, "media_type": "application/pdf", "bytes": size, "pages": 3},
        {"name": "manifest.json", "media_type": "application/json", "bytes": len(manifest)},
    ]
    return form(
        field("progress", stage="parts", done=3, total=3),
        field("progress", stage="finishing", done=0, total=3),
        field("result", pages=3, lost=1, files=files),
        ("file0", "application/pdf", pdf),
        ("file1", "application/json", manifest),
    )


def then(path: str, *replies: Reply) -> Meddle:
    """These replies to requests for a path, the last one again and again."""

    def meddle(call: Call) -> Reply:
        if call.path == path:
            return replies[min(call.number, len(replies)) - 1]
        return facts(call) or document()

    return meddle


# --- It works --------------------------------------------------------------------------------------------------------


def test_a_document_is_written_and_its_manifest_read(place: Place) -> None:
    with meddling(then("")) as service:
        exported = place.export(service.url)
    assert service.paths() == ["/version", "/v1/templates", "/v1/render"]
    assert (place.out / "x.pdf").read_bytes() == PDF
    assert json.loads((place.out / "x.manifest.json").read_bytes())["volumes"][0]["file"] == "x.pdf"
    assert (exported.pages, exported.size, exported.embedded) == (3, len(PDF), 0)
    assert [(found.code, found.page) for found in exported.diagnostics] == [("image-missing", "1")]
    assert place.told == [("parts", 3, 3), ("finishing", 0, 3)]


def test_the_key_goes_along_and_nothing_else_that_tells_of_us(place: Place) -> None:
    with meddling(then("")) as service, Client(Service(service.url, key="xpk_secret")) as client:
        client.get("/version")
    (call,) = service.calls
    assert call.headers["authorization"] == "Bearer xpk_secret"
    assert set(call.headers) == {"host", "accept", "accept-encoding", "connection", "user-agent", "authorization"}
    assert "xpk_secret" not in repr(Service(service.url, key="xpk_secret"))


# --- Tried again -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "first",
    [
        problem(503, "busy", **{"Retry-After": "0"}),
        problem(503, "draining"),
        problem(429, "too-many-requests", **{"Retry-After": formatdate(usegmt=True)}),
        page(502),
        page(504),
        page(503),
        Reply(200, {"Content-Type": "multipart/form-data; boundary=b"}, b"--b\r\n" + b"x" * 90, cut=0),
        replace(document(), cut=120),
    ],
    ids=["busy", "draining", "too-many", "502", "504", "503", "cut at once", "cut in the progress"],
)
@pytest.mark.slow
def test_what_is_not_possible_now_is_tried_again(place: Place, first: Reply) -> None:
    with meddling(then("/v1/render", first, document())) as service:
        place.export(service.url)
    assert service.paths() == ["/version", "/v1/templates", "/v1/render", "/v1/render"]
    first_call, second_call = service.calls[2:]
    assert first_call.sent() == second_call.sent()
    assert (place.out / "x.pdf").read_bytes() == PDF


def test_who_is_to_wait_too_long_gives_up_at_once(place: Place) -> None:
    busy = problem(503, "busy", "Too many requests wait.", **{"Retry-After": "3600"})
    with meddling(then("/v1/render", busy)) as service:
        error = place.refused(service.url)
    assert "can't take it now: Too many requests wait" in error.message and "id-12345678" in error.hint
    assert service.paths().count("/v1/render") == 1


@pytest.mark.slow
def test_there_is_an_end_to_trying(place: Place) -> None:
    with meddling(then("/v1/render", problem(503, "busy"))) as service:
        assert "can't take it now" in place.refused(service.url, patience=1).message
    assert service.paths().count("/v1/render") > 1


@pytest.mark.slow
def test_a_service_that_is_down_is_told(place: Place) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    error = place.refused(f"http://127.0.0.1:{port}", patience=1)
    assert f"127.0.0.1:{port} can't be reached: Connection refused" in error.message
    assert not isinstance(error, InputError)


# --- Not tried again -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "kind", "said"),
    [
        (problem(401, "unauthorized", "The token or key is not valid."), InputError, "let us in: The token or key is"),
        (problem(422, "request-invalid", "pages[0] has no id."), InputError, "refused: pages[0] has no id"),
        (problem(413, "too-large"), InputError, "refused: It is so"),
        (problem(422, "part-unusable"), XPressError, "can't use its own parts: It is so"),
        (problem(500, "internal", "\x1b[31mred\x07\n it failed"), XPressError, "failed: [31mred it failed"),
        (Reply(500, {"Content-Type": "application/problem+json"}, b"{"), XPressError, "doesn't say why"),
        (page(413), InputError, "status 413 (text/html), which is no answer"),
        (page(404), InputError, "status 404 (text/html)"),
        (page(500), XPressError, "status 500 (text/html)"),
        (page(200), InputError, "status 200 (text/html)"),
        (page(302, Location="https://elsewhere.example/"), InputError, "go elsewhere: https://elsewhere.example/"),
        (as_json({}), InputError, "status 200 (application/json)"),
    ],
)
def test_a_refusal_is_told(place: Place, reply: Reply, kind: type[XPressError], said: str) -> None:
    with meddling(then("/v1/render", reply)) as service:
        error = place.refused(service.url)
    assert said in error.message and isinstance(error, InputError) is (kind is InputError)
    assert service.paths().count("/v1/render") == 1


def test_a_key_is_asked_for(place: Place) -> None:
    with meddling(then("/v1/templates", problem(401, "unauthorized"))) as service:
        assert "XPRESS_SERVICE_KEY" in place.refused(service.url).hint
    assert service.paths() == ["/version", "/v1/templates"]


@pytest.mark.parametrize(
    ("path", "reply", "said"),
    [
        ("/version", as_json({"version": "0.0.9", "limits": 1}), "is XPress 0.0.9, and this is XPress "),
        ("/version", as_json({"status": "fine"}), "something else than facts about a rendering service"),
        ("/version", page(200), "no answer of a rendering service"),
        ("/v1/templates", as_json({"templates": []}), "has no template “default”"),
        ("/v1/templates", as_json({"templates": [{"name": "default", "digest": "x"}]}), "has other files than ours"),
    ],
)
def test_a_service_that_would_do_it_differently_is_not_used(place: Place, path: str, reply: Reply, said: str) -> None:
    with meddling(then(path, reply)) as service:
        assert said in place.refused(service.url).message
    assert "/v1/render" not in service.paths()


def test_more_pages_than_the_service_takes_are_refused_before_they_are_sent(place: Place) -> None:
    with meddling(lambda call: facts(call, named_pages=2)) as service:
        assert "3 pages are more than" in place.refused(service.url).message


# --- Documents that are not whole ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (replace(document(PDF * 9_000), cut=90_000), "broke off in the middle of the document"),
        (document(digest="0" * 64), "other checksums"),
        (document(size=5), "another length"),
        (document(name="y.pdf"), "another name than x.pdf"),
        (document(name="../../x.pdf"), "another name than x.pdf"),
        (form(field("result", pages=1, lost=0, files=[])), "other files than a document has"),
        (form(("surprise", "text/plain", b"!")), "something else than a document"),
        (form(("problem", "application/problem+json", problem(500, "internal").body)), "failed: It is so"),
        (form(), "something else than a document"),
        (replace(document(), body=document().body[:-7]), "not arrived as a whole"),
        (Reply(200, {"Content-Type": "multipart/form-data"}, b""), "something else than a document"),
    ],
)
def test_a_document_that_is_not_whole_is_not_kept(place: Place, reply: Reply, said: str) -> None:
    with meddling(then("/v1/render", reply)) as service:
        assert said in place.refused(service.url).message
    assert service.paths().count("/v1/render") == 1


# --- Pages that can't be typeset -------------------------------------------------------------------------------------


def unwilling(culprit: int, steps: int, code: str) -> Callable[[Call], Reply]:
    """A service that refuses what has this page in it, until it was reduced so often."""

    def meddle(call: Call) -> Reply:
        known = facts(call)
        if known:
            return known
        if call.path == "/v1/assemble":
            return document()
        if call.path == "/v1/render":
            return form(field("progress", stage="parts", done=0, total=3), ("problem", "", problem(422, code).body))
        part = call.sent()[0]["part"]
        if part["start"] <= culprit < part["stop"] and part.get("reduced", 0) < steps:
            return problem(422 if code == "too-expensive" else 500, code)
        return Reply(200, {"Content-Type": MEDIA_TYPE}, json.dumps(part).encode())

    return meddle


@pytest.mark.slow
@pytest.mark.parametrize(("code", "reason"), [("too-expensive", "more than"), ("crashed", "crashed")])
@pytest.mark.parametrize("steps", [0, 1, 2])
def test_a_page_that_cannot_be_typeset_is_found_and_reduced(place: Place, steps: int, code: str, reason: str) -> None:
    with meddling(unwilling(1, steps, code)) as service:
        place.export(service.url)
    assembled = next(call for call in service.calls if call.path == "/v1/assemble")
    request, files = assembled.sent()
    parts = [json.loads(files[name]) for name in request["parts"]]
    assert [(part["start"], part["stop"]) for part in parts] == (
        [(0, 1), (1, 3)] if not steps else [(0, 1), (1, 2), (2, 3)]
    )
    assert [part.get("reduced", 0) for part in parts if part["start"] == 1] == [steps]
    assert all((reason in part["reason"]) is (part["start"] == 1) for part in parts if "reason" in part)
    assert place.told[-3][:2] == ("parts", 3)


@pytest.mark.slow
def test_a_page_that_cannot_even_be_left_out_is_an_error(place: Place) -> None:
    with meddling(unwilling(2, 3, "crashed")) as service:
        assert "could not do it: It is so" in place.refused(service.url).message


def test_parts_carry_what_their_pages_need_and_no_passwords(place: Place) -> None:
    with meddling(unwilling(0, 1, "too-expensive")) as service:
        place.export(service.url, attachments=True, protection=Protection("open", "owner", ()))
    for call in service.calls:
        if call.path == "/v1/parts":
            request, files = call.sent()
            span = range(request["part"]["start"], request["part"]["stop"])
            bodies = [entry["need"]["body"]["page_id"] for entry in request["answers"]]
            assert bodies == [str(index + 1) for index in span] and not files
            assert request["delivery"] == {"attachments": True}


def test_what_is_too_large_to_be_sent_is_sent_in_smaller_pieces(place: Place) -> None:
    names = [f"{number}.png" for number in range(4)]
    image = "".join(f'<ac:image><ri:attachment ri:filename="{name}"/></ac:image>' for name in names)
    write_folder(place.space, {"2.storage.xml": image, **{f"attachments/2/{name}": bytes(9_000) for name in names}})

    def meddle(call: Call) -> Reply:
        return facts(call, request_bytes=25_000, file_bytes=10_000) or unwilling(9, 0, "")(call)

    with meddling(meddle) as service:
        place.export(service.url)
    assert max(len(call.body) for call in service.calls) <= 25_000
    calls = [call.sent() for call in service.calls if call.path == "/v1/parts"]
    (request, files) = next(call for call in calls if call[0]["part"]["start"] == 1)
    left_out = [entry for entry in request["answers"] if "unavailable" in entry["answer"]]
    assert len(files) == 2 and len(left_out) == 2
    assert "are more than the rendering service takes" in left_out[0]["answer"]["unavailable"]["reason"]


def test_a_document_that_is_too_large_for_the_service_is_refused(place: Place) -> None:
    def meddle(call: Call) -> Reply | None:
        part = Reply(200, {"Content-Type": MEDIA_TYPE}, bytes(5_000))
        return facts(call, request_bytes=9_000, pages=1) or part

    with meddling(meddle) as service:
        assert "too large for the rendering service" in place.refused(service.url, jobs=1).message
    assert service.paths().count("/v1/parts") == 2 and "/v1/assemble" not in service.paths()


# --- Several requests at once ----------------------------------------------------------------------------------------


def test_no_more_requests_are_made_at_once_than_wanted(place: Place) -> None:
    lock, running, most = threading.Lock(), 0, 0

    def meddle(call: Call) -> Reply:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        try:
            if call.path == "/v1/parts" and call.number <= 2:
                both.wait(60)  # the first two wait for each other
            return facts(call, pages=1) or unwilling(9, 0, "")(call)
        finally:
            with lock:
                running -= 1

    both = threading.Barrier(2)
    with meddling(meddle) as service:
        place.export(service.url, jobs=2)
    assert most == 2 and service.paths().count("/v1/parts") == 3


def test_an_error_does_not_wait_for_other_requests(place: Place) -> None:
    over = threading.Event()

    def meddle(call: Call) -> Reply:
        if call.path == "/v1/parts":
            if call.sent()[0]["part"]["start"]:
                return problem(422, "request-invalid")
            over.wait(60)
        return facts(call, pages=1) or problem(500, "internal")

    with meddling(meddle) as service:
        assert "refused: It is so" in place.refused(service.url).message
        assert not over.is_set()
        over.set()


# --- Addresses and certificates --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("render.example.com", "no address of a service"),
        ("ftp://render.example.com", "no address of a service"),
        ("https://", "no address of a service"),
        ("https://x:99999/", "that is no address"),
        ("https://[::1/", "that is no address"),
        ("http://render.example.com/x", "everybody on the way"),
        ("http://127.0.0.1.example.com", "everybody on the way"),
        ("http://10.0.0.1", "everybody on the way"),
        ("https://me:secret@render.example.com", "a name or password"),
        ("https://render.example.com/?key=1", "says more than where"),
        ("https://render.example.com/#here", "says more than where"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused(url: str, said: str) -> None:
    with pytest.raises(InputError, match=said) as refused:
        service_at(url, {})
    assert refused.value.hint and "secret" not in str(refused.value)


def test_an_address_that_no_name_server_knows_is_refused() -> None:
    with pytest.raises(InputError, match="no address of a service"), Client(service_at("https://xn--ü.example", {})):
        pass


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://render.example.com/", "https://render.example.com"),
        ("https://render.example.com:8443/xpress/", "https://render.example.com:8443/xpress"),
        ("http://localhost:8040", "http://localhost:8040"),
        ("http://127.0.0.2:8040", "http://127.0.0.2:8040"),
        ("http://[::1]:8040/", "http://[::1]:8040"),
    ],
)
def test_an_address_is_kept_without_its_last_slash(url: str, kept: str) -> None:
    assert service_at(url, {}).url == kept


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"XPRESS_SERVICE_KEY": "two words"}, "can't be the key"),
        ({"XPRESS_SERVICE_KEY": "kéy"}, "can't be the key"),
        ({"XPRESS_SERVICE_CERT": "/nowhere.pem"}, "there is no file"),
        ({"XPRESS_SERVICE_CERT_KEY": __file__}, "the key of no certificate"),
        ({"XPRESS_SERVICE_CA": "/nowhere.pem"}, "there is no file"),
        ({"XPRESS_SERVICE_WAIT": "soon"}, "no number of seconds"),
    ],
)
def test_an_environment_that_cannot_be_meant_is_refused(environment: Mapping[str, str], said: str) -> None:
    with pytest.raises(InputError, match=said) as refused:
        service_at("https://render.example.com", environment)
    assert refused.value.hint and "two words" not in str(refused.value)


@pytest.mark.parametrize(
    "service",
    [
        Service("https://render.example.com", authority=Path(__file__)),
        Service("https://render.example.com", certificate=Path(__file__)),
    ],
)
def test_a_file_that_holds_no_certificate_is_refused(service: Service) -> None:
    with pytest.raises(InputError, match="can't be used"), Client(service):
        pass


def test_a_service_that_nobody_vouches_for_is_not_spoken_to(place: Place, tmp_path: Path) -> None:
    made = make_certificates(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made.certificate, made.key)
    with meddling(lambda _: None, tls=context) as service:
        error = place.refused(service.url)
    assert isinstance(error, InputError) and "can't be trusted" in error.message
    assert "XPRESS_SERVICE_CA" in error.hint and not service.calls


def test_what_is_not_encrypted_goes_to_no_proxy(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://192.0.2.1:3128")
    with meddling(then("")) as service:
        place.export(service.url)
    assert "/v1/render" in service.paths()
