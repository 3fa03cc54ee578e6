"""What is done to a document before it is handed over: encrypted, signed, linearised, with files and metadata in it."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pikepdf
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from pyhanko.keys.pemder import load_certs_from_pemder_data
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from confluence_xpress.errors import InputError, InternalError
from confluence_xpress.typeset.attachments import Attachment, distinct_names, embed
from confluence_xpress.typeset.encrypt import EXTENSIONS, PERMISSIONS, Permission, encryption, protection
from confluence_xpress.typeset.engine import compile_pdf
from confluence_xpress.typeset.linearize import fits, linearize
from confluence_xpress.typeset.metadata import Metadata, information, xmp
from confluence_xpress.typeset.pdffile import PdfFile, Stream, pack
from confluence_xpress.typeset.sign import SignatureDetails, Signer, load_signer, sign, signature_objects
from confluence_xpress.typeset.trees import name_tree
from tests.keys import PASSPHRASE, pkcs12_file
from tests.verapdf import Fault, VeraPDFError, validate

NOW = 1_760_000_000
MARKUP = b"""#set document(title: "Words")
#set page(width: 100mm, height: 100mm)
#set text(lang: "en")
= First words
Some more words, and #link("https://example.org/")[a link].
"""
METADATA = Metadata(
    title="Grüße & <tags>",
    language="en",
    creator="XPress 1.2",
    producer="Typst 0.15",
    timestamp=NOW,
    authors=("Zoë", "Al, the author"),
    subject="A (strange) subject",
    keywords=("one", "zwölf"),
)
ATTACHMENT = Attachment("Überblick (1).csv", b"a;b\n" * 100, "text/csv", "All numbers", "Data", NOW)


class Document:
    """A document made by Typst and written anew, with all that a delivery may add."""

    def __init__(
        self,
        standards: Collection[str] = ("ua-1", "a-2a"),
        *,
        metadata: Metadata = METADATA,
        attachment: Attachment | None = None,
        signer: Signer | None = None,
        protected: pikepdf.Encryption | None = None,
        version: str = "1.7",
    ) -> None:
        self.file = io.BytesIO()
        encrypted = None if protected is None else encryption(protected)
        out = PdfFile(self.file, encryption=encrypted, version=version)
        model = pikepdf.open(io.BytesIO(typeset(tuple(standards))))
        about, packet, file, specification, tree, field, signature = range(
            len(model.objects) + 1, len(model.objects) + 8
        )
        catalog, page = model.Root, model.pages[0].obj
        objects, streams = {}, [Stream(packet, b"/Type/Metadata/Subtype/XML", xmp(metadata))]
        del catalog.Metadata
        additions = {catalog.objgen[0]: b"/Metadata %d 0 R" % packet}
        if encrypted is not None:
            additions[catalog.objgen[0]] += EXTENSIONS
        if info := information(metadata):
            objects[about] = info
        if attachment is not None:
            stream, objects[specification] = embed(attachment, file)
            streams.append(stream)
            objects |= name_tree([(b"1", b"%d 0 R" % specification)], tree, iter(()))
            additions[catalog.objgen[0]] += b"/AF[%d 0 R]/Names<</EmbeddedFiles %d 0 R>>" % (specification, tree)
        offset = 0
        if signer is not None:
            details = SignatureDetails(NOW, name="Zoë", reason="To (say) so", location="Here")
            signing = signature_objects(field, signature, page.objgen[0], details, signer, encrypted)
            objects[field] = signing.field
            offset = out.plain(signature, signing.signature)
            additions[catalog.objgen[0]] += b"/AcroForm%b" % signing.form
            annotations = b" ".join(annotation.unparse() for annotation in page.Annots)
            del page.Annots
            additions[page.objgen[0]] = b"/Annots[%b %d 0 R]" % (annotations, field)
        for made in model.objects:
            number = made.objgen[0]
            if isinstance(made, pikepdf.Stream):
                dictionary = re.sub(rb"/Length \d+", b"", made.stream_dict.unparse(resolved=True))
                streams.append(Stream(number, dictionary.strip()[2:-2], made.read_raw_bytes()))
            elif isinstance(made, pikepdf.Dictionary):
                objects[number] = made.unparse(resolved=True).strip()[:-2] + additions.get(number, b"") + b">>"
            elif isinstance(made, pikepdf.Array):
                objects[number] = made.unparse(resolved=True)
        for stream in [*streams, *pack(objects.items(), signature + 1)]:
            out.write(stream)
        out.close(catalog.objgen[0], about if info else None)
        if signer is not None:
            sign(self.file, offset, signer)

    @property
    def pdf(self) -> bytes:
        """The document's bytes."""
        return self.file.getvalue()

    def open(self, password: str = "") -> pikepdf.Pdf:
        """The document, read by another program without repairing anything."""
        return pikepdf.open(io.BytesIO(self.pdf), password=password, attempt_recovery=False)


@cache
def typeset(standards: tuple[str, ...]) -> bytes:
    return compile_pdf({"main.typ": MARKUP}, "main.typ", standards, NOW)


# --- Encryption ---


def test_the_passwords_open_an_encrypted_document() -> None:
    document = Document(protected=protection("user pässword", "owner"))
    for password, owner in (("user pässword", False), ("owner", True)):
        with document.open(password) as read:
            assert read.owner_password_matched is owner
            assert (read.encryption.R, read.encryption.V, read.encryption.bits) == (6, 5, 256)
            assert (read.pdf_version, read.extension_level) == ("1.7", 8)
            assert str(read.docinfo.Title) == METADATA.title
            assert read.Root.Metadata.read_bytes() == xmp(METADATA)
            assert b"BT" in read.pages[0].Contents.read_bytes()
    for wrong in ("", "other", "USER PÄSSWORD"):
        with pytest.raises(pikepdf.PasswordError):
            document.open(wrong)


@pytest.mark.parametrize("allowed", [(), *((permission,) for permission in PERMISSIONS), PERMISSIONS])
def test_permissions_are_as_set(allowed: tuple[Permission, ...]) -> None:
    with Document(protected=protection("", "owner", allowed)).open() as read:
        assert read.user_password_matched and not read.owner_password_matched
        found = read.allow
        assert found.accessibility
        assert found.extract is ("copy" in allowed)
        assert found.modify_annotation is ("annotate" in allowed)
        assert found.modify_assembly is ("assemble" in allowed)
        assert found.modify_form is ("fill" in allowed)
        assert found.modify_other is ("change" in allowed)
        assert found.print_lowres is found.print_highres is ("print" in allowed)


def test_nobody_has_the_owner_password_that_was_not_given() -> None:
    with Document(protected=protection("")).open() as read:
        assert not read.owner_password_matched


def test_nothing_of_the_content_is_left_open() -> None:
    pdf = Document(protected=protection("secret"), attachment=ATTACHMENT).pdf
    assert b"a;b" not in pdf and b"words" not in pdf and b"xpacket" not in pdf and b"D:2025" not in pdf


@pytest.mark.parametrize(
    ("user", "owner", "allowed", "message"),
    [
        ("same", "same", ("print",), "nothing would be forbidden"),
        ("x" * 128, "", PERMISSIONS, "longer than 127 bytes"),
        ("ü" * 64, "", PERMISSIONS, "longer than 127 bytes"),
        ("a\nb", "", PERMISSIONS, "can't be typed"),
    ],
)
def test_passwords_that_cannot_be_used(user: str, owner: str, allowed: tuple[Permission, ...], message: str) -> None:
    with pytest.raises(InputError, match=message):
        protection(user, owner, allowed)


def test_a_password_can_be_typed_in_several_ways() -> None:
    with Document(protected=protection("pa\N{COMBINING DIAERESIS}ss\N{NO-BREAK SPACE}word")).open("päss word") as read:
        assert len(read.pages) == 1


@pytest.mark.slow
@pytest.mark.usefixtures("poppler")
def test_other_programs_open_an_encrypted_document(tmp_path: Path) -> None:
    path = tmp_path / "encrypted.pdf"
    path.write_bytes(Document(protected=protection("user", "owner", ["print"])).pdf)

    def run(*command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*command, str(path)], capture_output=True, check=False, text=True)

    assert "print:yes copy:no change:no addNotes:no algorithm:AES-256" in run("pdfinfo", "-upw", "user").stdout
    assert (
        "First words"
        in subprocess.run(
            ["pdftotext", "-upw", "user", str(path), "-"], capture_output=True, check=True, text=True
        ).stdout
    )
    assert "Incorrect password" in run("pdfinfo", "-upw", "wrong").stderr
    if shutil.which("qpdf") is not None:
        assert run("qpdf", "--check", "--password=user").returncode == 0
        assert "invalid password" in run("qpdf", "--check", "--password=wrong").stderr


# --- Signature ---


def signer(kind: str = "rsa") -> Signer:
    return load_signer(pkcs12_file(kind)[0], PASSPHRASE, NOW)


def verdict(pdf: bytes, kind: str = "rsa", password: str = "") -> PdfSignatureStatus:
    """What pyHanko says of the only signature."""
    reader = PdfFileReader(io.BytesIO(pdf))
    if reader.encrypted:
        reader.decrypt(password)
    (signature,) = reader.embedded_signatures
    trusted = ValidationContext(trust_roots=list(load_certs_from_pemder_data(pkcs12_file(kind)[1])))
    return validate_pdf_signature(signature, trusted)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["rsa", "ec", "ed25519"])
def test_a_signature_is_valid_for_the_whole_file(kind: str) -> None:
    status = verdict(Document(signer=signer(kind)).pdf, kind)
    assert status.bottom_line, status.summary()
    assert status.coverage is SignatureCoverageLevel.ENTIRE_FILE


@pytest.mark.slow
def test_an_encrypted_document_can_be_signed() -> None:
    document = Document(signer=signer(), protected=protection("user", "owner"))
    assert verdict(document.pdf, password="user").bottom_line
    with document.open("user") as read:
        value = read.Root.AcroForm.Fields[0].V
        assert (str(value.Name), str(value.Reason), str(value.Location)) == ("Zoë", "To (say) so", "Here")
        assert str(value.M) == "D:20251009085320Z"


def test_a_change_breaks_the_signature() -> None:
    pdf = Document(signer=signer()).pdf
    assert pdf.count(b"Al, the author") == 1
    assert not verdict(pdf.replace(b"Al, the author", b"Al, the editor")).intact
    assert not verdict(pdf.replace(b"D:20251009085320Z", b"D:20251009085321Z")).intact


def test_a_signature_is_baseline_pades() -> None:
    pdf = Document(signer=signer()).pdf
    with pikepdf.open(io.BytesIO(pdf)) as read:
        value = read.Root.AcroForm.Fields[0].V
        assert value.SubFilter == "/ETSI.CAdES.detached"
        first, length, second, rest = (int(number) for number in value.ByteRange)
        assert (first, second + rest) == (0, len(pdf))
        assert pdf[length:second] == b"<%b>" % bytes(value.Contents).hex().encode()
    (signature,) = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    attributes = {attribute["type"].native for attribute in signature.signer_info["signed_attrs"]}
    assert "signing_certificate_v2" in attributes and "signing_time" not in attributes


@pytest.mark.slow
@pytest.mark.usefixtures("poppler")
def test_another_program_finds_the_signature_valid(tmp_path: Path) -> None:
    if shutil.which("pdfsig") is None:
        pytest.skip("pdfsig (poppler-utils) is not installed")
    path = tmp_path / "signed.pdf"
    path.write_bytes(Document(signer=signer()).pdf)
    said = subprocess.run(["pdfsig", "-nocert", str(path)], capture_output=True, check=False, text=True).stdout
    assert "Signature is Valid." in said and "Total document signed" in said and "Zoë Tester" in said


@pytest.mark.parametrize(
    ("data", "passphrase", "timestamp", "message"),
    [
        (b"no key", PASSPHRASE, NOW, "can't be read"),
        (b"", "", NOW, "can't be read"),
        (None, "wrong", NOW, "can't be read"),
        (None, PASSPHRASE, 0, "valid from 2020-01-01 to 2100-01-01 only"),
    ],
)
def test_keys_that_cannot_be_used(data: bytes | None, passphrase: str, timestamp: int, message: str) -> None:
    with pytest.raises(InputError, match=message):
        load_signer(pkcs12_file()[0] if data is None else data, passphrase, timestamp)


def test_a_file_with_certificates_only_is_no_key() -> None:
    certificate = x509.load_der_x509_certificate(pkcs12_file()[1])
    packed = pkcs12.serialize_key_and_certificates(b"x", None, None, [certificate], serialization.NoEncryption())
    with pytest.raises(InputError, match="can't be read"):
        load_signer(packed, "", NOW)


def test_what_has_no_room_for_a_signature_is_not_signed() -> None:
    document = Document()
    with pytest.raises(InternalError, match="no PDF signature"):
        sign(document.file, 20, signer())


# --- Linearisation ---


@pytest.mark.parametrize("protected", [None, protection("user", "owner", ["print"])])
def test_a_linearised_document_is_the_same_document(protected: pikepdf.Encryption | None, tmp_path: Path) -> None:
    document = Document(attachment=ATTACHMENT)
    path = tmp_path / "linearised.pdf"
    with path.open("wb") as target:
        linearize(document.file, target, protected)
    password = "user" if protected is not None else ""
    with pikepdf.open(path, password=password) as read, document.open() as original:
        assert read.is_linearized and read.check_linearization()
        assert read.check_pdf_syntax() == []
        assert read.pages[0].Contents.read_bytes() == original.pages[0].Contents.read_bytes()
        assert read.Root.Metadata.read_bytes() == xmp(METADATA)
        assert not read.is_encrypted or not read.allow.extract


def test_linearising_equal_input_gives_equal_bytes() -> None:
    targets = [io.BytesIO(), io.BytesIO()]
    for target in targets:
        linearize(Document().file, target)
    assert targets[0].getvalue() == targets[1].getvalue()


def test_only_so_many_objects_fit() -> None:
    assert fits(0) and fits(187_500) and not fits(187_501)


# --- Attachments ---


def test_an_attached_file_is_found_again() -> None:
    with Document(attachment=ATTACHMENT).open() as read:
        (specification,) = (read.attachments[key] for key in read.attachments)
        assert specification.filename == ATTACHMENT.name
        assert specification.description == ATTACHMENT.description
        assert specification.obj.AFRelationship == "/Data"
        file = specification.get_file()
        assert file.read_bytes() == ATTACHMENT.data
        assert file.mime_type == "text/csv"
        assert file.size == len(ATTACHMENT.data)
        assert file.mod_date == datetime.fromtimestamp(NOW, UTC)
        assert read.Root.AF[0].objgen == specification.obj.objgen


@given(st.binary(max_size=500), st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
@settings(deadline=None, max_examples=30)
def test_any_file_can_be_attached(data: bytes, description: str) -> None:
    with Document(attachment=Attachment("any", data, description=description)).open() as read:
        (specification,) = (read.attachments[key] for key in read.attachments)
        assert specification.get_file().read_bytes() == data
        assert specification.description == description


def test_what_does_not_get_smaller_is_stored_as_it_is() -> None:
    stream, _ = embed(Attachment("x.zip", bytes(range(256))), 1)
    assert stream.data == bytes(range(256)) and b"/Filter" not in stream.dictionary


def test_names_of_attached_files_are_distinct() -> None:
    files = [("Home", "a.png"), ("Home", "b.png"), ("News", "A.png"), ("Home", "a.png"), ("x", "Home - a.png")]
    assert distinct_names(files) == [
        "Home - a (2).png",
        "b.png",
        "News - A.png",
        "Home - a (3).png",
        "Home - a.png",
    ]


@pytest.mark.slow
def test_many_files_of_one_name_are_numbered_in_their_order() -> None:
    """One after the other: a space has thousands of pages with an image.png."""
    names = distinct_names([("Home", "image.png")] * 50_000)
    assert names[:2] == ["Home - image.png", "Home - image (2).png"] and names[-1] == "Home - image (50000).png"


@pytest.mark.slow
@given(
    st.lists(st.tuples(st.sampled_from(["", "A", "B/C", "é"]), st.sampled_from(["a", "A", "a.b", "A - a", "/", ""])))
)
def test_any_names_become_distinct_and_can_be_saved(files: list[tuple[str, str]]) -> None:
    names = distinct_names(files)
    assert len({name.casefold() for name in names}) == len(files)
    assert all(name and not re.search(r'[/\\:*?"<>|]', name) for name in names)


# --- Metadata ---


def test_metadata_is_what_was_said() -> None:
    with Document().open() as read:
        assert {key: str(value) for key, value in read.docinfo.items()} == {
            "/Title": METADATA.title,
            "/Author": "Zoë, Al, the author",
            "/Subject": METADATA.subject,
            "/Keywords": "one, zwölf",
            "/Creator": METADATA.creator,
            "/Producer": METADATA.producer,
            "/CreationDate": "D:20251009085320Z",
            "/ModDate": "D:20251009085320Z",
        }
        with read.open_metadata() as found:
            assert found["dc:title"] == METADATA.title
            assert found["dc:creator"] == list(METADATA.authors)
            assert found["dc:description"] == METADATA.subject
            assert found["dc:subject"] == set(METADATA.keywords)
            assert found["dc:language"] == {"en"}
            assert found["pdf:Keywords"] == "one, zwölf"
            assert found["pdf:Producer"] == METADATA.producer
            assert found["xmp:CreatorTool"] == METADATA.creator
            assert found["xmp:CreateDate"] == found["xmp:ModifyDate"] == "2025-10-09T08:53:20+00:00"
            assert found.pdfa_status == ""


@pytest.mark.parametrize("part", ["2", "4"])
def test_metadata_says_what_the_document_claims(part: str) -> None:
    conformance = "A" if part == "2" else ""
    claims = replace(METADATA, archive=(part, conformance), accessible=True)
    document = pikepdf.new()
    document.Root.Metadata = document.make_stream(xmp(claims))
    with document.open_metadata() as found:
        assert (found["pdfaid:part"], found.get("pdfaid:conformance", "")) == (part, conformance)
        assert found.get("pdfaid:rev") == ("2020" if part == "4" else None)
        assert found["pdfuaid:part"] == "1"
    assert (information(claims) is None) is (part == "4")


@given(st.text(), st.text(), st.lists(st.text(), max_size=3))
def test_any_text_makes_good_metadata(title: str, subject: str, authors: list[str]) -> None:
    packet = xmp(replace(METADATA, title=title, subject=subject, authors=tuple(authors)))
    root = etree.fromstring(packet.partition(b"?>")[2].rpartition(b"<?")[0].strip())
    spaces = {"dc": "http://purl.org/dc/elements/1.1/", "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#"}

    def texts(path: str) -> list[str | None]:
        return [item.text for item in root.iterfind(f".//{path}//rdf:li", spaces)]

    def shown(*given: str) -> list[str | None]:
        return [
            re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", "\ufffd", text) for text in given if text
        ]

    assert texts("dc:title") == shown(title)
    assert texts("dc:description") == shown(subject)
    assert texts("dc:creator") == shown(*authors)
    assert pikepdf.Object.parse(information(METADATA) or b"") is not None


# --- Libraries ---


@pytest.mark.parametrize(
    ("library", "act"),
    [
        ("cryptography.hazmat.primitives.ciphers.algorithms", lambda: encryption(protection("secret"))),
        ("pyhanko.sign.signers", lambda: load_signer(b"", "", NOW)),
    ],
)
def test_what_is_not_installed_is_named(
    library: str, act: Callable[[], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(InputError, match="needs the library") as raised:
        act()
    assert "pip install" in raised.value.hint


# --- Standards ---


@pytest.mark.slow
@pytest.mark.parametrize(
    ("standards", "flavours"),
    [(("ua-1", "a-2a"), ("ua1", "2a")), (("ua-1", "a-3a"), ("ua1", "3a")), (("a-4f",), ("4f",))],
)
@pytest.mark.usefixtures("verapdf")
def test_signed_and_linearised_documents_keep_to_their_standards(
    standards: tuple[str, ...], flavours: tuple[str, ...], tmp_path: Path
) -> None:
    part = flavours[-1][0]
    metadata = replace(METADATA, archive=(part, flavours[-1][1].upper()), accessible="ua-1" in standards)
    attachment = None if part == "2" else ATTACHMENT
    version = "2.0" if part == "4" else "1.7"
    signed = Document(standards, metadata=metadata, attachment=attachment, signer=signer(), version=version)
    unsigned = Document(standards, metadata=metadata, attachment=attachment, version=version)
    paths = [tmp_path / "signed.pdf", tmp_path / "linearised.pdf"]
    paths[0].write_bytes(signed.pdf)
    with paths[1].open("wb") as target:
        linearize(unsigned.file, target)
    found = validate(paths, *flavours)
    assert [f"{path.stem}: {fault}" for path in paths for fault in found[path]] == []


@pytest.mark.slow
@pytest.mark.usefixtures("verapdf")
def test_an_encrypted_document_stays_accessible(tmp_path: Path) -> None:
    def faults(number: int) -> list[Fault] | None:
        path = tmp_path / f"{number}.pdf"
        metadata = replace(METADATA, accessible=True)
        path.write_bytes(Document(metadata=metadata, signer=signer(), protected=protection("", "", ())).pdf)
        return faults_if_opened(path)

    opened = (found for found in map(faults, range(8)) if found is not None)
    assert [str(fault) for fault in next(opened)] == []


def faults_if_opened(path: Path) -> list[Fault] | None:
    """None if veraPDF can't open it: one in fifteen encrypted documents, whoever wrote them, by their random values."""
    try:
        return validate([path], "ua1")[path]
    except VeraPDFError as error:
        if not re.search("password|Pages not found", str(error)):
            raise
        return None
