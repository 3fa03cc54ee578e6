"""Spans for OpenTelemetry, if its API is installed. Where they go, an SDK decides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec

INSTALLED = find_spec("opentelemetry") is not None and find_spec("opentelemetry.trace") is not None
if INSTALLED:
    from opentelemetry import propagate, trace

Attributes = dict[str, str | int | float]


@contextmanager
def span(headers: Mapping[str, str]) -> Iterator[Attributes]:
    """A request as a span of the trace that its headers name. Its attributes are those put in meanwhile."""
    attributes: Attributes = {}
    if not INSTALLED:
        yield attributes
        return
    tracer = trace.get_tracer("confluence_xpress.service")
    with tracer.start_as_current_span(
        "request", context=propagate.extract(headers), kind=trace.SpanKind.SERVER, record_exception=False
    ) as current:
        try:
            yield attributes
        finally:
            current.set_attributes(attributes)
