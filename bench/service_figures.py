"""Figures of what was answered: how many, how quickly, at what cost."""

from __future__ import annotations

import io
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import pikepdf

from bench.machine import cores
from bench.service_client import Answer
from bench.service_process import Used

Figures = dict[str, Any]
_LATENESS = 0.01
"""Seconds that a request may be sent after it was due before that is counted."""


def figures(answers: Sequence[Answer], before: Used, after: Used) -> Figures:
    """What came of requests: outcomes, latency in seconds, answers a second, CPU in seconds for each answer.

    Latency and rate are of the answers that are documents. `others`: the share of the machine's CPU that went to
    programs that have nothing to do with this; `late`: requests that this program sent too late.
    """
    good = [answer for answer in answers if answer.status == 200]
    seconds = max(after.moment - before.moment, 1e-9)
    cpu = {name: getattr(after, name) - getattr(before, name) for name in ("host", "workers", "client")}
    machine = after.machine - before.machine
    share = seconds * cores()
    return {
        "requests": len(answers),
        "outcomes": dict(Counter(_outcome(answer) for answer in answers)),
        "documents": len(good),
        "rate": len(good) / seconds,
        "seconds": seconds,
        **latency(good),
        "cpu": {name: used / max(1, len(good)) for name, used in cpu.items()},
        "busy": machine / share,
        "others": max(0.0, machine - sum(cpu.values())) / share,
        "late": sum(answer.sent - answer.due > _LATENESS for answer in answers),
        "retry_after": dict(sorted(Counter(a.retry_after for a in answers if a.status == 503).items(), key=str)),
        "broken": broken(good),
    }


def latency(answers: Iterable[Answer]) -> Figures:
    """Percentiles in seconds; none if there are no answers."""
    ordered = sorted(answer.latency for answer in answers)
    names = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "most": 1.0}
    return {name: percentile(ordered, share) if ordered else None for name, share in names.items()}


def percentile(ordered: Sequence[float], share: float) -> float:
    """The smallest of the values that so large a share of them doesn't exceed."""
    return ordered[max(0, math.ceil(len(ordered) * share) - 1)]


def broken(answers: Iterable[Answer]) -> int:
    """How many of the documents are no PDF, or have not as many pages as the answer says."""
    return sum(not _whole(answer) for answer in answers)


def _whole(answer: Answer) -> bool:
    try:
        with pikepdf.open(io.BytesIO(answer.body)) as document:
            return len(document.pages) == answer.pages > 0
    except pikepdf.PdfError:
        return False


def _outcome(answer: Answer) -> str:
    return answer.error or str(answer.status)
