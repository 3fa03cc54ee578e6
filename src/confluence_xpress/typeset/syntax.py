"""How names, strings and dates are written in a PDF (ISO 32000-1, 7.3 and 7.9)."""

from __future__ import annotations

import re
from codecs import BOM_UTF16_BE
from datetime import UTC, datetime

_IRREGULAR = re.compile(rb"[^!-~]|[#()<>\[\]{}/%]")
# Control characters mean others in PDFDocEncoding.
_ASCII = re.compile(r"[ -~\t\n\r]*")
_ESCAPED = re.compile(rb"[()\\\r]")
_ESCAPES = {b"\r": b"\\r"}


def name(text: str) -> bytes:
    """A name object, slash included."""
    return b"/" + _IRREGULAR.sub(lambda found: b"#%02X" % found[0][0], text.encode())


def text_string(text: str) -> bytes:
    """A string that a reader may be shown: ASCII as a literal string, all else as UTF-16 in hexadecimal."""
    if _ASCII.fullmatch(text):
        return literal_string(text.encode())
    return hexadecimal_string(BOM_UTF16_BE + text.encode("utf-16-be", "replace"))


def literal_string(value: bytes) -> bytes:
    """A string in parentheses."""
    return b"(%b)" % _ESCAPED.sub(lambda found: _ESCAPES.get(found[0], b"\\" + found[0]), value)


def hexadecimal_string(value: bytes) -> bytes:
    """A string in angle brackets."""
    return b"<%b>" % value.hex().encode()


def date(timestamp: int) -> bytes:
    """A date as a string. `timestamp`: seconds since 1970, UTC."""
    return literal_string(f"{datetime.fromtimestamp(timestamp, UTC):D:%Y%m%d%H%M%SZ}".encode())
