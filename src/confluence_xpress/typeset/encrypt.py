"""Encrypts a PDF with AES-256 (ISO 32000-2, 7.6: the security handler of revision 6).

Only streams are encrypted, and the strings in their dictionaries: an object stream protects what is in it.
"""

from __future__ import annotations

import io
import os
import re
import secrets
import stringprep
import unicodedata
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Literal, get_args

import pikepdf

from confluence_xpress.errors import InputError
from confluence_xpress.typeset.syntax import hexadecimal_string

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers import algorithms

Permission = Literal["print", "copy", "change", "annotate", "fill", "assemble"]
PERMISSIONS: tuple[Permission, ...] = get_args(Permission)

# The catalog of an encrypted PDF 1.7 has this entry: the handler came with an extension of Adobe's (ISO 32000-1, 7.12).
EXTENSIONS = b"/Extensions<</ADBE<</BaseVersion/1.7/ExtensionLevel 8>>>>"

_BLOCK = 16
_LONGEST_PASSWORD = 127
_STRING = re.compile(rb"<<|<[0-9A-Fa-f\s]*>|\(")
_PARENTHESIS = re.compile(rb"\\.|[()]", re.DOTALL)


class Encryption:
    """Encrypts with the key of a file. `dictionary` is its encryption dictionary, which is written as it is."""

    def __init__(self, key: bytes, dictionary: bytes) -> None:
        self.dictionary = dictionary
        self._algorithm = _aes(key)

    def data(self, data: bytes) -> bytes:
        """The data of a stream, or the bytes of a string. Equal data differ once encrypted: each has a random start."""
        from cryptography.hazmat.primitives.ciphers import Cipher, modes  # noqa: PLC0415 - an extra

        start = os.urandom(_BLOCK)
        missing = _BLOCK - len(data) % _BLOCK
        cipher = Cipher(self._algorithm, modes.CBC(start)).encryptor()
        return b"".join((start, cipher.update(data), cipher.update(bytes([missing]) * missing), cipher.finalize()))

    def strings(self, body: bytes) -> bytes:
        """The same object with its strings encrypted."""
        parts = []
        done = 0
        for start, end in _strings(body):
            value = bytes(pikepdf.Object.parse(body[start:end]))
            parts += [body[done:start], hexadecimal_string(self.data(value))]
            done = end
        return b"".join([*parts, body[done:]])


def protection(
    user_password: str, owner_password: str = "", allowed: Collection[Permission] = PERMISSIONS
) -> pikepdf.Encryption:
    """How a document is to be protected, with passwords of up to 127 bytes of UTF-8.

    The user password opens the document to those permissions that are `allowed`; if it is empty, the document opens
    without being asked for one. The owner password opens it to everything; without one, nobody can do what isn't
    allowed. Programs for people with disabilities may always read the text.

    Raises InputError for passwords that can't be used.
    """
    user, owner = _prepare(user_password), _prepare(owner_password)
    if user == owner and owner and set(allowed) != set(PERMISSIONS):
        raise InputError(
            "the owner password is the user password, so nothing would be forbidden", "Choose different passwords."
        )
    return pikepdf.Encryption(
        user=user, owner=owner or secrets.token_urlsafe(), R=6, metadata=True, allow=_permissions(allowed)
    )


def encryption(protection: pikepdf.Encryption) -> Encryption:
    """A new key, to be had with one of the passwords.

    Raises InputError if the library for encryption is not installed.
    """
    model = io.BytesIO()
    with pikepdf.new() as document:
        document.save(model, encryption=protection)
    with pikepdf.open(model, password=protection.user) as document:
        return Encryption(document.encryption.encryption_key, document.trailer.Encrypt.unparse(resolved=True))


def _aes(key: bytes) -> algorithms.AES256:
    try:
        from cryptography.hazmat.primitives.ciphers.algorithms import AES256  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise InputError(
            "encrypting a PDF needs the library “cryptography”", "Install it: pip install 'confluence-xpress[protect]'."
        ) from error
    return AES256(key)


def _permissions(allowed: Collection[Permission]) -> pikepdf.Permissions:
    return pikepdf.Permissions(
        accessibility=True,
        extract="copy" in allowed,
        modify_annotation="annotate" in allowed,
        modify_assembly="assemble" in allowed,
        modify_form="fill" in allowed,
        modify_other="change" in allowed,
        print_lowres="print" in allowed,
        print_highres="print" in allowed,
    )


def _prepare(password: str) -> str:
    """One spelling of a password that can be typed in several ways (RFC 4013, SASLprep)."""
    spaced = "".join(" " if stringprep.in_table_c12(c) else c for c in password if not stringprep.in_table_b1(c))
    prepared = unicodedata.normalize("NFKC", spaced)
    if any(unicodedata.category(c) in ("Cc", "Cs", "Co", "Cn") for c in prepared):
        raise InputError("a password has characters that can't be typed", "Choose another password.")
    if len(prepared.encode()) > _LONGEST_PASSWORD:
        raise InputError(
            f"a password is longer than {_LONGEST_PASSWORD} bytes, the most that a PDF can have",
            "Choose a shorter one.",
        )
    return prepared


def _strings(body: bytes) -> Iterator[tuple[int, int]]:
    """Where the strings of an object start and end."""
    end = 0
    while found := _STRING.search(body, end):
        end = found.end()
        if found[0] == b"<<":
            continue
        if found[0] == b"(":
            end = _closed(body, end)
        yield found.start(), end


def _closed(body: bytes, start: int) -> int:
    """Where the literal string ends whose content starts here."""
    depth = 1
    for found in _PARENTHESIS.finditer(body, start):
        depth += {b"(": 1, b")": -1}.get(found[0], 0)
        if not depth:
            return found.end()
    return len(body)
