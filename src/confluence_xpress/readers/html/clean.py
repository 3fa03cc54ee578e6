"""Text before it is parsed."""

from __future__ import annotations

import re

FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that XML has no place for: control characters, halves of surrogate pairs, non-characters."""
_PROLOG = re.compile(
    r"\s*(?:<\?xml[^>]*\?>\s*)?<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>|\s*<\?xml[^>]*\?>", re.DOTALL | re.IGNORECASE
)

_REFERENCE = re.compile(r"&#(?:[xX]([0-9a-fA-F]+)|([0-9]+));?")


def without_forbidden_references(text: str) -> str:
    """The text without numeric references to forbidden characters, which HTML parsers let pass."""
    return _REFERENCE.sub(_allowed, text) if "&#" in text else text


def _allowed(found: re.Match[str]) -> str:
    digits, base = (found[1], 16) if found[1] else (found[2], 10)
    point = int(digits, base) if len(digits) < 9 else 0
    return "" if point > 0x10FFFF or not point or FORBIDDEN.match(chr(point)) else found[0]


def clean(text: str) -> str:
    """The text without forbidden characters, XML declaration and document type (so it can declare no entities)."""
    if FORBIDDEN.search(text):
        text = FORBIDDEN.sub("", text)
    prolog = _PROLOG.match(text)
    return text[prolog.end() :] if prolog else text
