"""Escaping: the only ways by which text reaches Typst. One function for each context."""

from __future__ import annotations

import re

# Every ASCII sign that means something in Typst markup. `/` covers comments and links, `-` dashes and minus signs.
_BEFORE_SIGN = re.compile("(?=[" + re.escape("\\*_`$#@<>[]~-=+/\"'{}|^&%:;!()") + "])")
_LIST_NUMBER = re.compile(r"^(\s*\d+)\.")
_ELLIPSIS = re.compile(r"\.(?=\.)")
_SPACE = re.compile(r"[\t\n\v\f\r\x1c-\x1f\x85\u2028\u2029 ]+")
# Characters that PDF text may not hold, or that no reader sees: controls, byte order marks, non-characters.
_INVISIBLE = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ufdd0-\ufdef\ufeff\ufffe\uffff]")
_STRING = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})


def clean(text: str) -> str:
    """Text without characters that no PDF may hold; lone surrogates become U+FFFD."""
    if text.isascii() and text.isprintable():
        return text
    return _INVISIBLE.sub("", text.encode("utf-8", "surrogatepass").decode("utf-8", "replace"))


def markup(text: str) -> str:
    """Text for Typst markup: shown as it is, whatever it holds. White space runs become one space."""
    text = clean(text)
    if "  " in text or not text.isprintable():
        text = _SPACE.sub(" ", text)
    text = "\\".join(_BEFORE_SIGN.split(text))
    if "." not in text:
        return text
    text = _ELLIPSIS.sub(r"\\.", text)
    return _LIST_NUMBER.sub(r"\1\\.", "\\" + text if text.startswith(".") else text)


def string(text: str) -> str:
    """Text as a Typst string literal, quotes included. Line ends and tabs are kept."""
    if text.isascii() and text.isprintable() and '"' not in text and "\\" not in text:
        return f'"{text}"'
    cleaned = clean(text.replace("\r\n", "\n").replace("\r", "\n"))
    return '"' + cleaned.translate(_STRING) + '"'


def literal(value: object) -> str:
    """A Python value as a Typst literal: None, bool, int, float, str, lists, tuples and dicts of these."""
    match value:
        case None:
            return "none"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return f"{value:.4f}".rstrip("0").rstrip(".") or "0"
        case str():
            return string(value)
        case list() | tuple():
            items = ", ".join(literal(item) for item in value)
            return f"({items},)" if len(value) == 1 else f"({items})"
        case dict():
            items = ", ".join(f"{string(str(key))}: {literal(item)}" for key, item in value.items())
            return f"({items})" if value else "(:)"
        case _:
            raise TypeError(f"no Typst literal for {type(value).__name__}")
