"""What bytes are, told from the bytes alone."""

from __future__ import annotations

import re

_TEXT_START = re.compile(rb"^(?:\xef\xbb\xbf)?\s*<", re.DOTALL)
_SVG_ROOT = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?svg[\s>/]")
_HTML = re.compile(
    rb"^(?:\xef\xbb\xbf)?\s*(?:<!--.*?-->\s*)?<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_GZIP = b"\x1f\x8b"
_HEAD = 64 * 1024
"""Editors put long comments and entity declarations before the root element."""

_OTHERS: tuple[tuple[int, bytes, str], ...] = (
    (0, b"%PDF-", "a PDF"),
    (0, b"PK\x03\x04", "a zip or Office file"),
    (0, b"\xd0\xcf\x11\xe0", "an old Office file"),
    (0, b"\x1aE\xdf\xa3", "a video"),
    (4, b"ftypisom", "a video"),
    (4, b"ftypmp4", "a video"),
    (4, b"ftypqt", "a video"),
    (4, b"ftypM4V", "a video"),
    (4, b"ftyphei", "a HEIC photo, a format that is not supported"),
    (4, b"ftypmif1", "a HEIC photo, a format that is not supported"),
    (0, b"%!PS", "a PostScript file"),
    (0, b"8BPS", "a Photoshop file"),
    (0, b"{", "a text file"),
)


def looks_like_svg(data: bytes) -> bool:
    """Whether the bytes claim to be SVG, plain or compressed."""
    head = data[:_HEAD]
    if head.startswith(_GZIP):
        return True
    if head.startswith(_UTF16):
        return bool(_SVG_ROOT.search(head.replace(b"\x00", b"")))
    return bool(_TEXT_START.match(head)) and not _HTML.match(head) and bool(_SVG_ROOT.search(head))


def not_an_image(data: bytes) -> str:
    """Why the bytes are no image, if they are something else that is known."""
    head = data[:_HEAD]
    if _HTML.match(head):
        return "a web page came instead of an image (often the sign-in page)"
    for offset, magic, kind in _OTHERS:
        if head.startswith(magic, offset):
            return f"it is {kind}, not an image"
    if _TEXT_START.match(head):
        return "it is XML or HTML, not an image"
    return ""
