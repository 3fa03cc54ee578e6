"""The rendering service keeps nothing: shown in a sandbox, where it could not, and outside, where it could."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Literal

import pytest

from confluence_xpress.sources.open import open_source
from confluence_xpress.sources.selection import Selection, select
from confluence_xpress.wire.forms import AssembleRequest, PartsRequest, PreviewRequest, Range, Request
from tests import canaries, sandbox, system_calls
from tests.certificates import make_certificates
from tests.corpus import DEMO, ROOT, as_space, documents
from tests.refused_requests import refused
from tests.sandbox import box, door
from tests.service import COMMAND, Service, running
from tests.service_requests import KINDS, Document, send
from tests.system_calls import Call, calls, watch

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="/proc and signals of Linux")]

FORMS = ("application/pdf", "application/zip", "multipart/form-data")
BOOK = 40
"""Pages of the document that is made of parts."""


# What watches, watched itself.

FORBIDDEN = {
    "openat": [
        'open("new", "w")',
        'open("there", "r+")',
        'open("there", "ab")',
        'open("/nowhere/new", "w")',
        'os.open("there", os.O_RDONLY | os.O_CREAT)',
        "os.open('.', os.O_TMPFILE | os.O_RDWR)",
        'open("/proc/self/oom_score_adj", "w")',
        "tempfile.TemporaryFile()",
        "shared_memory.SharedMemory(create=True, size=9).unlink()",
        "subprocess.run([sys.executable, '-c', 'open(\"there\", \"w\")'])",
        "thread(lambda: open('there', 'w'))",
    ],
    "mkdir": ['os.mkdir("folder")'],
    "rename": ['os.rename("folder", "moved")'],
    "unlink": ['os.unlink("new")'],
    "symlink": ['os.symlink("there", "link")'],
    "truncate": ['os.truncate("there", 0)'],
    "chmod": ['os.chmod("there", 0o600)'],
    "utimensat": ['os.utime("there")'],
    "mknodat": ['os.mkfifo("pipe")'],
    "setxattr": ['os.setxattr("there", "user.a", b"b")'],
    "memfd_create": ['os.memfd_create("any")'],
    "connect": [
        'socket.create_connection(("127.0.0.1", 9))',
        'socket.create_connection(("::1", 9))',
        'socket.socket(socket.AF_UNIX).connect("/nowhere")',
        'socket.socket(socket.AF_UNIX).connect("\\0nobody")',
    ],
    "sendto": ['socket.socket(type=socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", 9))'],
    "sendmsg": ['socket.socket(type=socket.SOCK_DGRAM).sendmsg([b"x"], [], 0, ("127.0.0.1", 9))'],
    "bind": ['socket.socket().bind(("127.0.0.1", 0))'],
    "socket": ["socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)"],
    "shmget": ["library.shmget(0, 9, 0o1600)"],
}
HARMLESS = [
    'open("there").close()',
    'open("/dev/null", "w").close()',
    "[each.close() for each in socket.socketpair()]",
    "subprocess.run(['/bin/true'], stdout=subprocess.DEVNULL)",
    "sys.stdout.write('said')",
]
"""Calls of Python, by the system call that they can't do without."""


def tried(statements: Sequence[str], folder: Path) -> list[str]:
    """The names of what was found in a program that tries to do these things."""
    program = (
        "import ctypes, os, socket, subprocess, sys, tempfile, threading\n"
        "from multiprocessing import shared_memory\n"
        "library = ctypes.CDLL(None)\n"
        "def thread(target):\n    one = threading.Thread(target=target)\n    one.start()\n    one.join()\n"
        "for statement in sys.argv[2:]:\n    try:\n        exec(statement)\n    except OSError:\n        pass\n"
    )
    home = folder / "home"
    home.mkdir()
    (home / "there").touch()
    command = [*watch(folder), sys.executable, "-c", program, "marker", *statements]
    subprocess.run(command, cwd=home, env=sandbox.ENVIRONMENT, check=True, capture_output=True)
    return [call.name for each in calls(folder, "marker").values() for call in each if not call.is_harmless]


@pytest.mark.skipif(bool(system_calls.unavailable()), reason=str(system_calls.unavailable()))
@pytest.mark.parametrize(("name", "statements"), FORBIDDEN.items(), ids=FORBIDDEN)
def test_who_watches_sees_what_is_forbidden(name: str, statements: list[str], tmp_path: Path) -> None:
    for number, statement in enumerate(statements):
        folder = tmp_path / str(number)
        folder.mkdir()
        found = tried([statement], folder)
        assert any(each.startswith((name, name.removesuffix("at"))) for each in found), (statement, found)


@pytest.mark.skipif(bool(system_calls.unavailable()), reason=str(system_calls.unavailable()))
def test_who_watches_has_nothing_against_the_rest(tmp_path: Path) -> None:
    assert tried(HARMLESS, tmp_path) == []


# In a sandbox.

UNAVAILABLE = sandbox.unavailable() or system_calls.unavailable()
confined = pytest.mark.skipif(bool(UNAVAILABLE), reason=str(UNAVAILABLE))
PROBE = """
import json, os, socket, stat
from pathlib import Path

def mounts():
    for line in Path("/proc/self/mountinfo").read_text().splitlines():
        yield line.split()[4].encode().decode("unicode_escape")

def refuses(folder):
    try:
        os.open(folder, os.O_TMPFILE | os.O_RDWR)
        Path(folder, "litter").touch()
    except OSError:
        return True

def reaches(address):
    try:
        socket.create_connection(address, 1)
    except OSError:
        return False
    return True

def is_writable(mount):
    try:
        return not os.statvfs(mount).f_flag & os.ST_RDONLY
    except OSError:
        return False  # below what nobody may enter

folders = ("/", "/tmp", "/var/tmp", "/dev", "/dev/shm", "/run", "/root", "/home", "/proc/self", os.getcwd())
print(json.dumps({
    "uid": os.getuid(),
    "status": dict(line.split(":\\t", 1) for line in Path("/proc/self/status").read_text().splitlines()),
    "writable": sorted({mount for mount in mounts() if is_writable(mount)}),
    "refused": all(map(refuses, folders)),
    "devices": sorted(os.listdir("/dev")),
    "networks": [name for _, name in socket.if_nameindex()],
    "reached": any(map(reaches, json.loads(os.environ["OUTSIDE"]))),
}))
"""


@confined
def test_in_the_sandbox_nothing_can_be_written_and_nobody_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as outside:
        elsewhere = {"OUTSIDE": json.dumps([outside.getsockname(), ("192.0.2.1", 443)])}
        environment = {**sandbox.ENVIRONMENT, **elsewhere}
        command = [*box(), sys.executable, "-c", PROBE]
        said = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    seen = json.loads(said)
    assert seen["uid"] == 1000
    assert {int(seen["status"][f"Cap{kind}"], 16) for kind in ("Inh", "Prm", "Eff", "Bnd", "Amb")} == {0}
    assert int(seen["status"]["NoNewPrivs"]) == 1
    assert seen["writable"] == ["/dev/null", "/dev/urandom"] and seen["devices"] == ["null", "urandom"]
    assert seen["refused"] and seen["networks"] == ["lo"] and not seen["reached"]


def whole_corpus(folder: Path) -> list[Document]:
    """Each page by itself, with its media, and spaces as a whole; without the corpus, what there is here."""
    paths = documents("storage", "adf")
    spaces = documents("space-exports")
    if not paths:
        bodies = sorted((ROOT / "tests" / "golden").glob("[as]*/*"))
        paths = [path for path in bodies if path.suffix in {".xml", ".json"} and not path.stem.endswith(".tree")]
        spaces = [DEMO]
    source = open_source(as_space(folder, paths))
    site = source.pages()
    return [
        *(Document(source, page.title, (page,), site.spaces) for page in site.pages),
        *(whole(path) for path in spaces),
    ]


def whole(path: Path) -> Document:
    """All pages of a source as one document."""
    source = open_source(path)
    site = source.pages()
    return Document(source, path.stem, select(site, Selection(blogposts=True)), site.spaces)


def render(service: Service, document: Document, number: int) -> None:
    """Has a document rendered, each in another way."""
    kind = KINDS[number % len(KINDS)]
    form = FORMS[number // len(KINDS) % len(FORMS)]
    full = document.fetched(service, kind)
    request = Request(title=full.title, pages=full.pages, spaces=full.spaces, timestamp=0)
    answer = send(service, "render", request, full.answers, kind, form)
    assert answer.status == 200, (full.title, answer.body)
    assert answer.headers.get_content_type() == form
    assert b"%PDF-1.7" in answer.body and b'name="problem"' not in answer.body, full.title


def preview(service: Service, document: Document) -> None:
    """Has pictures made of the first page."""
    full = document.fetched(service)
    pictures: dict[Literal["png", "svg"], bytes] = {"png": b"\x89PNG", "svg": b"<svg"}
    for form, begin in pictures.items():
        request = PreviewRequest(title=full.title, pages=full.pages, spaces=full.spaces, format=form)
        answer = send(service, "preview", request, full.answers, "multipart")
        assert answer.status == 200 and answer.body.startswith(begin), (full.title, answer.body[:300])


def render_in_parts(service: Service, whole: Document) -> None:
    """Has a document's parts made, and the document of them."""
    full = whole.fetched(service, "zip")
    cuts = [*range(0, len(full.pages), BOOK // 3), len(full.pages)]
    made: dict[str, bytes] = {}
    for start, stop in pairwise(cuts):
        wanted = PartsRequest(title=full.title, pages=full.pages, timestamp=0, part=Range(start, stop))
        answer = send(service, "parts", wanted, full.answers, "zip")
        assert answer.status == 200, answer.body
        made[f"part{start}"] = answer.body
    request = AssembleRequest(title=full.title, pages=full.pages, timestamp=0, parts=tuple(made))
    answer = send(service, "assemble", request, {}, "multipart", files=made)
    assert answer.status == 200 and answer.body.startswith(b"%PDF"), answer.body[:300]


def refuse(service: Service) -> None:
    """Sends all that is refused."""
    for wrong in refused():
        answer = service.ask(wrong.path, wrong.body, wrong.headers, wrong.method)
        assert answer.code == wrong.code, (wrong.name, answer.status, answer.body)


@confined
def test_the_corpus_is_rendered_without_writing_a_file_or_making_a_connection(tmp_path: Path) -> None:
    """All of it over TLS, in the sandbox, watched from the service's first instruction to its last."""
    for name in ("certificates", "pages", "trace"):
        (tmp_path / name).mkdir()
    certificates = make_certificates(tmp_path / "certificates")
    wanted = whole_corpus(tmp_path / "pages")
    book = Document(wanted[0].source, "Book", tuple(each.pages[0] for each in wanted[:BOOK]), wanted[0].spaces)
    wrap = (*watch(tmp_path / "trace"), *box())
    with (
        running("--grace", "5", tls=certificates, wrap=wrap, env=sandbox.ENVIRONMENT) as service,
        door(service.pid) as dial,
        ThreadPoolExecutor(4) as clients,
    ):
        service.dial = lambda: dial(service.address[1])
        pid, workers = service.pid, [worker.pid for worker in service.workers]
        jobs: list[Future[None]] = [
            clients.submit(render, service, document, number) for number, document in enumerate(wanted)
        ]
        jobs += [clients.submit(preview, service, document) for document in wanted[::15]]
        jobs += [clients.submit(render_in_parts, service, book), clients.submit(refuse, service)]
        for job in jobs:
            job.result()
        assert service.stop() == 0
    assert not canaries.heard("".join(service.lines)) and service.errors == []

    made = calls(tmp_path / "trace", COMMAND[-1])
    assert {pid, *workers} <= made.keys(), "somebody wasn't watched"
    odd = [call for each in made.values() for call in each if not call.is_harmless]
    bound = [call for call in odd if call.name == "bind"]
    assert len(bound) == 1 and 'sin_addr=inet_addr("127.0.0.1")' in bound[0].rest
    assert [call for call in odd if call.name not in {"bind", "memfd_create"}] == []
    check_memory_files(made)
    for worker in workers:
        check_not_dumpable(made, worker)
    check_not_dumpable(made, pid)


def check_memory_files(made: dict[int, list[Call]]) -> None:
    """Files in memory are for SVG previews only; nobody inherits or is handed one, and there are none besides."""
    holders = [each for each in made.values() if any(call.name == "memfd_create" for call in each)]
    assert holders, "no preview was made"
    for each in holders:
        for call in each:
            if call.name == "memfd_create":
                assert call.rest.startswith('"preview", MFD_CLOEXEC')
            assert "SCM_RIGHTS" not in call.rest or call.name == "recvmsg"
            assert call.name not in {"fork", "vfork", "execve"}
            assert not call.name.startswith("clone") or "CLONE_THREAD" in call.rest


def check_not_dumpable(made: dict[int, list[Call]], pid: int) -> None:
    """A process has seen to it that the kernel never hands out its memory, be it in a file or to a debugger."""
    told = [call.rest for call in made[pid] if call.name == "prctl" and call.rest.startswith("PR_SET_DUMPABLE")]
    assert told and all(each.startswith("PR_SET_DUMPABLE, SUID_DUMP_DISABLE") for each in told), pid
