"""`data:` URIs (RFC 2397)."""

from __future__ import annotations

import base64
import binascii
import re
from urllib.parse import unquote_to_bytes

_HEAD = re.compile(r"\s*data:([^,]*),", re.IGNORECASE)
_URL_SAFE = bytes.maketrans(b"-_", b"+/")


def data_uri(media_type: str, data: bytes) -> str:
    """The bytes as a `data:` URI."""
    return f"data:{media_type};base64,{base64.b64encode(data).decode('ascii')}"


def decode_data_uri(uri: str) -> bytes | None:
    """The bytes of a `data:` URI; None if it is another address or its content is damaged."""
    found = _HEAD.match(uri)
    if not found:
        return None
    data = unquote_to_bytes(uri[found.end() :])
    if "base64" not in found[1].lower():
        return data
    data = b"".join(data.split()).translate(_URL_SAFE)
    try:
        return base64.b64decode(data.rstrip(b"=") + b"=" * (-len(data.rstrip(b"=")) % 4), validate=True)
    except binascii.Error:
        return None
