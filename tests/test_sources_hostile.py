"""Archives that are damaged or made to do harm: a clear error or a diagnostic, and nothing outside is touched."""

from __future__ import annotations

import stat
import struct
import zipfile
from pathlib import Path
from random import Random

import pytest

from confluence_xpress.bundle import Body, Media, Unavailable
from confluence_xpress.errors import InputError
from confluence_xpress.needs import AttachmentNeed, BodyNeed, Need
from confluence_xpress.sources import limits
from confluence_xpress.sources.archive import Archive
from confluence_xpress.sources.files import read
from confluence_xpress.sources.offline import OfflineSource
from confluence_xpress.sources.open import open_source
from tests.space_exports import body, entities, page, write_zip

PAGES = '[{"id": 1, "title": "A", "body": "a.storage.xml", "attachments": ["x.bin"]}]'
ATTACHMENT = AttachmentNeed("1", "x.bin")


def answer(source: OfflineSource, need: Need) -> object:
    return source.fulfil([need])[need]


def zip_of(path: Path, **entries: str | bytes) -> Path:
    names = {"pages": "pages.json", "body": "a.storage.xml", "file": "attachments/1/x.bin"}
    return write_zip(path / "space.zip", {"pages.json": PAGES} | {names[key]: data for key, data in entries.items()})


@pytest.mark.parametrize(
    "name", ["../evil.txt", "/etc/evil.txt", "a/../../evil.txt", "..\\evil.txt", "C:\\evil.txt", "C:/evil.txt"]
)
def test_entries_that_lead_out_are_left_out_and_reported(tmp_path: Path, name: str) -> None:
    inside = tmp_path / "in"
    inside.mkdir()
    source = open_source(write_zip(inside / "space.zip", {"pages.json": PAGES, name: "evil", "a.storage.xml": "<p/>"}))
    assert [d.code for d in source.diagnostics] == ["source-entry-unreadable"]
    assert "evil.txt" in source.diagnostics[0].message
    assert answer(source, BodyNeed("1")) == Body("storage", "<p/>")
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["in", "space.zip"]


def test_thousands_of_bad_entries_do_not_flood_the_report(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {f"../{i}": "" for i in range(1000)}
    source = open_source(write_zip(tmp_path / "space.zip", {"pages.json": PAGES, **files}))
    assert len(source.diagnostics) == 21
    assert "980 more" in source.diagnostics[-1].message


def test_links_in_an_archive_are_left_out_and_reported(tmp_path: Path) -> None:
    path = zip_of(tmp_path)
    with zipfile.ZipFile(path, "a") as archive:
        link = zipfile.ZipInfo("a.storage.xml")
        link.create_system = 3
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    source = open_source(path)
    assert "link" in source.diagnostics[0].message
    assert isinstance(answer(source, BodyNeed("1")), Unavailable)


def test_of_two_entries_of_a_name_the_first_counts(tmp_path: Path) -> None:
    path = zip_of(tmp_path, body="<p>first</p>")
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(path, "a") as archive:
        archive.writestr("a.storage.xml", "<p>second</p>")
    source = open_source(path)
    assert "twice" in source.diagnostics[0].message
    assert answer(source, BodyNeed("1")) == Body("storage", "<p>first</p>")


def test_encrypted_entries_say_so(tmp_path: Path) -> None:
    path = zip_of(tmp_path, body="<p/>", file="data")
    data = bytearray(path.read_bytes())
    for at in find_all(data, b"PK\x01\x02"):
        if data[at + 46 :].startswith((b"a.storage.xml", b"attachments")):
            data[at + 8] |= 1
    path.write_bytes(data)
    source = open_source(path)
    for need in (BodyNeed("1"), ATTACHMENT):
        found = answer(source, need)
        assert isinstance(found, Unavailable)
        assert "encrypted" in found.reason


def test_an_unknown_compression_is_reported(tmp_path: Path) -> None:
    path = zip_of(tmp_path, body="<p/>" * 100)
    data = bytearray(path.read_bytes())
    for at in find_all(data, b"PK\x01\x02"):
        if data[at + 46 :].startswith(b"a.storage.xml"):
            struct.pack_into("<H", data, at + 10, 97)
    path.write_bytes(data)
    assert isinstance(answer(open_source(path), BodyNeed("1")), Unavailable)


def test_a_damaged_entry_is_reported(tmp_path: Path) -> None:
    text = Random(1).randbytes(5000).hex()
    path = zip_of(tmp_path, body=text)
    data = bytearray(path.read_bytes())
    at = data.index(b"a.storage.xml") + 500
    data[at : at + 50] = bytes(50)
    path.write_bytes(data)
    assert isinstance(answer(open_source(path), BodyNeed("1")), Unavailable)


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = zip_of(tmp_path, body=bytes(40 * limits.MIB))
    with pytest.raises(InputError, match="bomb"):
        open_source(path)


def test_a_bomb_among_honest_files_is_left_alone(tmp_path: Path) -> None:
    path = zip_of(tmp_path, body=bytes(40 * limits.MIB), file=Random(1).randbytes(400_000))
    source = open_source(path)
    found = answer(source, BodyNeed("1"))
    assert isinstance(found, Unavailable)
    assert "bomb" in found.reason
    assert isinstance(answer(source, ATTACHMENT), Media)


def test_entries_that_overlap_are_refused(tmp_path: Path) -> None:
    path = zip_of(tmp_path, body=Random(1).randbytes(100_000))
    data = path.read_bytes()
    at = next(at for at in find_all(data, b"PK\x01\x02") if data[at + 46 :].startswith(b"a.storage.xml"))
    length = struct.calcsize("<4s4B4HL2L5H2L") + len("a.storage.xml")
    entry = data[at : at + length]
    end = data.rindex(b"PK\x05\x06")
    copies = b"".join(entry.replace(b"a.storage.xml", b"%013d" % i) for i in range(5))
    tail = bytearray(data[end:])
    struct.pack_into("<2H", tail, 8, 7, 7)
    struct.pack_into("<L", tail, 12, struct.unpack_from("<L", tail, 12)[0] + len(copies))
    path.write_bytes(data[:end] + copies + tail)
    with pytest.raises(InputError, match="overlap"):
        open_source(path)


def test_an_endless_list_of_entries_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_zip(tmp_path / "space.zip", {"pages.json": PAGES} | {f"{i}": "" for i in range(100)})
    monkeypatch.setattr(limits, "ARCHIVE_DIRECTORY_BYTES", 1000)
    monkeypatch.setattr(zipfile, "ZipFile", None)
    with pytest.raises(InputError, match="too many files"):
        open_source(path)


def test_a_file_over_the_limit_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "FILE_BYTES", 2 * limits.MIB)
    source = open_source(zip_of(tmp_path, file=Random(1).randbytes(2 * limits.MIB + 1)))
    found = answer(source, ATTACHMENT)
    assert isinstance(found, Unavailable)
    assert "larger than 2 MB" in found.reason


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 0.99])
def test_a_truncated_archive_is_refused(tmp_path: Path, share: float) -> None:
    path = zip_of(tmp_path, body="<p>text</p>" * 100, file=bytes(1000))
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(InputError) as caught:
        open_source(path)
    assert caught.value.hint


@pytest.mark.parametrize("seed", range(150))
def test_no_damage_gives_a_traceback(tmp_path: Path, seed: int) -> None:
    random = Random(seed)
    export = entities(page("10", "A"), body("20", "10", "<p>text</p>" * 20), page("11", "B", parent="10"))
    path = write_zip(tmp_path / "x.zip", {"entities.xml": export, "attachments/10/50/1": "x", "é.txt": "x"})
    data = bytearray(path.read_bytes())
    for _ in range(random.randint(1, 6)):
        data[random.randrange(len(data))] = random.randrange(256)
    path.write_bytes(data)
    try:
        source = open_source(path)
    except InputError:
        return
    needs: list[Need] = [BodyNeed(found.id) for found in source.pages().pages]
    assert len(source.fulfil(needs)) == len(needs)


def test_names_in_utf8_without_the_flag_are_read_as_such(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "x.zip", {"Größe.txt": "x"})
    data = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.index(mark) + offset
        struct.pack_into("<H", data, at, struct.unpack_from("<H", data, at)[0] & ~0x800)
    path.write_bytes(data)
    tree = Archive(path)
    assert read(tree, tree.find("Größe.txt") or "", 10) == b"x"


def find_all(data: bytes | bytearray, mark: bytes) -> list[int]:
    found = []
    at = data.find(mark)
    while at >= 0:
        found.append(at)
        at = data.find(mark, at + 1)
    return found
