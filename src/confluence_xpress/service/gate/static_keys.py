"""Static keys: who holds one may call. A file holds their hashes, one on a line, never the keys themselves.

    # who     hash of the key
    wiki      sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08

A key is 256 random bits, so a plain SHA-256 can't be turned back. A name may have several keys while one replaces
another. To revoke a key, remove its line and reload; a file without any line lets nobody in.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from confluence_xpress.errors import InputError

PREFIX = "xpk_"
"""How every key begins, so that one that leaked is found by who searches for it."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_LINE = re.compile(rf"({_NAME.pattern})[ \t]+sha256:([0-9A-Fa-f]{{64}})")
_FORM = "A line is: name sha256:<64 hexadecimal digits>. A name has up to 40 letters, digits, dots, “-” and “_”."
_LARGEST = 1_000_000
"""Bytes that a file of keys may have."""


@dataclass(frozen=True, slots=True)
class StaticKeys:
    """The keys in force: names, and SHA-256 of the keys."""

    hashes: tuple[tuple[str, bytes], ...] = field(repr=False)

    def name(self, key: str) -> str | None:
        """Whose key this is; None if nobody's. It takes as long whether and wherever it is found."""
        digest = hashlib.sha256(key.encode()).digest()
        found = None
        for name, known in self.hashes:
            if hmac.compare_digest(digest, known):
                found = name
        return found


def make_key(name: str) -> tuple[str, str]:
    """A new key, and the line for the file of keys. InputError if the name can't be one."""
    if not _NAME.fullmatch(name):
        raise InputError("That can't be the name of a key", _FORM)
    key = PREFIX + secrets.token_urlsafe(32)
    return key, f"{name} sha256:{hashlib.sha256(key.encode()).hexdigest()}"


def read_static_keys(file: Path) -> StaticKeys:
    """The keys of a file. InputError, with the number of the line but never its text, if it can't be used."""
    found: dict[bytes, str] = {}
    for number, line in enumerate(_text(file).splitlines(), 1):
        content = line.partition("#")[0].strip()
        if not content:
            continue
        match = _LINE.fullmatch(content)
        if match is None:
            raise InputError(f"{file}, line {number}: {_fault(content)}", _FORM)
        digest = bytes.fromhex(match[2])
        if digest in found:
            raise InputError(f"{file}, line {number}: this key is there already", "Give each caller a key of its own.")
        found[digest] = match[1]
    return StaticKeys(tuple((name, digest) for digest, name in found.items()))


def _text(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            data = stream.read(_LARGEST + 1)
        if len(data) > _LARGEST:
            raise InputError(f"{file} is too large for a file of keys", f"It may have {_LARGEST} bytes.")
        return data.decode("utf-8-sig")
    except OSError as error:
        raise InputError(
            f"{file} can't be read: {error.strerror}", "Give a file of keys that xpress may read."
        ) from error
    except UnicodeDecodeError as error:
        raise InputError(f"{file} is no text (UTF-8)", _FORM) from error


def _fault(content: str) -> str:
    if PREFIX in content:
        return "it holds a key itself, which belongs to its caller alone"
    return "this is no name with a hash"
