"""The forms in which requests go out and documents come back, read in pieces of any size."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from confluence_xpress.remote.fields import BrokenFormError, Fields, boundary_of
from confluence_xpress.remote.upload import Attached, Content, Upload
from confluence_xpress.service.http.form import Form, FormLimits

FORM = (
    b'--b\r\nContent-Disposition: form-data; name="progress"\r\nContent-Type: application/json\r\n\r\n{}\r\n'
    b"--b\r\nContent-Type: application/pdf\r\n"
    b'Content-Disposition: form-data; name="file0"; filename="a;\\"b.pdf"\r\n\r\n'
    b"%PDF\r\n--\r\n-b\r\n--\r\n"
    b'--b\r\nContent-Disposition: form-data; name="empty"\r\n\r\n\r\n--b--\r\n'
)
FIELDS = [
    ("progress", "application/json", b"{}"),
    ("file0", "application/pdf", b"%PDF\r\n--\r\n-b\r\n--"),
    ("empty", "", b""),
]


def pieces(data: bytes, size: int) -> Iterator[bytes]:
    return (data[start : start + size] for start in range(0, len(data), size))


def read(data: bytes, size: int) -> list[tuple[str, str, bytes]]:
    return [(head.name, head.media_type, b"".join(content)) for head, content in Fields(b"b", pieces(data, size))]


@pytest.mark.parametrize("size", [*range(1, 40), len(FORM)])
def test_fields_come_whole_however_they_are_cut(size: int) -> None:
    assert read(FORM, size) == FIELDS


def test_what_is_not_taken_of_a_field_is_passed_over() -> None:
    assert [head.name for head, _ in Fields(b"b", pieces(FORM, 7))] == ["progress", "file0", "empty"]


@pytest.mark.parametrize("length", [0, 1, 20, 90, 150, 230, len(FORM) - 5])
def test_a_form_that_ends_too_early_is_told(length: int) -> None:
    with pytest.raises(BrokenFormError):
        read(FORM[:length], 50)


@pytest.mark.parametrize(
    "data", [b"<html>", b"--c\r\n\r\n", b'--b\r\nContent Disposition: form-data; name="x"\r\n\r\n']
)
def test_what_is_no_form_is_told(data: bytes) -> None:
    with pytest.raises(BrokenFormError):
        read(data, 50)


def test_the_boundary_is_in_the_header() -> None:
    assert boundary_of("multipart/form-data; boundary=x-1") == b"x-1"
    assert boundary_of('multipart/form-data; boundary="x 1"') == b"x 1"
    assert boundary_of("multipart/form-data") is None
    assert boundary_of("application/pdf; boundary=x") is None


@given(st.lists(st.binary(max_size=200)), st.lists(st.binary(max_size=70), min_size=1))
def test_a_request_arrives_as_it_was_sent(files: list[bytes], request: list[bytes]) -> None:
    attached = Attached()
    names = [attached.add_bytes(data) for data in files]
    upload = Upload(request, attached.contents)
    body = b"".join(upload)
    assert upload.size == len(body) and upload.largest == max(map(len, files), default=0)
    boundary = boundary_of(upload.media_type)
    assert boundary
    form = Form(boundary.decode(), FormLimits(file=1_000, files=1_000, text=100_000, headers=1_000))
    form.write(body)
    assert form.files() == {"request": b"".join(request), **dict(zip(names, files, strict=True))}


def test_a_request_can_be_sent_again_and_goes_out_in_small_blocks() -> None:
    data = bytes(range(256)) * 3_000
    reads = []

    def fetched() -> bytes:
        reads.append(1)
        return data

    upload = Upload([b"{}"], [Content(len(data), fetched)])
    first = list(upload)
    assert b"".join(upload) == b"".join(first) and data in b"".join(first)
    assert len(reads) == 2 and max(map(len, first)) <= 65_536
