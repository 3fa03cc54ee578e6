"""What a request may bring: JSON, forms and zip archives, in whatever pieces they come, whole or broken."""

from __future__ import annotations

import asyncio
import io
import struct
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from starlette.requests import ClientDisconnect, Request

from confluence_xpress.service.http.form import Form, FormLimits
from confluence_xpress.service.http.header_values import parsed
from confluence_xpress.service.http.intake import Budget, Intake, IntakeLimits, take_in, unpack
from confluence_xpress.service.problems import Problem

SMALL = IntakeLimits(total=20_000, file=2_000, files=10, text=5_000, part_headers=500)
BOUNDARY = "----boundary-1"
JSON = "application/json"
FORM = f"multipart/form-data; boundary={BOUNDARY}"


def request_of(chunks: Iterable[bytes], headers: dict[str, str], wait: float = 0, *, gone: bool = False) -> Request:
    """A request whose body comes in pieces, after a wait before each."""
    pieces = list(chunks)

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(wait)
        if pieces:
            return {"type": "http.request", "body": pieces.pop(0), "more_body": True}
        return {"type": "http.disconnect"} if gone else {"type": "http.request", "body": b"", "more_body": False}

    encoded = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
    return Request({"type": "http", "method": "POST", "path": "/", "headers": encoded}, receive)


def take(
    chunks: Sequence[bytes],
    media_type: str = JSON,
    limits: IntakeLimits = SMALL,
    budget: Budget | None = None,
    coding: str = "identity",
) -> Intake:
    """Takes in a body that says its length."""
    length = str(sum(map(len, chunks)))
    headers = {"content-type": media_type, "content-length": length, "content-encoding": coding}
    with (budget or Budget(1_000_000)).share() as share:
        taken = asyncio.run(take_in(request_of(chunks, headers), limits, share))
        assert share.held == taken.size == sum(map(len, chunks))
    return taken


def code(
    body: bytes | Sequence[bytes], media_type: str = JSON, limits: IntakeLimits = SMALL, coding: str = "identity"
) -> str:
    """The problem with it."""
    with pytest.raises(Problem) as caught:
        take([body] if isinstance(body, bytes) else body, media_type, limits, coding=coding)
    return caught.value.code


def cut(body: bytes, cuts: Iterable[int]) -> list[bytes]:
    at = sorted({0, len(body), *(cut % (len(body) + 1) for cut in cuts)})
    return [body[start:end] for start, end in pairwise(at)]


# One file.


def test_json() -> None:
    taken = take([b'{"a"', b": 1}"])
    assert taken == Intake("json", 8, 8, {"request": b'{"a": 1}'})
    assert take([b"{}"], "Application/JSON ; charset=UTF-8").kind == "json"


@pytest.mark.parametrize(
    "media_type",
    [
        "",
        "text/plain",
        "application/json, text/plain",
        "application/json; charset=utf-16",
        "application/json; charset=utf-8; charset=utf-16",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "multipart/mixed; boundary=a",
        "multipart/form-data; boundary=",
        f"multipart/form-data; boundary={71 * 'a'}",
        'multipart/form-data; boundary="a "',
        "multipart/form-data; boundary=a; boundary=b",
        "multipart/form-data; boundary=\xe9",
        "application/zip/more",
    ],
)
def test_other_media_types_are_refused(media_type: str) -> None:
    assert code(b"{}", media_type) in {"media-type-unsupported", "request-unreadable"}


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "gzip, identity", "identity, identity", "x"])
def test_compressed_bodies_are_refused(coding: str) -> None:
    assert code(b"{}", coding=coding) == "media-type-unsupported"
    assert take([b"{}"], coding="Identity").size == 2


def test_there_must_be_a_body() -> None:
    request = request_of([], {"content-type": JSON})
    with Budget(10).share() as share, pytest.raises(Problem, match="length-required"):
        asyncio.run(take_in(request, SMALL, share))


@pytest.mark.parametrize(("media_type", "limit"), [(JSON, 5_000), ("application/zip", 20_000), (FORM, 20_000)])
def test_a_declared_length_is_refused_before_anything_is_read(media_type: str, limit: int) -> None:
    async def never() -> dict[str, Any]:
        raise AssertionError("it was read")

    headers = {"content-type": media_type, "content-length": str(limit + 1)}
    request = request_of([], headers)
    request._receive = never
    with Budget(1_000_000).share() as share, pytest.raises(Problem, match="too-large"):
        asyncio.run(take_in(request, SMALL, share))


def test_an_undeclared_length_is_refused_as_soon_as_it_is_too_much() -> None:
    came: list[int] = []

    def pieces() -> Iterable[bytes]:
        for number in range(100):
            came.append(number)
            yield 1_000 * b" "

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": next(source), "more_body": True}

    source = iter(pieces())
    request = request_of([], {"content-type": JSON, "transfer-encoding": "chunked"})
    request._receive = receive
    with Budget(1_000_000).share() as share, pytest.raises(Problem, match="too-large"):
        asyncio.run(take_in(request, SMALL, share))
    assert len(came) == 6


def test_a_client_that_goes_is_no_problem_of_its_request() -> None:
    budget = Budget(1_000)
    with pytest.raises(ClientDisconnect), budget.share() as share:
        asyncio.run(take_in(request_of([b"{"], {"content-type": JSON, "content-length": "5"}, gone=True), SMALL, share))
    assert budget.held == 0


# Time.


def seconds(limits: IntakeLimits, chunk: bytes, wait: float, count: int = 50) -> Problem | Intake:
    headers = {"content-type": JSON, "transfer-encoding": "chunked"}
    with Budget(1_000_000).share() as share:
        try:
            return asyncio.run(take_in(request_of(count * [chunk], headers, wait), limits, share))
        except Problem as problem:
            return problem


def test_a_body_must_come_in_time() -> None:
    problem = seconds(IntakeLimits(seconds=0.1, grace_seconds=10), b" ", 0.02)
    assert isinstance(problem, Problem) and problem.code == "too-slow"


@pytest.mark.slow
def test_a_body_must_come_fast_enough() -> None:
    problem = seconds(IntakeLimits(grace_seconds=0.1, rate=1_000), b" ", 0.02)
    assert isinstance(problem, Problem) and problem.code == "too-slow"
    assert isinstance(seconds(IntakeLimits(grace_seconds=0.05, rate=1_000), 1_000 * b" ", 0.02, 10), Intake)


# The budget.


def test_what_is_held_is_limited_and_given_back() -> None:
    budget = Budget(100)
    with budget.share() as one:
        one.reserve(60)
        with pytest.raises(Problem, match="busy") as caught, budget.share() as other:  # noqa: PT012
            other.reserve(40)
            other.reserve(1)
        assert int(caught.value.headers["Retry-After"]) > 0
        assert budget.held == 60
        one.give_back(50)
        assert budget.held == one.held == 10
        one.give_back(1_000)
        assert budget.held == 0
        one.reserve(100)
    assert budget.held == 0


def test_a_body_that_does_not_fit_is_refused() -> None:
    budget = Budget(1_000)
    with pytest.raises(Problem, match="busy"):
        take([2_000 * b" "], budget=budget)
    assert budget.held == 0
    with pytest.raises(Problem, match="busy"), budget.share() as share:  # noqa: PT012
        headers = {"content-type": JSON, "transfer-encoding": "chunked"}
        asyncio.run(take_in(request_of(3 * [400 * b" "], headers), SMALL, share))
    assert budget.held == 0
    assert take([1_000 * b" "], budget=budget).size == 1_000


# Forms.


def part(name: str, content: bytes, *headers: str) -> bytes:
    disposition = f'Content-Disposition: form-data; name="{name}"'
    return "\r\n".join([f"--{BOUNDARY}", disposition, *headers, "", ""]).encode() + content + b"\r\n"


def form(*parts: bytes) -> bytes:
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def with_disposition(text: str) -> bytes:
    """A form whose second field has such a Content-Disposition."""
    odd = f"--{BOUNDARY}\r\nContent-Disposition: {text}\r\n\r\nx\r\n".encode()
    return form(part("request", b"{}"), odd)


def test_a_form() -> None:
    body = form(
        part("request", b'{"a": 1}', "Content-Type: application/json"),
        part("file0", b"\r\n--\r\n\0\xff", "Content-Type: image/png"),
        part("file1", b""),
    )
    taken = take([body], FORM)
    assert taken.files == {"request": b'{"a": 1}', "file0": b"\r\n--\r\n\0\xff", "file1": b""}
    assert (taken.kind, taken.text, taken.size) == ("multipart", 8, len(body))


CONTENT = st.one_of(
    st.binary(max_size=60),
    st.lists(st.sampled_from([b"\r", b"\n", b"-", b"--", b"\r\n--", b"--boundary", BOUNDARY.encode(), b"x"])).map(
        b"".join
    ),
).filter(lambda content: f"\r\n--{BOUNDARY}".encode() not in b"\r\n" + content)


@pytest.mark.slow
@given(st.lists(CONTENT, max_size=4), st.lists(st.integers(0, 10_000), max_size=30))
@example([b"\r\n--" + BOUNDARY.encode()[:-1]], list(range(300)))
@settings(max_examples=80)
def test_a_form_is_the_same_however_it_arrives(contents: list[bytes], cuts: list[int]) -> None:
    files = {f"file{number}": content for number, content in enumerate(contents)} | {"request": b"{}"}
    body = form(*(part(name, content) for name, content in files.items()))
    assert take(cut(body, cuts), FORM).files == files


TOKENS = [
    b"--", BOUNDARY.encode(), b"\r\n", b"\r", b"\n", b"-", b" ", b"\t", b":", b"x", b"Content-Disposition", b": ",
    b'form-data; name="file0"', f"\r\n--{BOUNDARY}".encode(), f"--{BOUNDARY}--".encode(), part("request", b"{}"),
    part("file1", b"abc"), f"--{BOUNDARY} \r\n".encode(), f"\r\n--{BOUNDARY}-".encode(),
]  # fmt: skip


@pytest.mark.slow
@given(st.lists(st.sampled_from(TOKENS), max_size=12), st.lists(st.integers(0, 10_000), max_size=20))
@settings(max_examples=200)
def test_nonsense_is_the_same_however_it_arrives(tokens: list[bytes], cuts: list[int]) -> None:
    body = b"".join(tokens)
    results: list[object] = []
    for chunks in ([body], cut(body, cuts), [bytes([byte]) for byte in body]):
        received = Form(BOUNDARY, FormLimits(file=2_000, files=10, text=5_000, headers=500))
        try:
            for chunk in chunks:
                received.write(chunk)
            results.append(received.files())
        except Problem as problem:
            results.append(problem.detail)
    assert results[0] == results[1] == results[2]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        form(),
        form(part("file0", b"x")),
        form(part("request", b"{}"))[:-4],
        form(part("request", b"{}"))[:-20],
        part("request", b"{}")[:-2],
        b"--" + BOUNDARY.encode(),
        b"preamble\r\n" + form(part("request", b"{}")),
        b"\r\npre-amble\r\n" + form(part("request", b"{}")),
        b"\r\n" + form(part("request", b"{}")),
        form(part("request", b"{}")).replace(b"\r\n", b"\n"),
        form(part("request", b"{}"), part("request", b"{}")),
        form(part("request", b"{}"), part("file0", b"x"), part("file0", b"x")),
        form(part("request", b"{}", "X-Long: " + 600 * "x")),
        form(part("request", b"{}", *(f"X-{number}: y" for number in range(30)))),
        form(part("request", b"{}", *(f"X-{number}: {40 * 'y'}" for number in range(14)))),
        form(part("request", b"{}", " folded")),
        form(part("request", b"{}", "Content-Disposition: form-data; name=file0")),
        form(part("request", b"{}", "no colon")),
        form(part("request", b"{}", "Content-Transfer-Encoding: base64")),
        form(part("request", b"{}", "X-Latin: \xe9")).replace("é".encode(), b"\xe9"),
        form(f"--{BOUNDARY}\r\n\r\n{{}}\r\n".encode()),
        form(f"--{BOUNDARY}\r\nContent-Type: text/plain\r\n\r\n{{}}\r\n".encode()),
        with_disposition("form-data"),
        with_disposition("form-data; name="),
        with_disposition('form-data; name=""'),
        with_disposition('form-data; name="a'),
        with_disposition('form-data; name="../a"'),
        with_disposition('form-data; name="a/b"'),
        with_disposition('form-data; name="a b"'),
        with_disposition('form-data; name="ä"'),
        with_disposition('form-data; name=".a"'),
        with_disposition("form-data; name*=UTF-8''file0"),
        with_disposition('form-data; filename="a"; filename="b"; name="file0"'),
        with_disposition('form-data; name="file0"; name="file1"'),
        with_disposition('form-data; NAME="file0"; name="file1"'),
        with_disposition('form-data; filename="name=file0"'),
        with_disposition('form-data; filename="a"; name=file0"'),
        with_disposition('form-data; filename="a" name="file0"'),
        with_disposition('attachment; name="file0"'),
        with_disposition('form-data name="file0"'),
        with_disposition(f'form-data; name="{101 * "a"}"'),
    ],
)
def test_forms_that_break_the_rules_are_refused(body: bytes) -> None:
    assert code(body, FORM) == "request-unreadable"
    assert code([bytes([byte]) for byte in body], FORM) == "request-unreadable"


@pytest.mark.parametrize(
    "disposition",
    [
        "form-data; name=file0",
        'Form-Data ;name="file0" ; filename="a;b; name=x"',
        "form-data; name=\"file0\"; filename*=UTF-8''%2e%2e%2fetc",
        'form-data; filename="a\\"; name=\\"request"; name="file0"',
        'form-data; name="file0"; filename="../../Grüße.png";',
    ],
)
def test_file_names_mean_nothing(disposition: str) -> None:
    assert take([with_disposition(disposition)], FORM).files == {"request": b"{}", "file0": b"x"}


@pytest.mark.parametrize(
    "body",
    [
        form(part("request", 5_001 * b" ")),
        form(part("request", b"{}"), part("file0", 2_001 * b"x")),
        form(part("request", b"{}"), *(part(f"file{number}", b"") for number in range(10))),
    ],
)
def test_forms_are_limited(body: bytes) -> None:
    assert code(body, FORM) == "too-large"
    assert code(cut(body, range(0, len(body), 100)), FORM) == "too-large"


def test_forms_may_be_as_large_as_that() -> None:
    files = {"request": 5_000 * b" "} | {f"file{number}": 1_000 * b"x" for number in range(9)}
    assert take([form(*(part(name, content) for name, content in files.items()))], FORM).files == files


@given(st.text(max_size=40))
@example("a; b=c")
@example('a; b="\\"";c=d')
@settings(max_examples=150)
def test_any_header_is_read_or_refused(text: str) -> None:
    found = parsed(text)
    assert found is None or found[0] == found[0].lower()


# Zip archives.

ZIP = "application/zip"


def packed(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return memory.getvalue()


def problem_with(data: bytes, limits: IntakeLimits = SMALL) -> str:
    with pytest.raises(Problem) as caught:
        unpack(data, limits)
    return caught.value.code


FILES = {"request.json": b'{"a": 1}', "media/a.png": 900 * b"\0", "Grüße.txt": b"x", "empty": b""}
UNPACKED = {"request" if name == "request.json" else name: content for name, content in FILES.items()}


def test_a_zip_archive_is_kept_for_a_worker() -> None:
    data = packed(FILES)
    assert take(cut(data, range(0, 500, 7)), ZIP) == Intake("zip", 8, len(data), {"zip": data})


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_zip_archive_is_unpacked(method: int) -> None:
    assert unpack(packed(FILES, method), SMALL) == UNPACKED


def test_a_zip_archive_may_be_written_as_a_stream() -> None:
    class Stream(io.RawIOBase):
        """Can't go back, so that sizes follow the content."""

        def __init__(self) -> None:
            self.written = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, data: Any) -> int:
            self.written += data
            return len(data)

    stream = Stream()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.mkdir("media")
        for name, content in FILES.items():
            with archive.open(name, "w", force_zip64=True) as file:
                file.write(content)
        archive.comment = b"a comment"
    assert unpack(bytes(stream.written), SMALL) == UNPACKED


def end_64(data: bytes) -> bytes:
    """The same archive with the end that large ones have, and sizes as large ones have them."""
    entries, size, start = struct.unpack_from("<H2L", data, len(data) - 12)
    where = len(data) - 22
    end = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, entries, entries, size, start)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, where, 1)
    last = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    return data[:where] + end + locator + last


def test_the_form_of_large_archives_is_understood() -> None:
    assert unpack(end_64(packed(FILES)), SMALL) == UNPACKED
    entry = struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 45, 45, 0, 0, 0, 0, zlib.crc32(b"{}"), *(2 * [0xFFFFFFFF]), 12, 28, 0, 0, 0, 0, 0xFFFFFFFF)  # fmt: skip  # noqa: E501
    local = struct.pack("<4s5H3L2H", b"PK\x03\x04", 45, 0, 0, 0, 0, zlib.crc32(b"{}"), 2, 2, 12, 0) + b"request.json{}"
    directory = entry + b"request.json" + struct.pack("<2H3Q", 1, 24, 2, 2, 0)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, len(directory), len(local), 0)
    assert unpack(local + directory + end, SMALL) == {"request": b"{}"}


GOOD = packed(FILES)
END = len(GOOD) - 22


def changed(data: bytes, at: int, value: bytes) -> bytes:
    return data[:at] + value + data[at + len(value) :]


def entry_at(name: str, data: bytes = GOOD) -> int:
    """Where the list says something of a file."""
    return data.rindex(name.encode()) - 46


def local_at(name: str, data: bytes = GOOD) -> int:
    return data.index(name.encode()) - 30


def flagged(flags: int) -> bytes:
    return changed(GOOD, entry_at("request.json") + 8, struct.pack("<H", flags))


def moded(mode: int, name: str = "empty") -> bytes:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        archive.writestr("request.json", b"{}")
        entry = zipfile.ZipInfo(name)
        entry.create_system = 3
        entry.external_attr = mode << 16
        archive.writestr(entry, b"/etc/passwd")
    return memory.getvalue()


@pytest.mark.filterwarnings("ignore:Duplicate name")
def doubled() -> bytes:
    a, b = packed({"request.json": b"{}", "a": b"1", "b": b"2"}), b"PK\x01\x02"
    assert b in a
    return a.replace(b"b" + b"2", b"a" + b"2").replace(b"bPK", b"aPK")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK",
        b"{}",
        GOOD[:-1],
        GOOD[:END],
        GOOD[10:],
        GOOD + b"x",
        b"x" + GOOD,
        packed({}),
        packed({"a": b"x"}),
        packed({"request.json": b"{}", "request": b"{}"}),
        packed({"request": b"{}"}),
        changed(GOOD, END + 4, b"\1\0"),
        changed(GOOD, END + 8, b"\1\0"),
        changed(GOOD, END + 8, b"\3\0\3\0"),
        changed(GOOD, END + 8, b"\5\0\5\0"),
        changed(GOOD, END + 8, b"\xff\xff\xff\xff"),
        changed(GOOD, END + 16, b"\0\0\0\0"),
        changed(GOOD, END + 12, b"\xff\xff\xff\0"),
        changed(GOOD, entry_at("request.json"), b"XX"),
        changed(GOOD, entry_at("request.json") + 10, b"\x0c\0"),
        changed(GOOD, entry_at("request.json") + 10, b"\0\0"),
        changed(GOOD, entry_at("request.json") + 16, b"\0\0\0\0"),
        changed(GOOD, entry_at("request.json") + 20, b"\1\0\0\0"),
        changed(GOOD, entry_at("request.json") + 24, b"\7\0\0\0"),
        changed(GOOD, entry_at("request.json") + 24, b"\x09\0\0\0"),
        changed(GOOD, entry_at("request.json") + 24, b"\xff\xff\xff\xff"),
        changed(GOOD, entry_at("request.json") + 28, b"\xff\xff"),
        changed(GOOD, entry_at("request.json") + 30, b"\xff\xff"),
        changed(GOOD, entry_at("request.json") + 42, b"\xf0\xff\xff\xff"),
        changed(GOOD, entry_at("media/a.png") + 42, b"\0\0\0\0"),
        changed(GOOD, local_at("request.json"), b"XX"),
        changed(GOOD, local_at("request.json") + 6, b"\1\0"),
        changed(GOOD, local_at("request.json") + 8, b"\0\0"),
        changed(GOOD, local_at("request.json") + 30, b"REQUEST"),
        changed(GOOD, local_at("request.json") + 28, b"\xff\xff"),
        changed(GOOD, local_at("request.json") + 44, b"\xff\xff"),
        flagged(0x1),
        flagged(0x41),
        flagged(0x2000),
        moded(0o120777),
        moded(0o020666),
        moded(0o010666),
        moded(0o100644, "folder/"),
        packed({"request.json": b"{}"}, zipfile.ZIP_LZMA),
        packed({"request.json": b"{}"}, zipfile.ZIP_BZIP2),
        doubled(),
        *(packed({"request.json": b"{}", name: b"x"}) for name in [
            "/etc/passwd", "../a", "a/../b", "a/..", "./a", "a//b", "//a", "a\\b", "..\\a", "C:a", "C:/a", "a\nb",
            "a\x1bb", "a\u202eb", 501 * "a", "..", ".", "/",
        ]),
    ],
)  # fmt: skip
def test_archives_that_no_honest_program_writes_are_refused(data: bytes) -> None:
    assert problem_with(data) == "request-unreadable"
    assert take([data], ZIP).text >= 0


def overlapping() -> bytes:
    """Many entries for the same bytes, as the best bombs have them."""
    content = zlib.compressobj(9, zlib.DEFLATED, -15)
    raw = content.compress(1_500 * b"\0") + content.flush()
    checksum = zlib.crc32(1_500 * b"\0")
    local = (
        struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, 0, 8, 0, 0, checksum, len(raw), 1_500, 12, 0)
        + b"request.json"
        + raw
    )
    entry = struct.pack(
        "<4s6H3L5H2L", b"PK\x01\x02", 20, 20, 0, 8, 0, 0, checksum, len(raw), 1_500, 12, 0, 0, 0, 0, 0, 0
    )
    directory = b"".join(entry + name for name in [b"request.json", b"request.jso1", b"request.jso2"])
    return local + directory + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 3, 3, len(directory), len(local), 0)


def quoted() -> bytes:
    """An entry whose content begins with the header of the next one, which is listed too."""
    inner = struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, 0, 0, 0, 0, zlib.crc32(b"{}"), 2, 2, 12, 0) + b"request.json{}"
    outer = (
        struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, 0, 0, 0, 0, zlib.crc32(inner), len(inner), len(inner), 1, 0) + b"a"
    )
    entry = struct.Struct("<4s6H3L5H2L")
    size = len(inner)
    directory = entry.pack(b"PK\x01\x02", 20, 20, 0, 0, 0, 0, zlib.crc32(inner), size, size, 1, 0, 0, 0, 0, 0, 0) + b"a"
    directory += entry.pack(b"PK\x01\x02", 20, 20, 0, 0, 0, 0, zlib.crc32(b"{}"), 2, 2, 12, 0, 0, 0, 0, 0, len(outer))
    directory += b"request.json"
    local = outer + inner
    return local + directory + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 2, 2, len(directory), len(local), 0)


def test_entries_must_not_overlap() -> None:
    assert problem_with(overlapping()) == "request-unreadable"
    with pytest.raises(Problem) as caught:
        unpack(quoted(), SMALL)
    assert "overlap" in caught.value.detail


@pytest.mark.parametrize(
    ("data", "limits"),
    [
        (packed({"request.json": 5_001 * b" "}), SMALL),
        (packed({"request.json": b"{}", "a": 2_001 * b" "}), SMALL),
        (packed({"request.json": b"{}"} | {f"{number}": b"" for number in range(10)}), SMALL),
        (
            packed({"request.json": b"{}"} | {f"{number}": 1_500 * b" " for number in range(9)}),
            IntakeLimits(total=9_000),
        ),
        (packed({"request.json": 17_000_000 * b" "}), IntakeLimits()),
        (changed(GOOD, END + 8, b"\x0b\0\x0b\0"), SMALL),
    ],
)
def test_archives_are_limited(data: bytes, limits: IntakeLimits) -> None:
    assert problem_with(data, limits) == "too-large"


def test_an_archive_that_lies_about_sizes_is_not_unpacked_further() -> None:
    """It says 900 bytes, and has so many that memory would run out."""
    bomb = packed({"request.json": b"{}", "media/a.png": 50_000_000 * b"\0"})
    at = entry_at("media/a.png", bomb) + 24
    assert problem_with(changed(bomb, at, struct.pack("<L", 900))) == "request-unreadable"


@given(st.data())
@settings(max_examples=150)
def test_damaged_archives_are_refused_or_whole(data: st.DataObject) -> None:
    archive = bytearray(GOOD)
    for _ in range(data.draw(st.integers(1, 4))):
        archive[data.draw(st.integers(0, len(archive) - 1))] = data.draw(st.integers(0, 255))
    try:
        files = unpack(bytes(archive), SMALL)
    except Problem:
        return
    assert files["request"] == FILES["request.json"]
    assert sorted(files.values()) == sorted(UNPACKED.values())


@pytest.mark.slow
@given(st.dictionaries(st.from_regex(r"\A[a-z]{1,8}(/[a-z0-9]{1,8}){0,2}\Z"), st.binary(max_size=100), max_size=6))
@settings(max_examples=50)
def test_honest_archives_are_unpacked(files: dict[str, bytes]) -> None:
    files.pop("request", None)
    assert unpack(packed({"request.json": b"{}"} | files), SMALL) == {"request": b"{}"} | files
