"""JSON text to values, however deep, broken or wrapped it is."""

from __future__ import annotations

import json
import re
from typing import NamedTuple

_TOKEN = re.compile(r'[\[\]{}]|"(?:[^"\\]|\\.)*(?:"|\\?\Z)|-?[0-9][0-9.eE+-]*|true|false|null', re.DOTALL)
_ENCODINGS = 4
"""How often a value may be JSON inside a JSON string; Confluence's REST API does it once."""


class Parsed(NamedTuple):
    """A value, and what is wrong with its JSON (empty if nothing is)."""

    value: object
    error: str = ""


def parse(text: str) -> Parsed:
    """The value of a JSON text; of a broken or cut-off one, whatever can still be made out. Never raises."""
    value: object = text
    for depth in range(_ENCODINGS):
        if not isinstance(value, str):
            break
        source = value
        try:
            value = json.loads(source, strict=False)
        except RecursionError:
            value = _salvage(source)
        except ValueError as error:
            return Parsed(value) if depth else Parsed(_salvage(source), str(error))
    return Parsed(value)


def _salvage(text: str) -> object:
    """The first value in the text. Keeps its own stack, takes unclosed brackets as closed, skips what is no JSON."""
    root: list[object] = []
    stack: list[list[object] | dict[str, object]] = [root]
    key: str | None = None
    for token in _TOKEN.finditer(text):
        word = token[0]
        container = stack[-1]
        if word in "]}":
            key = None
            if len(stack) > 1:
                stack.pop()
            continue
        value = _value(word)
        if isinstance(container, list):
            container.append(value)
        elif key is None:
            if isinstance(value, str):
                key = value
                continue
        else:
            container[key] = value
            key = None
        if isinstance(value, (list, dict)):
            stack.append(value)
    return root[0] if root else None


def _value(word: str) -> str | float | bool | list[object] | dict[str, object] | None:
    if word == "[":
        return []
    if word == "{":
        return {}
    # The last string of a text that was cut off has no end.
    for attempt in (word, f'{word}"'):
        try:
            scalar: str | float | bool | None = json.loads(attempt, strict=False)
        except ValueError:
            continue
        return scalar
    return word.removeprefix('"')
