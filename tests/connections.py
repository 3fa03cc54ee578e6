"""Connections for tests: to a server on this machine, and with a clock in which waiting takes no time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from confluence_xpress.sources.online.http.connection import Connection
from confluence_xpress.sources.online.http.credentials import Credentials
from confluence_xpress.sources.online.http.deployment import Deployment
from confluence_xpress.sources.online.http.settings import Settings
from tests.meddler import Call, Meddle, Meddler, Reply, as_json, meddling

TOKEN = "ATATT3xFfGF0-secret"
PERSON = Credentials(TOKEN, "jane@acme.example")
PAT = Credentials("NjM2-secret-pat")
CLOUD_ID = "11111111-2222-3333-4444-555555555555"


class Clock:
    """A clock that only waiting moves. `waits`: how long each was to be, in seconds; `settled` is released by each
    that has no end of its own."""

    def __init__(self) -> None:
        self.waits: list[float] = []
        self.settled = threading.Semaphore(0)
        self._now = 1_000.0

    def monotonic(self) -> float:
        return self._now

    def time(self) -> float:
        return 1_800_000_000 + self._now

    def wait(self, condition: threading.Condition, seconds: float | None) -> None:
        if seconds is None:
            self.settled.release()
            condition.wait()
        else:
            self.waits.append(seconds)
            self._now += seconds


@dataclass
class Site:
    """A connection, the server that it talks to, its clock, and what was told."""

    connection: Connection
    server: Meddler
    clock: Clock
    told: list[str] = field(default_factory=list)

    def paths(self) -> list[str]:
        """What was asked for, in order."""
        return self.server.paths()


def cloud(url: str) -> Deployment:
    """Cloud, asked directly."""
    return Deployment("cloud", f"{url}/wiki", f"{url}/wiki", CLOUD_ID)


def gateway(url: str) -> Deployment:
    """Cloud, asked through the gateway."""
    return Deployment("cloud", "https://acme.atlassian.net/wiki", f"{url}/ex/confluence/{CLOUD_ID}/wiki", CLOUD_ID)


def datacenter(url: str, context: str = "/context") -> Deployment:
    """Data Center."""
    return Deployment("datacenter", f"{url}{context}", f"{url}{context}")


@contextmanager
def connected(
    answer: Meddle,
    deployment: Callable[[str], Deployment] = cloud,
    credentials: Credentials | None = PERSON,
    **settings: Any,
) -> Iterator[Site]:
    """A connection to a server that answers so."""
    clock, told = Clock(), list[str]()
    with (
        meddling(answer) as server,
        Connection(deployment(server.url), credentials, Settings(**settings), told.append, clock) as connection,
    ):
        yield Site(connection, server, clock, told)


def in_turn(*replies: Reply) -> Meddle:
    """These replies, whatever is asked, the last one again and again."""
    left = list(replies)
    lock = threading.Lock()

    def answer(_call: Call) -> Reply:
        with lock:
            return left.pop(0) if len(left) > 1 else left[0]

    return answer


def error(status: int, message: str = "", **headers: str) -> Reply:
    """An error as Cloud's v2 tells it."""
    told = {"errors": [{"status": status, "code": "X", "title": message, "detail": None}]}
    return as_json(told, status, **{name.replace("_", "-"): value for name, value in headers.items()})
