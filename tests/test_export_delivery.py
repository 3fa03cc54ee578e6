"""`xpress export` with files in the PDF, passwords, signatures and linearised output, through the command line."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from PIL import Image
from pyhanko.keys.pemder import load_certs_from_pemder_data
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from confluence_xpress import cli
from confluence_xpress.delivery import Delivery, Protection, standards_for
from confluence_xpress.errors import InputError
from tests.keys import PASSPHRASE, pkcs12_file
from tests.space_exports import write_folder
from tests.verapdf import validate

pytestmark = pytest.mark.slow

NOW = "2026-11-22T12:00:00Z"
LARGE = 200 * 2**20
PAGES: list[dict[str, object]] = [
    {"id": "1", "title": "Handbook", "version": 1, "body": "1.storage.xml", "attachments": ["plan.txt"]},
    {
        "id": "2",
        "title": "Travel",
        "version": 1,
        "parent": "1",
        "body": "2.storage.xml",
        "attachments": [
            {"title": "plan.txt", "media_type": "text/plain"},
            {"title": "gone.csv", "size": 3},
            {"title": "film.mp4", "size": LARGE},
            {"title": "manifest.json", "media_type": "no media type"},
        ],
    },
]
FILES: dict[str, str | bytes] = {
    "pages.json": json.dumps(PAGES),
    "1.storage.xml": "<p>Read this first.</p>",
    "2.storage.xml": "<p>Trains before planes.</p>",
    "attachments/1/plan.txt": b"first plan",
    "attachments/2/plan.txt": b"second plan" * 50,
    "attachments/2/manifest.json": b"{}",
}


class Result:
    """How an export ended, what it said and wrote."""

    def __init__(self, code: int, said: str, pdf: Path) -> None:
        self.code, self.said, self._pdf = code, said, pdf

    @property
    def pdf(self) -> bytes:
        return self._pdf.read_bytes()

    @property
    def manifest(self) -> dict[str, Any]:
        values: dict[str, Any] = json.loads(self._pdf.with_suffix(".manifest.json").read_text(encoding="utf-8"))
        return values

    def open(self, password: str = "") -> pikepdf.Pdf:
        return pikepdf.open(io.BytesIO(self.pdf), password=password, attempt_recovery=False)


Export = Callable[..., Result]


@pytest.fixture
def export(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Export:
    """Runs `xpress export` on a small space in this process."""
    monkeypatch.setattr("signal.signal", lambda *_: None)
    monkeypatch.setenv("NO_COLOR", "1")
    space = write_folder(tmp_path / "space", FILES)

    def run(*arguments: object) -> Result:
        target = tmp_path / "x.pdf"
        given = ["xpress", "export", str(space), "-o", str(target), "--timestamp", NOW, "--jobs", "1"]
        monkeypatch.setattr(sys, "argv", [*given, *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            cli.main()
        said = capfd.readouterr()
        return Result(end.value.code if isinstance(end.value.code, int) else 0, said.out + said.err, target)

    return run


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "key.p12"
    path.write_bytes(pkcs12_file()[0])
    return path


# --- Files in the PDF ------------------------------------------------------------------------------------------------


def test_attachments_are_embedded_and_what_is_lacking_is_reported(export: Export) -> None:
    result = export("--attachments")
    assert result.code == 0 and "with 3 attachments" in result.said
    with result.open() as pdf:
        files = pdf.attachments
        assert {name: files[name].get_file().read_bytes() for name in files} == {
            "Handbook - plan.txt": b"first plan",
            "Travel - plan.txt": b"second plan" * 50,
            "Travel - manifest.json": b"{}",
        }
        assert files["Travel - plan.txt"].relationship == pikepdf.Name.Supplement
        assert files["Travel - plan.txt"].description == "Travel"
        assert files["Travel - manifest.json"].get_file().mime_type == "application/octet-stream"
        assert len(pdf.Root.AF) == 3
    lost = {(found["code"], found["page"], found["place"]) for found in result.manifest["diagnostics"]}
    assert lost == {
        ("attachment-missing", "2", "attachment gone.csv"),
        ("attachment-too-large", "2", "attachment film.mp4"),
    }
    assert result.manifest["complete"] is False
    assert result.manifest["embedded"][0] == {"volume": 1, "name": "Handbook - plan.txt", "page": "1", "bytes": 10}
    assert result.manifest["standards"] == ["ua-1", "a-3a"]


def test_each_volume_has_the_attachments_of_its_pages(export: Export, tmp_path: Path) -> None:
    assert export("--attachments", "--pages", "1,2", "--split", "top-level").code == 0
    names = []
    for number in (1, 2):
        with pikepdf.open(tmp_path / f"x-{number}.pdf") as pdf:
            names.append(sorted(pdf.attachments))
    assert names == [["plan.txt"], ["Travel - manifest.json", "plan.txt"]]


def test_the_embedded_manifest_says_all_but_what_only_the_finished_file_tells(export: Export) -> None:
    result = export("--embed-manifest", "--attachments")
    with result.open() as pdf:
        file = pdf.attachments["manifest.json"]
        inside = json.loads(file.get_file().read_bytes())
        assert file.relationship == pikepdf.Name.Data and file.get_file().mime_type == "application/json"
    beside = result.manifest
    pages = beside["pdf"]["pages"]
    assert inside.pop("pdf") == {"pages": pages} and inside.pop("volumes") == [{"file": "x.pdf", "pages": pages}]
    del beside["pdf"], beside["volumes"]
    assert inside == beside


@pytest.mark.usefixtures("verapdf")
def test_attachments_and_signatures_keep_to_the_standards(export: Export, key: Path, tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XPRESS_SIGN_PASSWORD", PASSPHRASE)
        paths = {"3a": tmp_path / "3a.pdf", "2a": tmp_path / "2a.pdf"}
        paths["3a"].write_bytes(export("--attachments", "--embed-manifest", "--sign", key).pdf)
        paths["2a"].write_bytes(export("--sign", key, "--sign-reason", "Grüße").pdf)
    for flavour, path in paths.items():
        assert validate([path], "ua1", flavour) == {path: []}


# --- Standards -------------------------------------------------------------------------------------------------------

FILES_WANTED = Delivery(attachments=True)
MANIFEST_WANTED = Delivery(manifest=True)
SECRET = Delivery(protection=Protection("user", "owner", ()))


@pytest.mark.parametrize(
    ("delivery", "asked", "given"),
    [
        (Delivery(), None, ("ua-1", "a-2a")),
        (FILES_WANTED, None, ("ua-1", "a-3a")),
        (MANIFEST_WANTED, None, ("ua-1", "a-3a")),
        (SECRET, None, ("ua-1",)),
        (Delivery(attachments=True, protection=SECRET.protection), None, ("ua-1",)),
        (Delivery(), (), ()),
        (FILES_WANTED, ("a-3b",), ("a-3b",)),
        (FILES_WANTED, ("a-4f",), ("a-4f",)),
        (FILES_WANTED, ("ua-1",), ("ua-1",)),
        (SECRET, ("2.0",), ("2.0",)),
    ],
)
def test_standards_follow_the_delivery(
    delivery: Delivery, asked: tuple[str, ...] | None, given: tuple[str, ...]
) -> None:
    assert standards_for(delivery, asked) == given


@pytest.mark.parametrize(
    ("delivery", "asked", "message"),
    [
        (FILES_WANTED, ("ua-1", "a-2a"), "a-2a forbids embedded files"),
        (MANIFEST_WANTED, ("a-4",), "a-4 forbids embedded files"),
        (Delivery(), ("a-4f",), "with embedded files"),
        (SECRET, ("a-3a",), "forbids encryption"),
    ],
)
def test_standards_that_forbid_what_is_wanted(delivery: Delivery, asked: tuple[str, ...], message: str) -> None:
    with pytest.raises(InputError, match=message) as refused:
        standards_for(delivery, asked)
    assert refused.value.hint


# --- Passwords -------------------------------------------------------------------------------------------------------


def test_passwords_from_the_environment_protect_the_pdf(export: Export, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XPRESS_PASSWORD", "open sésame")
    monkeypatch.setenv("XPRESS_OWNER_PASSWORD", "the owner's")
    result = export("--permissions", "print,fill", "--attachments", "-v")
    assert result.code == 0
    with pytest.raises(pikepdf.PasswordError):
        result.open()
    with result.open("open sésame") as pdf:
        assert pdf.encryption.R == 6 and pdf.extension_level == 8
        assert pdf.allow.print_highres and pdf.allow.modify_form and not pdf.allow.extract
        assert pdf.attachments["Handbook - plan.txt"].get_file().read_bytes() == b"first plan"
        assert str(pdf.docinfo.Title) == "space"
    with result.open("the owner's") as pdf:
        assert pdf.owner_password_matched
    told = json.dumps(result.manifest, ensure_ascii=False) + result.said
    assert "sésame" not in told and "owner's" not in told
    assert result.manifest["delivery"]["encrypted"] is True
    assert result.manifest["delivery"]["permissions"] == ["fill", "print"]
    assert result.manifest["standards"] == ["ua-1"]


def test_permissions_alone_encrypt_a_pdf_that_opens_without_a_password(export: Export) -> None:
    with export("--permissions", "none").open() as pdf:
        assert pdf.is_encrypted and not pdf.allow.print_lowres and pdf.allow.accessibility


def test_passwords_are_not_shown_in_what_describes_a_delivery() -> None:
    assert "user" not in repr(SECRET) and "owner" not in repr(SECRET)
    assert "user" not in json.dumps(SECRET.facts("original"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--permissions", "print,fly"], "no permission “fly”"),
        (["--password", "x", "--pdf-standard", "a-2b"], "forbids encryption"),
        (["--password", "x" * 200], "longer than 127 bytes"),
        (["--sign", "nowhere.p12"], "nowhere.p12"),
        (["--sign", "nowhere.p12", "--linearize"], "can't be linearised"),
        (["--sign-reason", "Why not"], "--sign KEY.p12"),
        (["--attachments", "--pdf-standard", "a-2u"], "a-2u forbids"),
        (["--images", "tiny"], "tiny"),
    ],
)
def test_wrong_usage_writes_nothing(export: Export, tmp_path: Path, arguments: list[str], said: str) -> None:
    result = export(*arguments)
    assert result.code == 2 and said in result.said and "Traceback" not in result.said
    assert [path.name for path in tmp_path.iterdir()] == ["space"]


# --- Signatures ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("password", ["", "user"])
def test_a_signature_covers_the_whole_pdf(
    export: Export, key: Path, monkeypatch: pytest.MonkeyPatch, password: str
) -> None:
    monkeypatch.setenv("XPRESS_SIGN_PASSWORD", PASSPHRASE)
    more = ["--password", password] if password else []
    result = export("--sign", key, "--sign-reason", "Approved", "--sign-name", "Zoë", "--sign-location", "Bern", *more)
    assert result.code == 0
    reader = PdfFileReader(io.BytesIO(result.pdf))
    if password:
        reader.decrypt(password)
    (signature,) = reader.embedded_signatures
    trusted = ValidationContext(trust_roots=list(load_certs_from_pemder_data(pkcs12_file()[1])))
    status = validate_pdf_signature(signature, trusted)
    assert status.bottom_line, status.summary()
    assert status.coverage is SignatureCoverageLevel.ENTIRE_FILE
    with result.open(password) as pdf:
        (field,) = pdf.Root.AcroForm.Fields
        assert field.objgen in [note.objgen for note in pdf.pages[0].Annots]
        assert (str(field.V.Name), str(field.V.Reason), str(field.V.Location)) == ("Zoë", "Approved", "Bern")
    assert result.manifest["delivery"]["signed"] == {"name": "Zoë", "reason": "Approved", "location": "Bern"}
    assert PASSPHRASE not in json.dumps(result.manifest, ensure_ascii=False) + result.said


def test_a_wrong_passphrase_is_told_before_the_work(
    export: Export, key: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XPRESS_SIGN_PASSWORD", "wrong")
    result = export("--sign", key)
    assert result.code == 2 and "passphrase" in result.said and "Typesetting" not in result.said
    assert not (tmp_path / "x.pdf").exists()


# --- Images ----------------------------------------------------------------------------------------------------------


def test_the_saving_of_an_image_profile_is_told(export: Export, tmp_path: Path) -> None:
    noise = Image.effect_noise((1200, 900), 90)
    photo = io.BytesIO()
    noise.save(photo, "JPEG", quality=95)
    image = '<ac:image ac:width="200"><ri:attachment ri:filename="photo.jpg"/></ac:image>'
    write_folder(tmp_path / "space", {"1.storage.xml": image, "attachments/1/photo.jpg": photo.getvalue()})
    plain = export()
    size = len(plain.pdf)
    small = export("--images", "small")
    assert len(small.pdf) < size - len(photo.getvalue()) // 2
    told = small.manifest["images"]
    assert (told["profile"], told["count"], told["bytes"]) == ("small", 1, len(photo.getvalue()))
    assert told["stored"] < told["bytes"] // 2
    assert "(profile small)" in small.said and "profile" not in plain.said


# --- Linearised ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("password", ["", "user"])
def test_a_linearised_pdf(export: Export, password: str) -> None:
    result = export("--linearize", "--embed-manifest", *(["--password", password] if password else []))
    with result.open(password) as pdf:
        assert pdf.is_linearized and pdf.check_linearization()
        assert pdf.is_encrypted is bool(password)
        assert "manifest.json" in pdf.attachments
    assert result.manifest["pdf"]["bytes"] == len(result.pdf)


def test_a_pdf_too_long_to_be_linearised_is_as_it_would_be_without(
    export: Export, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = export().pdf
    monkeypatch.setattr("confluence_xpress.typeset.linearize._LIMIT", 0)
    result = export("--linearize")
    assert result.code == 0 and "[pdf-not-linearised]" in result.said
    assert result.pdf == plain
    assert result.manifest["complete"] is True
