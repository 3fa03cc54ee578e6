"""What a site says about its limits: headers of answers, as Cloud and Data Center send them.

Cloud: Retry-After, X-RateLimit-*, RateLimit-Reason, and RateLimit with RateLimit-Policy. Their variants with the prefix
Beta- are not enforced yet, so they are not looked at. Data Center: Retry-After, X-RateLimit-* with the size of the
bucket, and how fast it is filled.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_LOW = 0.2
"""Which part of a limit is near its end, as X-RateLimit-NearLimit has it."""
_QUOTAS = ("quota", "global", "tenant")
_ITEM = re.compile(r'"?([^";,]*)"?\s*((?:;\s*\w+\s*=\s*[\d.]+\s*)+)')
_VALUE = re.compile(r"(\w+)\s*=\s*([\d.]+)")


@dataclass(frozen=True, slots=True)
class Limits:
    """What an answer says of limits. Seconds are from now."""

    known: bool = False
    """Whether it says anything."""
    wait: float | None = None
    """Seconds to wait at least, if it is a refusal that says so."""
    quota: bool = False
    """Whether a quota is used up, rather than a burst too fast."""
    used_up: float | None = None
    """Seconds until more is allowed, if nothing is left."""
    near: bool = False
    """Whether little is left."""
    left: float = 0
    """How much of it: points or calls; 0 if that isn't said."""
    reset: float = 0
    """Seconds until it is full again; 0 if that isn't said."""
    interval: float = 0
    """Seconds for one call that a bucket is filled with (Data Center); 0 if that isn't said."""


def limits_of(status: int, headers: Mapping[str, str], now: float) -> Limits:
    """The limits in an answer. Header names in lower case, or of a mapping that knows none; `now`: the time (Unix)."""
    wait = seconds_in(headers.get("retry-after", ""), now)
    reset = _reset(headers.get("x-ratelimit-reset", ""), now)
    remaining = _number(headers.get("x-ratelimit-remaining", ""))
    limit = _number(headers.get("x-ratelimit-limit", ""))
    interval = _interval(headers)
    near = headers.get("x-ratelimit-nearlimit", "").strip().lower() == "true"
    near = near or (remaining is not None and bool(limit) and remaining < _LOW * (limit or 0))
    used_up = reset if remaining == 0 and not interval else None
    left = remaining or 0.0
    for name, values in _items(headers.get("ratelimit", "")):
        r, t = values.get("r"), values.get("t", 0.0)
        quota = dict(_items(headers.get("ratelimit-policy", ""))).get(name, {}).get("q")
        if r == 0 and t:
            used_up = max(used_up or 0, t)
        elif r is not None and quota and r < _LOW * quota:
            near, left, reset = True, r, t
    reason = headers.get("ratelimit-reason", "").lower()
    return Limits(
        known=remaining is not None or near or "ratelimit" in headers,
        wait=wait if status in (429, 503) else None,
        quota=status == 429
        and (any(word in reason for word in _QUOTAS) or (not reason and remaining == 0 and not interval)),
        used_up=used_up,
        near=near,
        left=left,
        reset=reset or 0,
        interval=interval,
    )


def seconds_in(retry_after: str, now: float) -> float | None:
    """Seconds to wait, by the header Retry-After (RFC 9110, section 10.2.3); None if it isn't there."""
    value = retry_after.strip()
    if value.isascii() and value.isdigit() and len(value) < 10:
        return float(value)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - now)
    except (ValueError, OverflowError):
        return None


def _reset(value: str, now: float) -> float | None:
    """Seconds until a moment in ISO 8601 or, as some proxies have it, in seconds since 1970 or from now."""
    if (number := _number(value)) is not None:
        return max(0.0, number - now) if number > 1e9 else number
    try:
        moment = datetime.fromisoformat(value.strip())
        return max(0.0, (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - now)
    except (ValueError, OverflowError):
        return None


def _interval(headers: Mapping[str, str]) -> float:
    fill = _number(headers.get("x-ratelimit-fillrate", ""))
    seconds = _number(headers.get("x-ratelimit-interval-seconds", ""))
    return seconds / fill if fill and seconds else 0.0


def _number(value: str) -> float | None:
    value = value.strip()
    return float(value) if value.isascii() and value.isdigit() and len(value) < 16 else None


def _items(header: str) -> list[tuple[str, dict[str, float]]]:
    """`"a";r=10;t=20, "b";r=1` as a list of names and values."""
    found = []
    for match in _ITEM.finditer(header):
        values = {name: float(value) for name, value in _VALUE.findall(match[2]) if value.replace(".", "", 1).isdigit()}
        found.append((match[1].strip(), values))
    return found
