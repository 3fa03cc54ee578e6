"""Regular expressions that authors write (Java's dialect), made safe to run: nothing here takes long or raises."""

from __future__ import annotations

import re

_MAX_PATTERN = 200
_MAX_TEXT = 120
_MAX_EFFORT = 21
"""Binary logarithm of the ways in which a text may be tried: two million take some 20 ms."""
_LOOP, _CHOICE = 7, 1
"""A repetition can be tried in as many ways as the text has characters, a choice in two."""

_QUOTED = re.compile(r"\\Q(.*?)(?:\\E|$)", re.DOTALL)
_ESCAPED = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)
# Back references, and Java's unions and intersections of sets, which mean something else in Python.
_FOREIGN = re.compile(r"\\[1-9]|\(\?P?[=(]|\[\^?\[|&&|--|~~|\|\|")
_QUANTIFIER = re.compile(r"[*+?]|\{\d*,?\d*\}")


def compile_pattern(pattern: str) -> re.Pattern[str] | None:
    """The pattern, or None if it is malformed, too long or of a form that may take exponential time."""
    pattern = _QUOTED.sub(lambda match: re.escape(match[1]), pattern)
    if len(pattern) > _MAX_PATTERN or _FOREIGN.search(pattern) or not _is_tame(pattern):
        return None
    try:
        return re.compile(pattern)
    except (re.error, OverflowError, RecursionError):
        return None


def matches(pattern: re.Pattern[str], text: str) -> bool:
    """Whether the pattern matches the whole text (of which only a reasonable part is looked at)."""
    return pattern.fullmatch(text[:_MAX_TEXT]) is not None


def _is_tame(pattern: str) -> bool:
    """No repeated group holds a choice or a repetition, and no branch has too many of them one after the other."""
    skeleton = _ESCAPED.sub("x", pattern)
    groups: list[bool] = []  # for each open group: whether it holds a choice or a repetition
    effort = 0
    for index, char in enumerate(skeleton):
        quantifier = None if char in "(|" else _QUANTIFIER.match(skeleton, index + 1)
        branching = bool(quantifier)
        if char == "(":
            groups.append(False)
            continue
        if char == ")" and groups:
            inside = groups.pop()
            if inside and quantifier and quantifier[0] != "?":
                return False
            branching = branching or inside
        elif char == "|":
            branching = True
            effort = effort + _CHOICE if groups else 0
        if quantifier:
            effort += _CHOICE if quantifier[0] == "?" else _LOOP
        if branching:
            groups = [True] * len(groups)
        if effort > _MAX_EFFORT:
            return False
    return True
