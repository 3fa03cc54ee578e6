"""What the service tells Prometheus. No label tells of callers or content, and none has more than a few values."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

from confluence_xpress.service.problems import PROBLEMS
from confluence_xpress.workers.memory import resident

_WORD = re.compile(r"[A-Za-z0-9_.-]{1,40}")
METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
_SECONDS = (0.005, 0.01, 0.02, 0.035, 0.05, 0.075, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300)


class Metrics:
    """All metrics, in a registry of their own."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = registry = CollectorRegistry(auto_describe=True)
        labels = ["route", "method", "status", "code"]
        self._requests = Counter("xpress_requests", "Answered requests.", labels, registry=registry)
        self._refused = Counter("xpress_refused", "Requests refused as they came in.", ["code"], registry=registry)
        self._seconds = _histogram(
            "xpress_request_seconds", "From a request's headers to its answer.", "route", registry
        )
        self._queue = _histogram("xpress_queue_seconds", "Time that requests waited for a worker.", "lane", registry)
        self._render = _histogram("xpress_render_seconds", "Time that workers took for requests.", "lane", registry)
        self._bytes_in = Counter("xpress_received_bytes", "Bytes of requests.", ["route"], registry=registry)
        self._bytes_out = Counter("xpress_sent_bytes", "Bytes of answers.", ["route"], registry=registry)
        self._pages = Counter("xpress_pdf_pages", "Pages of PDF made.", registry=registry)
        self._running = Gauge("xpress_running", "Requests that workers are at.", ["lane"], registry=registry)
        self._waiting = Gauge("xpress_waiting", "Requests that wait for a worker.", ["lane"], registry=registry)
        self._restarts = Counter("xpress_worker_restarts", "Workers replaced.", ["reason"], registry=registry)
        self._memory = Gauge("xpress_memory_bytes", "Resident memory.", ["process"], registry=registry)
        self._held = Gauge("xpress_budget_held_bytes", "Bytes of requests and answers in memory.", registry=registry)
        self._limit = Gauge("xpress_budget_limit_bytes", "The most there may be of them.", registry=registry)
        self._connections = Gauge("xpress_connections", "Open connections.", registry=registry)
        self._build = Gauge("xpress_build_info", "Versions.", ["version", "typst", "python"], registry=registry)
        self._routes: frozenset[str] = frozenset()
        self._memory.labels("host").set_function(resident)

    def routes(self, names: frozenset[str]) -> None:
        """The routes there are; others count as “other”."""
        self._routes = names

    def build(self, version: str, typst: str) -> None:
        """What runs here."""
        self._build.labels(version, typst, ".".join(map(str, sys.version_info[:3]))).set(1)

    def answered(
        self, *, route: str, method: str, status: int, code: str, seconds: float, bytes_in: int, bytes_out: int
    ) -> None:
        """A request is answered. `route`: its pattern, not its path; `code`: of the problem, or empty."""
        route = self._route(route)
        code = code if code in PROBLEMS else "other" if code else "ok"
        self._requests.labels(route, method if method in METHODS else "other", str(status), code).inc()
        self._seconds.labels(route).observe(seconds)
        self._bytes_in.labels(route).inc(bytes_in)
        self._bytes_out.labels(route).inc(bytes_out)

    def refused(self, code: str) -> None:
        """A connection or request was refused before the application saw it."""
        self._refused.labels(code if code in PROBLEMS else "other").inc()

    def queued(self, lane: str, seconds: float) -> None:
        """A worker has taken a request that waited for so long."""
        self._queue.labels(_word(lane)).observe(seconds)

    def rendered(self, lane: str, seconds: float, pages: int) -> None:
        """A worker is done with a request."""
        self._render.labels(_word(lane)).observe(seconds)
        self._pages.inc(pages)

    def restarted(self, reason: str) -> None:
        """A worker was replaced."""
        self._restarts.labels(_word(reason)).inc()

    def watch_lane(self, lane: str, running: Callable[[], float], waiting: Callable[[], float]) -> None:
        """Where the numbers of a lane come from."""
        self._running.labels(_word(lane)).set_function(running)
        self._waiting.labels(_word(lane)).set_function(waiting)

    def watch_memory(self, workers: Callable[[], float]) -> None:
        """Where the resident memory of all workers together comes from, in bytes."""
        self._memory.labels("workers").set_function(workers)

    def watch_budget(self, held: Callable[[], float], limit: int) -> None:
        """Where the bytes held come from."""
        self._held.set_function(held)
        self._limit.set(limit)

    def watch_connections(self, count: Callable[[], float]) -> None:
        """Where the number of open connections comes from."""
        self._connections.set_function(count)

    def exposition(self) -> tuple[bytes, str]:
        """The answer to /metrics: body and media type."""
        return generate_latest(self.registry), CONTENT_TYPE_PLAIN_0_0_4

    def _route(self, name: str) -> str:
        return name if name in self._routes else "other"


def _histogram(name: str, text: str, label: str, registry: CollectorRegistry) -> Histogram:
    return Histogram(name, text, [label], buckets=_SECONDS, registry=registry)


def _word(label: str) -> str:
    return label if _WORD.fullmatch(label) else "other"


METRICS: Final = Metrics()
"""Of this process."""


def exposition() -> tuple[bytes, str]:
    """The answer to /metrics: body and media type."""
    return METRICS.exposition()
