"""Arguments as people write them."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from confluence_xpress.errors import InputError

_SEVERAL = ("--set", "--label", "--exclude-label", "--skip-label")
_LATEST = 253402300799  # 9999-12-31: PDF dates have four digits for the year


def spread(arguments: Sequence[str]) -> list[str]:
    """`--label a b` as `--label a --label b`, which is what the parser knows.

    Only behind SOURCE, because before it the second word may be SOURCE itself.
    """
    result: list[str] = []
    option = ""
    positional = 0
    expects_value = False
    for argument in arguments:
        if argument.startswith("-") and argument != "-":
            option = argument if argument in _SEVERAL else ""
            expects_value = "=" not in argument
            result.append(argument)
        elif expects_value:
            expects_value = False
            result.append(argument)
        elif option and positional >= 2:
            result += [option, argument]
        else:
            positional += 1
            result.append(argument)
    return result


def comma_list(text: str) -> tuple[str, ...]:
    """The parts of a comma-separated list, blanks removed."""
    return tuple(part for part in (piece.strip() for piece in text.split(",")) if part)


def parse_assignments(pairs: Iterable[str]) -> dict[str, str]:
    """`key=value` pairs. Raises InputError for anything else."""
    result = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name.strip():
            raise InputError(f"--set {pair}: this is no key=value", "Write for example --set cover=true.")
        result[name.strip()] = value.strip()
    return result


def parse_timestamp(text: str) -> int:
    """Seconds since 1970 (UTC) from an ISO 8601 time or from such seconds; now, if empty. Raises InputError."""
    text = text.strip()
    if not text:
        return int(time.time())
    try:
        if text.lstrip("-").isdigit():
            seconds = int(text)
        else:
            moment = datetime.fromisoformat(text)
            seconds = int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError):
        seconds = -1
    if not 0 <= seconds <= _LATEST:
        raise InputError(
            f"“{text}” is not a time of export", "Write 2026-11-22T12:00:00Z, a date, or seconds since 1970."
        )
    return seconds
