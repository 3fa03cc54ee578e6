"""No word of a request is left anywhere outside of its answer: not in logs, metrics, processes, files or memory dumps.

The service runs where it could write: the folders that programs use for what they keep are there, and its own.
"""

from __future__ import annotations

import base64
import os
import secrets
import shutil
import signal
import ssl
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

import psutil
import pytest

from confluence_xpress.bundle import Answer as Found
from confluence_xpress.needs import Need
from confluence_xpress.wire.forms import AssembleRequest, PartsRequest, PreviewRequest, Range
from confluence_xpress.wire.requests import encode
from tests.canaries import Planted, heard, request, word
from tests.certificates import make_certificates
from tests.corpus import ROOT
from tests.refused_requests import Refused, refused
from tests.service import PATIENCE, Answer, Service, make_keys, running
from tests.service_requests import KINDS, Document, Kind, send

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="/proc and signals of Linux")]

SOURCE = Planted()
SITE = SOURCE.pages()
SHARED = Path("/dev/shm")
BUSY = b'xpress_running{lane="quick"} 1.0'


@dataclass
class Place:
    """A service, and all that it could leave something in."""

    service: Service
    folder: Path
    """It has nothing but empty folders, at first."""
    answers: Mapping[Need, Found]
    looked: list[tuple[str, bytes]] = field(default_factory=list)
    """What was to be seen of its processes since the last check."""
    checked: int = 0
    """Lines of its log."""

    def render(self, kind: Kind = "json", accept: str = "application/pdf", template: str = "default") -> Answer:
        """What comes of a request that is full of canaries."""
        return send(self.service, "render", request(SITE.pages, template), self.answers, kind, accept)

    def later(self, clients: ThreadPoolExecutor) -> Future[Answer]:
        """The same, once a worker is at it."""
        answer = clients.submit(self.render)
        self.wait(lambda: BUSY in self.service.ask("/metrics").body)
        return answer

    def wait(self, until: Callable[[], bool]) -> None:
        """Until something is as it should be."""
        end = time.monotonic() + PATIENCE
        while not until():
            assert time.monotonic() < end, f"waited in vain: {self.service.lines}"
            time.sleep(0.02)

    def look(self) -> None:
        """Notes what others can see of its processes: all that the kernel tells of them but their memory itself."""
        for process in self.service.processes:
            for name in ("environ", "cmdline", "comm", "status", "limits", "maps"):
                with suppress(OSError):  # it ended, or keeps that to itself
                    self.looked.append((name, Path(f"/proc/{process.pid}/{name}").read_bytes()))
            with suppress(OSError):
                names = [str(link.readlink()) for link in Path(f"/proc/{process.pid}/fd").iterdir()]
                self.looked.append(("fd", "\n".join(names).encode()))

    def check(self) -> None:
        """Looks everywhere."""
        self.look()
        self.service.ask("/v1/needs", headers={"X-Request-Id": (last := secrets.token_hex(16))})
        self.wait(lambda: last in "".join(self.service.lines[self.checked :]))  # so it told of all before
        lines, self.checked = self.service.lines[self.checked :], len(self.service.lines)
        assert not heard("".join(lines)), "the log"
        assert self.service.errors == []
        assert not heard(self.service.ask("/metrics").body), "metrics"
        looked, self.looked = self.looked, []
        for name, seen in looked:
            assert not heard(seen), name
            if name in {"maps", "fd"}:
                assert b"memfd:" not in seen and b"(deleted)" not in seen, (name, seen)
            if name == "limits":
                assert b"Max core file size        0                    0 " in seen
        if os.geteuid():  # what belongs to a process whose memory nobody may read is root's, as far as others go
            for pid in (self.service.pid, *(worker.pid for worker in self.service.workers)):
                assert Path(f"/proc/{pid}/environ").stat().st_uid == 0
        assert [path for path in self.folder.rglob("*") if not path.is_dir()] == []
        for path in SHARED.rglob("*"):
            with suppress(OSError):  # it is somebody else's
                assert not heard(path.name) and not (path.is_file() and heard(path.read_bytes())), path

    def works(self) -> None:
        """It goes on."""
        self.wait(lambda: len(self.service.workers) == 2 and self.service.ask("/health/ready").status == 200)
        assert self.render().status == 200


@contextmanager
def placed(base: Path, *options: str) -> Iterator[Place]:
    """A service with one worker in each lane, over TLS, that knows its caller by a key."""
    folder = base / "folders"
    folders = {name: folder / name.lower() for name in ("HOME", "TMPDIR", "TEMP", "TMP", "XDG_CACHE_HOME", "CWD")}
    for path in folders.values():
        path.mkdir(parents=True)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("XPRESS_", "PYTHON"))}
    environment |= {name: str(path) for name, path in folders.items()}
    keys, by_name = make_keys(base, "tester")
    started = ("--workers", "1", "--keys", str(keys), *options)
    certificates = make_certificates(base)
    with running(*started, tls=certificates, env=environment, cwd=folders["CWD"]) as service:
        service.headers["Authorization"] = f"Bearer {by_name['tester']}"
        answers = Document(SOURCE, word("Book"), SITE.pages, SITE.spaces).fetched(service).answers
        place = Place(service, folder, answers)
        yield place
    assert not heard("".join(service.lines[place.checked :])) and service.errors == []
    assert by_name["tester"] not in "".join(service.lines)
    assert [path for path in folder.rglob("*") if not path.is_dir()] == []


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    base = tmp_path_factory.mktemp("service")
    with placed(base, "--templates", str(templates(base / "templates"))) as made:
        yield made


def templates(folder: Path) -> Path:
    """Templates that fail on people, or on every document, and say whom or what they fail on."""
    for name, before, after in (
        ("unsociable", "#let mention(name) = ", "#let mention(name) = panic(name)\n#let greeting(name) = "),
        ("hopeless", "#let cover-sheet() = ", "#let cover-sheet() = panic(book.title)\n#let sheet() = "),
    ):
        shutil.copytree(ROOT / "src" / "confluence_xpress" / "templates" / "default", folder / name)
        settings, looks = folder / name / "template.toml", folder / name / "template.typ"
        settings.write_text(settings.read_text("utf-8").replace('name = "default"', f'name = "{name}"', 1), "utf-8")
        text = looks.read_text("utf-8")
        assert before in text
        looks.write_text(text.replace(before, after, 1), "utf-8")
    return folder


@contextmanager
def halted(service: Service) -> Iterator[list[psutil.Process]]:
    """The workers, which do nothing more until they are told to."""
    workers = service.workers
    for worker in workers:
        worker.suspend()
    try:
        yield workers
    finally:
        for worker in workers:
            with suppress(psutil.NoSuchProcess):
                worker.resume()


def text_of(pdf: bytes) -> str:
    """The text of all pages."""
    document = import_module("pypdfium2").PdfDocument(pdf)  # has no types
    try:
        return "\n".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


# What searches, searched itself.


@pytest.mark.parametrize(
    "data",
    [
        word("Any").encode(),
        f"left {word('Any')}right".upper().encode(),
        word("Any").encode("utf-16-le"),
        word("Any").encode().hex().encode(),
        *(base64.b64encode(b"x" * shift + word("Any").encode()) for shift in range(3)),
    ],
)
def test_a_canary_is_heard(data: bytes) -> None:
    assert heard(b"before " + data + b" after") and not heard(b"before and after")


# What goes well.


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("accept", ["application/pdf", "application/zip", "multipart/form-data"])
def test_documents_are_forgotten(place: Place, kind: Kind, accept: str) -> None:
    answer = place.render(kind, accept)
    assert answer.status == 200, answer.body
    assert heard(answer.body if accept != "application/pdf" else text_of(answer.body)), "there is nothing to forget"
    place.check()


def test_parts_and_pictures_are_forgotten(place: Place) -> None:
    said = request(SITE.pages)
    common = {name: getattr(said, name) for name in ("title", "pages", "spaces", "settings", "timestamp", "source")}
    parts = {}
    for start in range(0, len(SITE.pages), 2):
        answer = send(
            place.service, "parts", PartsRequest(**common, part=Range(start, start + 2)), place.answers, "zip"
        )
        assert answer.status == 200 and heard(answer.body)
        parts[f"part{start}"] = answer.body
    whole = AssembleRequest(**common, parts=tuple(parts))
    answer = send(place.service, "assemble", whole, {}, "multipart", files=parts)
    assert answer.status == 200 and heard(text_of(answer.body))
    for form in ("png", "svg"):
        picture = PreviewRequest(**common, show="1-3", format=form)
        assert send(place.service, "preview", picture, place.answers, accept="application/zip").status == 200
    place.check()


def test_an_encrypted_document_and_its_password_are_forgotten(place: Place) -> None:
    pytest.importorskip("cryptography")
    said = request(SITE.pages, password=word("Password"))
    assert send(place.service, "render", said, place.answers, "multipart").status == 200
    place.check()


# What doesn't.


@pytest.mark.parametrize("wrong", refused(), ids=lambda wrong: wrong.name)
def test_a_refused_request_is_forgotten(place: Place, wrong: Refused) -> None:
    answer = place.service.ask(wrong.path, wrong.body, wrong.headers, wrong.method)
    assert answer.code == wrong.code, (answer.status, answer.body)
    place.check()


@pytest.mark.parametrize(("template", "code"), [("unsociable", ""), ("hopeless", "request-invalid")])
def test_what_a_template_fails_on_is_forgotten(place: Place, template: str, code: str) -> None:
    """Typst's messages then hold content."""
    answer = place.render(template=template)
    assert answer.code == code, answer.body
    place.check()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT], ids=lambda number: number.name)
def test_what_a_worker_dies_of_is_forgotten(place: Place, number: signal.Signals) -> None:
    """Nor is there a memory dump."""
    with ThreadPoolExecutor(1) as clients, halted(place.service) as workers:
        answer = place.later(clients)
        place.look()
        for worker in workers:
            worker.send_signal(number)
            worker.resume()
        assert answer.result().code == "crashed"
    place.works()
    place.check()


def test_idle_workers_that_die_leave_nothing(place: Place) -> None:
    before = place.service.workers
    for worker in before:
        worker.send_signal(signal.SIGSEGV)
    psutil.wait_procs(before, PATIENCE)
    place.works()
    place.check()


def test_what_takes_too_long_is_forgotten(place: Place) -> None:
    with ThreadPoolExecutor(1) as clients, halted(place.service):
        answer = place.later(clients)
        place.look()
        assert answer.result().code == "too-expensive"
    place.works()
    place.check()


def test_what_nobody_waits_for_any_more_is_forgotten(place: Place) -> None:
    body = b'{"title": "' + word("Half").encode()
    headers = {"Content-Type": "application/json", **place.service.headers}
    half = place.service.connect()
    half.putrequest("POST", "/v1/render")
    for name, value in {**headers, "Content-Length": "10000"}.items():
        half.putheader(name, value)
    half.endheaders(body)
    half.close()
    with halted(place.service):
        whole = place.service.connect()
        sent = encode(request(SITE.pages))
        whole.request("POST", "/v1/render", sent, headers)
        place.wait(lambda: BUSY in place.service.ask("/metrics").body)
        whole.close()
        place.wait(lambda: BUSY not in place.service.ask("/metrics").body)
    place.works()
    place.check()


def test_what_is_no_http_is_forgotten(place: Place) -> None:
    with place.service.dial() as plain:
        plain.sendall(f"GET /{word('Plain')} HTTP/1.1\r\nHost: {word('Plainhost')}\r\n\r\n".encode())
        plain.settimeout(PATIENCE)
        with suppress(ConnectionResetError):
            plain.recv(1)
    trust = place.service.trust
    assert trust
    with place.service.dial() as asked, pytest.raises(ssl.SSLCertVerificationError):
        trust.wrap_socket(asked, server_hostname=f"{word('Server').lower()}.example")
    with place.service.dial() as bare, trust.wrap_socket(bare, server_hostname="localhost") as spoken:
        spoken.sendall(f"{word('Line')}\n{word('Another')}: {word('Value')}\n\n".encode())
        assert b"request-unreadable" in spoken.recv(10_000)
    place.check()


def test_what_was_not_done_at_the_end_is_forgotten(tmp_path: Path) -> None:
    with placed(tmp_path, "--grace", "0.5") as place, ThreadPoolExecutor(1) as clients, halted(place.service):
        answer = place.later(clients)
        assert place.service.stop() == 0
        assert answer.result().code == "draining"


# Before any request.


def test_no_byte_code_is_written(tmp_path: Path) -> None:
    """Only of what Python imports before it reads the first line of ours that says so."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("XPRESS_", "PYTHON"))}
    with running("--workers", "1", env=environment | {"PYTHONPYCACHEPREFIX": str(tmp_path)}) as service:
        send(service, "render", request(SITE.pages[:1]), {})
    written = {path.name.split(".")[0] for path in tmp_path.rglob("*confluence_xpress/**/*.pyc")}
    assert written <= {"__init__", "__main__"}
    assert not [path for path in tmp_path.rglob("*.pyc") if {"uvicorn", "starlette", "typer"} & set(path.parts)]
