"""Rate limits with the headers that Confluence sends, and who calls on before the end of a Retry-After."""

from __future__ import annotations

import datetime as dt
import math
import threading
import time
from dataclasses import dataclass

from testsite.exchange import Refusal, Reply

_IN_FLIGHT = 0.15
"""Seconds after a refusal in which calls may still arrive that left before."""

Headers = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Burst:
    """A token bucket for each caller: `size` calls at once, and `per_second` more."""

    size: int
    per_second: float


@dataclass(frozen=True, slots=True)
class Points:
    """Points in each window of `seconds`: 1 for a call, 1 for each object, 2 for each user or group."""

    quota: int
    seconds: float = 3600


@dataclass(frozen=True, slots=True)
class Limits:
    """What one caller may ask for. None: no limit. `enforced` False: Cloud only tells, in headers with `Beta-`."""

    burst: Burst | None = None
    points: Points | None = None
    enforced: bool = True


class Limiter:
    """Counts calls. Thread-safe."""

    def __init__(self, limits: Limits, kind: str) -> None:
        self.limits = limits
        self._kind = kind
        self._lock = threading.Lock()
        self._buckets: dict[str, tuple[float, float]] = {}
        self._spent: dict[str, tuple[int, int]] = {}
        self._silent: dict[str, tuple[float, float]] = {}

    def refused(self, caller: str, seconds: float) -> None:
        """The caller has been told to wait."""
        with self._lock:
            start = time.monotonic()
            end = max(start + seconds, self._silent.get(caller, (0.0, 0.0))[1])
            self._silent[caller] = (start, end)

    def early(self, caller: str, at: float) -> bool:
        """Whether a call that arrived then (by the monotonic clock) should have waited, as the caller was told."""
        with self._lock:
            start, end = self._silent.get(caller, (0.0, 0.0))
            return start + _IN_FLIGHT < at < end

    def admit(self, caller: str) -> Headers:
        """The headers of an answer that may be given. Refusal with 429 if the caller must wait."""
        with self._lock:
            headers = self._points_headers(caller)
            left = self._left(caller)
            if self.limits.points and self.limits.enforced and left <= 0:
                wait = math.ceil(self._resets(self.limits.points))
                raise Refusal(
                    429,
                    "Rate limit exceeded.",
                    [*headers, ("retry-after", str(wait)), ("ratelimit-reason", "confluence-quota-tenant-based")],
                )
            return headers + self._burst(caller)

    def charge(self, caller: str, reply: Reply) -> None:
        """Count what an answer costs."""
        if self.limits.points is None:
            return
        with self._lock:
            window, spent = self._window(caller)
            self._spent[caller] = (window, spent + 1 + reply.objects + 2 * reply.identities)

    def _burst(self, caller: str) -> Headers:
        burst = self.limits.burst
        if burst is None:
            return []
        now = time.monotonic()
        tokens, then = self._buckets.get(caller, (float(burst.size), now))
        tokens = min(burst.size, tokens + (now - then) * burst.per_second)
        enough = tokens >= 1
        self._buckets[caller] = (tokens - 1 if enough else tokens, now)
        headers = self._bucket_headers(burst, tokens)
        if not enough:
            wait = max(1, math.ceil((1 - tokens) / burst.per_second))
            reason = [("ratelimit-reason", "confluence-burst-based")] if self._kind == "cloud" else []
            raise Refusal(429, "Rate limit exceeded.", [*headers, ("retry-after", str(wait)), *reason])
        return headers

    def _bucket_headers(self, burst: Burst, tokens: float) -> Headers:
        if self._kind == "cloud":
            return []
        interval = max(1, round(1 / burst.per_second)) if burst.per_second < 1 else 1
        return [
            ("x-ratelimit-limit", str(burst.size)),
            ("x-ratelimit-remaining", str(max(0, int(tokens) - 1))),
            ("x-ratelimit-interval-seconds", str(interval)),
            ("x-ratelimit-fillrate", str(max(1, round(burst.per_second * interval)))),
        ]

    def _window(self, caller: str) -> tuple[int, int]:
        assert self.limits.points
        number = int(time.time() // self.limits.points.seconds)
        window, spent = self._spent.get(caller, (number, 0))
        return (number, spent if window == number else 0)

    def _left(self, caller: str) -> int:
        return self.limits.points.quota - self._window(caller)[1] if self.limits.points else 0

    def _resets(self, points: Points) -> float:
        """Seconds to the end of this window."""
        return points.seconds - time.time() % points.seconds

    def _points_headers(self, caller: str) -> Headers:
        points = self.limits.points
        if points is None or self._kind != "cloud":
            return []
        left, wait = max(0, self._left(caller)), self._resets(points)
        reset = dt.datetime.fromtimestamp(math.ceil(time.time() + wait), dt.UTC).isoformat().replace("+00:00", "Z")
        beta = "" if self.limits.enforced else "beta-"
        headers = [
            (f"{beta}x-ratelimit-limit", str(points.quota)),
            (f"{beta}x-ratelimit-remaining", str(left)),
            (f"{beta}x-ratelimit-reset", reset),
            (f"{beta}ratelimit-policy", f'"tenant-quota";q={points.quota};w={points.seconds:g}'),
            (f"{beta}ratelimit", f'"tenant-quota";r={left};t={math.ceil(wait)}'),
        ]
        if left < points.quota * 0.2:
            headers.append((f"{beta}x-ratelimit-nearlimit", "true"))
        return headers
