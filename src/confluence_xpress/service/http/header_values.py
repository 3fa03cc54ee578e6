"""Values with parameters, as in Content-Type and Content-Disposition, read strictly (RFC 9110, section 5.6.6)."""

from __future__ import annotations

import re

_VALUE = re.compile(r"[ \t]*([!#$%&'*+.^_`|~0-9A-Za-z/-]+)")
_PARAMETER = re.compile(
    r"[ \t]*;[ \t]*([!#$%&'*+.^_`|~0-9A-Za-z-]+)="
    r'(?:([!#$%&\'*+.^_`|~0-9A-Za-z-]+)|"((?:[^"\\\x00-\x08\x0a-\x1f\x7f]|\\[^\x00-\x08\x0a-\x1f\x7f])*+)")'
)
_END = re.compile(r"[ \t]*;?[ \t]*")
_ESCAPED = re.compile(r"\\(.)")


def parsed(text: str) -> tuple[str, dict[str, str]] | None:
    """The value and its parameters, names in small letters; None if it can't be read, or has a parameter twice."""
    match = _VALUE.match(text)
    if match is None:
        return None
    value = match[1].lower()
    parameters: dict[str, str] = {}
    end = match.end()
    while found := _PARAMETER.match(text, end):
        name = found[1].lower()
        if name in parameters:
            return None
        parameters[name] = found[2] if found[2] is not None else _ESCAPED.sub(r"\1", found[3])
        end = found.end()
    return (value, parameters) if _END.fullmatch(text, end) else None
