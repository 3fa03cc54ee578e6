"""Days in words, in the document's language, whatever the locale of the machine."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import cache

from babel import Locale, UnknownLocaleError
from babel.dates import format_date

# English alone is international English: day before month.
_USUAL = {"en": "en_GB"}


def day_format(language: str) -> Callable[[str], str]:
    """A function that writes `YYYY-MM-DD` (or an ISO time) as people of this language do; other text stays as it is."""
    locale = _locale(language)

    def show(day: str) -> str:
        try:
            return format_date(date.fromisoformat(day[:10]), format="long", locale=locale)
        except ValueError:
            return day

    return show


def day_of(timestamp: int) -> str:
    """The UTC day of a time in seconds since 1970, `YYYY-MM-DD`."""
    return datetime.fromtimestamp(timestamp, UTC).date().isoformat()


@cache
def _locale(language: str) -> Locale:
    tag = _USUAL.get(language, language).replace("-", "_")
    for name in (tag, tag.split("_")[0]):
        try:
            return Locale.parse(name)
        except (UnknownLocaleError, ValueError):
            continue
    return Locale("en", "GB")
