"""Signs a PDF: PAdES baseline B-B (ETSI EN 319 142-1), with a key and certificate from a PKCS#12 file.

The objects of the signature are written with the document, with room for what isn't known yet. Once the file is
finished, its digest is signed and put there. So the file is read once, and never held in memory.
"""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, BinaryIO

from confluence_xpress.errors import InputError, InternalError
from confluence_xpress.typeset.encrypt import Encryption
from confluence_xpress.typeset.syntax import date, text_string

if TYPE_CHECKING:
    from pyhanko.sign.signers import SimpleSigner

# Flags of the annotation. It is printable because PDF/A wants that of every annotation; but it has no area.
_PRINT, _LOCKED = 4, 128
# The form has a signature, and the file may only be appended to.
_SIGNATURES_EXIST, _APPEND_ONLY = 1, 2

_HEAD = b"<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/ByteRange["
# "4711 0 obj" before it, and four numbers in it.
_LONGEST_NUMBER = 20
_RANGE_LENGTH = 40
_MIDDLE = b"]/Contents"
# Signatures of elliptic curves differ by some bytes in length.
_SLACK = 32
_BLOCK = 1 << 20


class Signer:
    """A key with its certificate. `digest` names the hash that fits the key; a signature takes up to `size` bytes."""

    def __init__(self, signer: SimpleSigner, digest: str) -> None:
        self.digest = digest
        self._signer = signer
        self.size = len(self.sign(bytes(hashlib.new(digest).digest_size))) + _SLACK

    def sign(self, digest: bytes) -> bytes:
        """The signature (CMS, DER) of a digest."""
        signature = asyncio.run(self._signer.async_sign(digest, self.digest, use_pades=True))
        return bytes(signature.dump())


@dataclass(frozen=True, slots=True)
class SignatureDetails:
    """What a reader is told about the signature. `timestamp`: when it is made, in seconds since 1970, UTC.

    `label` is what a screen reader calls the signature's field.
    """

    timestamp: int
    name: str = ""
    reason: str = ""
    location: str = ""
    label: str = "Signature"


@dataclass(frozen=True, slots=True)
class Signing:
    """Who signs a document, and what is told about it."""

    signer: Signer
    details: SignatureDetails


@dataclass(frozen=True, slots=True)
class SignatureObjects:
    """Bodies of objects.

    `field` is the form field and invisible annotation, which belongs to /Annots of its page. `signature` has to be
    written outside of object streams (PdfFile.plain), and `form` belongs to the catalog as /AcroForm.
    """

    field: bytes
    signature: bytes
    form: bytes


def load_signer(pkcs12: bytes, passphrase: str, timestamp: int) -> Signer:
    """The signer whose key and certificates are in a PKCS#12 file (.p12, .pfx), for use at a time (seconds, UTC).

    Raises InputError if it can't be read, has no key or isn't valid then, or if the library for signing is not
    installed.
    """
    try:
        from pyhanko.sign.signers import SimpleSigner  # noqa: PLC0415 - an extra
        from pyhanko.sign.signers.pdf_cms import select_suitable_signing_md  # noqa: PLC0415
    except ImportError as error:
        raise InputError(
            "signing a PDF needs the library “pyHanko”", "Install it: pip install 'confluence-xpress[sign]'."
        ) from error
    try:
        signer = SimpleSigner.load_pkcs12_data(pkcs12, other_certs=[], passphrase=passphrase.encode() or None)
        # There is one, or it would have failed; pyHanko has other signers that get theirs later.
        certificate: Any = signer.signing_cert
    except (ValueError, TypeError, AttributeError) as error:
        raise InputError(
            "the key for the signature can't be read",
            "It has to be a PKCS#12 file (.p12, .pfx) with a private key and its certificate. Is the passphrase right?",
        ) from error
    first, last = certificate.not_valid_before, certificate.not_valid_after
    if not first <= datetime.fromtimestamp(timestamp, UTC) <= last:
        raise InputError(
            f"the certificate for the signature is valid from {first:%Y-%m-%d} to {last:%Y-%m-%d} only", "Renew it."
        )
    return Signer(signer, select_suitable_signing_md(certificate.public_key))


def signature_objects(
    field: int, signature: int, page: int, details: SignatureDetails, signer: Signer, encryption: Encryption | None
) -> SignatureObjects:
    """The objects of a signature. `field` and `signature` are their numbers, `page` is that of the field's page."""
    entries = b"/M%b" % date(details.timestamp)
    for key, text in ((b"Name", details.name), (b"Reason", details.reason), (b"Location", details.location)):
        if text:
            entries += b"/%b%b" % (key, text_string(text))
    if encryption is not None:
        entries = encryption.strings(entries)
    room = b"<%b>" % bytes(signer.size).hex().encode()
    return SignatureObjects(
        field=b"<</Type/Annot/Subtype/Widget/FT/Sig/T(Signature1)/TU%b/V %d 0 R/P %d 0 R/Rect[0 0 0 0]/F %d>>"
        % (text_string(details.label), signature, page, _PRINT | _LOCKED),
        signature=b"%b%b%b%b%b>>" % (_HEAD, b" " * _RANGE_LENGTH, _MIDDLE, room, entries),
        form=b"<</Fields[%d 0 R]/SigFlags %d>>" % (field, _SIGNATURES_EXIST | _APPEND_ONLY),
    )


def sign(file: BinaryIO, offset: int, signer: Signer) -> None:
    """Signs a finished PDF in place. `offset`: where its signature's object stands, as PdfFile.plain said.

    `file` is read and written. No event loop may run in this thread, as pyHanko needs one.
    """
    file.seek(offset)
    start = file.read(_LONGEST_NUMBER + len(_HEAD)).find(_HEAD)
    if start < 0:
        raise InternalError(f"There is no PDF signature at {offset}.")
    range_start = offset + start + len(_HEAD)
    contents = range_start + _RANGE_LENGTH + len(_MIDDLE)
    behind = contents + 2 * signer.size + 2
    length = file.seek(0, 2)
    file.seek(range_start)
    file.write((b"0 %d %d %d" % (contents, behind, length - behind)).ljust(_RANGE_LENGTH))
    signature = signer.sign(_digest(file, ((0, contents), (behind, length)), signer.digest))
    if len(signature) > signer.size:
        raise InternalError(f"The signature takes {len(signature)} bytes, but there is room for {signer.size}.")
    file.seek(contents + 1)
    file.write(signature.hex().encode())


def _digest(file: BinaryIO, ranges: tuple[tuple[int, int], ...], algorithm: str) -> bytes:
    hashed = hashlib.new(algorithm)
    for start, end in ranges:
        file.seek(start)
        for place in range(start, end, _BLOCK):
            hashed.update(file.read(min(_BLOCK, end - place)))
    return hashed.digest()
