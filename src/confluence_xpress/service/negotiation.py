"""Which form of the answer a caller wants, by its header Accept (RFC 9110, section 12.5.1)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from confluence_xpress.service.operations import Operation
from confluence_xpress.service.output import Form
from confluence_xpress.service.problems import Problem
from confluence_xpress.wire.parts import MEDIA_TYPE

SINGLE: Mapping[Operation, Sequence[str]] = {
    "needs": ("application/json",),
    "parts": (MEDIA_TYPE,),
    "assemble": ("application/pdf",),
    "render": ("application/pdf",),
    "preview": ("image/png", "image/svg+xml"),
}
"""The media types that the one file of an answer may have."""
_RANGE = re.compile(r"[ \t]*([a-z0-9.+*-]+/[a-z0-9.+*-]+)[ \t]*(;[^,]*)?", re.IGNORECASE)
_WEIGHT = re.compile(r";[ \t]*q=([01](?:\.[0-9]{0,3})?)[ \t]*(?:;|$)", re.IGNORECASE)


def form_of(accept: str | None, operation: Operation) -> Form:
    """The form that the caller likes best. Problem if there is none that it takes."""
    forms: dict[str, Form] = {**dict.fromkeys(SINGLE[operation], "file"), "application/zip": "zip"}
    forms["multipart/form-data"] = "multipart"
    forms.setdefault("application/json", "json")
    wanted = _ranges(accept)
    liked = {media_type: _quality(media_type, wanted) for media_type in forms}
    best = max(liked, key=lambda media_type: liked[media_type])
    if not liked[best]:
        raise Problem("not-acceptable", f"The answer can be {', '.join(forms)}.")
    return forms[best]


def check_type(accept: str | None, media_type: str) -> None:
    """Problem if the caller doesn't take the file that there is."""
    if not _quality(media_type, _ranges(accept)):
        raise Problem("not-acceptable", f"The file is {media_type}.", hint="Ask for another one, or accept this type.")


def _ranges(accept: str | None) -> dict[str, float]:
    """Media ranges and how much each is liked. Without any, everything will do."""
    if not accept or not accept.strip():
        return {"*/*": 1.0}
    ranges = {}
    for part in accept.split(","):
        if found := _RANGE.fullmatch(part):
            weight = _WEIGHT.search(found[2] or "")
            ranges[found[1].lower()] = min(1.0, float(weight[1])) if weight else 1.0
    return ranges


def _quality(media_type: str, ranges: Mapping[str, float]) -> float:
    """The most precise range counts."""
    for name in (media_type, f"{media_type.partition('/')[0]}/*", "*/*"):
        if name in ranges:
            return ranges[name]
    return 0.0
