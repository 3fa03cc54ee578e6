"""Faults on demand: what can go wrong between a client and a site."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, get_args

from testsite.exchange import Record, Role

FaultKind = Literal[
    "hook",  # nothing but the hook
    "status",  # an error, `status`; 429 with `retry_after`
    "cut",  # the connection ends before any answer
    "cut-body",  # …in the middle of the body
    "slow",  # the body comes in `pieces`, `seconds` apart
    "late",  # the answer comes `seconds` later
    "wrong-json",  # valid JSON of the wrong kind
    "truncated",  # half of the JSON, as if it were all
    "login-page",  # HTML, status 200
    "gateway-page",  # HTML, `status`
    "content-type",  # the right body, called HTML
    "login-redirect",  # 302 to a page to sign in
    "expired-cursor",  # 400, if there is a cursor
    "gzip-garbage",  # called gzip, but isn't
    "huge",  # `size` bytes of blanks before the JSON
    "elsewhere",  # a redirect to another host
]


@dataclass(slots=True)
class Fault:
    """What goes wrong, and when.

    It is put on calls whose method and path match (`path` is a regular expression that is searched in the path and
    query; `role` a host): from the `nth` such call on, every `every`th, `times` times (None: for ever). `hook` is run
    before the answer is made, and may change the content.
    """

    kind: FaultKind
    path: str = ""
    method: str = ""
    role: Role | None = None
    nth: int = 1
    every: int = 1
    times: int | None = 1
    status: int = 500
    retry_after: float | None = None
    retry_date: bool = False
    reason: str = "confluence-burst-based"
    seconds: float = 0.05
    pieces: int = 10
    size: int = 64 * 1024 * 1024
    when: Callable[[Record], bool] | None = None
    hook: Callable[[Record], object] | None = None
    seen: int = field(default=0, init=False)
    done: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        if self.kind not in get_args(FaultKind):
            raise ValueError(self.kind)

    def matches(self, record: Record) -> bool:
        """Whether it is about such calls."""
        target = record.path + ("?" + "&".join(f"{key}={value}" for key, value in record.query) if record.query else "")
        return (
            (not self.method or self.method == record.method)
            and (self.role is None or self.role == record.role)
            and re.search(self.path, target) is not None
            and (self.kind != "expired-cursor" or any(key == "cursor" for key, _ in record.query))
            and (self.when is None or self.when(record))
        )

    def due(self, record: Record) -> bool:
        """Whether it is put on this call. Counts."""
        if not self.matches(record):
            return False
        self.seen += 1
        past = self.seen - self.nth
        if past < 0 or past % self.every or (self.times is not None and self.done >= self.times):
            return False
        self.done += 1
        return True


class Faults:
    """The faults of a site. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    def add(self, *faults: Fault) -> None:
        """Put faults on, after those that are there; the first that is due counts."""
        with self._lock:
            self._faults += faults

    def storm(self, times: int, retry_after: float = 1, path: str = "") -> Fault:
        """The next calls are all answered with 429."""
        fault = Fault("status", path, times=times, status=429, retry_after=retry_after)
        self.add(fault)
        return fault

    def clear(self) -> None:
        """Take all off."""
        with self._lock:
            self._faults.clear()

    def due(self, record: Record) -> list[Fault]:
        """The hooks that are due, and at most one other fault, last."""
        with self._lock:
            found: list[Fault] = []
            for fault in self._faults:
                if fault.kind == "hook":
                    if fault.due(record):
                        found.append(fault)
                elif not (found and found[-1].kind != "hook") and fault.due(record):
                    found.append(fault)
            return sorted(found, key=lambda fault: fault.kind != "hook")
