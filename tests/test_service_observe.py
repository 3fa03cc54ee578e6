"""What the service tells of itself: that it's useful, and that nothing of the content is in it, whatever happens."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from confluence_xpress.errors import InternalError
from confluence_xpress.service import observe
from confluence_xpress.service.http.form import Form, FormLimits
from confluence_xpress.service.http.intake import IntakeLimits, unpack
from confluence_xpress.service.metrics import Metrics
from confluence_xpress.service.problems import Problem

REPOSITORY = Path(__file__).parent.parent
SECRET = "Verschlusssache 4711"
WORD = "Verschlusssache"


@pytest.fixture
def records() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """A function that gives what was logged since it was called last. Logging is as it was before, afterwards."""
    root = logging.getLogger()
    before = root.handlers[:], root.level, logging.raiseExceptions
    hooks = sys.excepthook, sys.unraisablehook
    stream = io.StringIO()
    observe.start_logging(stream)
    yield lambda: taken(stream)
    root.handlers[:], logging.raiseExceptions = before[0], before[2]
    root.setLevel(before[1])
    logging.captureWarnings(False)
    sys.excepthook, sys.unraisablehook = hooks


Records = Callable[[], list[dict[str, Any]]]


def taken(stream: io.StringIO) -> list[dict[str, Any]]:
    text = stream.getvalue()
    stream.seek(0)
    stream.truncate()
    assert WORD not in text and "4711" not in text
    found = [json.loads(line) for line in text.splitlines()]
    for record in found:
        assert record.pop("time").endswith("Z")
    return found


def test_a_record_has_the_fields_that_it_is_given(records: Records) -> None:
    observe.log("answered", request_id="abc-12345", caller="forge:ari:cloud:x/1~2", status=200, milliseconds=1.5)
    observe.log("answered", level="warning", route="/v1/render", bytes_in=0)
    assert records() == [
        {
            "level": "info",
            "event": "answered",
            "request_id": "abc-12345",
            "caller": "forge:ari:cloud:x/1~2",
            "status": 200,
            "milliseconds": 1.5,
        },
        {"level": "warning", "event": "answered", "route": "/v1/render", "bytes_in": 0},
    ]
    observe.log("too fine", level="debug")
    assert records() == []


@pytest.mark.parametrize(
    "value",
    [
        SECRET,
        "two words",
        "line\nbreak",
        "",
        201 * "x",
        "größer",
        '"',
        "{",
        float("nan"),
        None,
        [WORD],
        {"a": WORD},
        b"x",
    ],
)
def test_values_that_may_be_content_are_left_out(records: Records, value: Any) -> None:
    observe.log("answered", caller=value, status=200)
    assert records() == [{"level": "info", "event": "answered", "status": 200}]


def test_fields_that_are_not_known_are_left_out(records: Records) -> None:
    observe.log("answered", title=WORD, status=200)  # type: ignore[call-arg]
    assert records() == [{"level": "info", "event": "answered", "status": 200}]


@given(st.text(max_size=50))
@settings(max_examples=100)
def test_a_record_is_one_line_of_ascii(text: str) -> None:
    record = {"msg": text, "name": text, "levelname": "INFO"}
    ours = observe.JsonLines().format(logging.makeLogRecord({**record, "xpress": {"caller": text}}))
    assert ours.isascii() and len(ours.splitlines()) == 1 and json.loads(ours)["caller"] == text
    theirs = observe.JsonLines().format(logging.makeLogRecord(record))
    assert json.loads(theirs)["event"] == "library"


def defect() -> None:
    Form("", FormLimits(1, 1, 1, 1)).files()


def test_an_exception_is_told_by_type_and_place(records: Records) -> None:
    local = SECRET
    try:
        try:
            defect()
        except Problem as problem:
            problem.add_note(local)
            raise ValueError(SECRET) from problem
    except ValueError as error:
        observe.failure("failed", error, request_id="abc-12345")
    (record,) = records()
    assert record["error"] == "ValueError" and record["causes"] == ["Problem"] and record["level"] == "error"
    assert [place.split(":")[0::2] for place in record["where"]] == [["service/http/form.py", "files"]]
    assert record["request_id"] == "abc-12345"


def test_a_defect_in_a_worker_is_told_by_place(records: Records) -> None:
    """What the pool adds to exceptions of workers: a traceback, as text, with what the exception says."""
    error = InternalError(SECRET)
    error.add_note(
        "In a worker process:\nTraceback (most recent call last):\n"
        '  File "/usr/lib/python3.11/runpy.py", line 9, in run\n'
        '  File "/opt/lib/confluence_xpress/render/book.py", line 12, in make\n    return "Verschlusssache"\n'
        '  File "/opt/lib/confluence_xpress/typeset/engine.py", line 99, in compile_pdf\n'
        "ValueError: Verschlusssache 4711"
    )
    observe.failure("failed", error)
    (record,) = records()
    assert record["error"] == "InternalError" and record["where"] == ["render/book.py:12", "typeset/engine.py:99"]


def test_odd_exceptions_do_no_harm(records: Records) -> None:
    strange = type(SECRET, (Exception,), {})()
    strange.__context__ = other = ValueError()
    other.__context__ = strange
    observe.failure("failed", strange)
    (record,) = records()
    assert record["error"] == "Exception" and len(record["causes"]) == 5


def test_libraries_say_only_that_there_was_something(records: Records) -> None:
    logger = logging.getLogger("uvicorn.error")
    logger.warning("Invalid request: %s", SECRET)
    logger.info("Started %s", SECRET)
    try:
        int(SECRET)
    except ValueError:
        logger.exception("Exception in ASGI application: %s", SECRET)
    logging.getLogger(SECRET).error(SECRET)
    logging.getLogger("python_multipart.multipart").warning("Found invalid character %r", SECRET)
    logging.getLogger("confluence_xpress.render").error(SECRET)
    logging.error(SECRET)  # noqa: LOG015
    assert records() == [
        {"level": "warning", "event": "library", "logger": "uvicorn.error"},
        {"level": "error", "event": "library", "logger": "uvicorn.error", "error": "ValueError"},
        {"level": "error", "event": "library", "logger": "other"},
        {"level": "warning", "event": "library", "logger": "python_multipart.multipart"},
        {"level": "error", "event": "library", "logger": "confluence_xpress.render"},
        {"level": "error", "event": "library", "logger": "root"},
    ]


def test_warnings_say_only_that_there_was_one(records: Records) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(False)
        logging.captureWarnings(True)
        warnings.warn(SECRET, UserWarning, stacklevel=1)
        logging.captureWarnings(False)
    assert records() == [{"level": "warning", "event": "library", "logger": "py.warnings"}]


def test_parsers_say_nothing_of_what_they_read(records: Records) -> None:
    with pytest.raises(Problem):
        Form("b", FormLimits(9, 9, 9, 99)).write(f"--b\r\nVerschlusssache 4711 {SECRET}: x\r\n\r\n".encode())
    with pytest.raises(Problem):
        unpack(SECRET.encode(), IntakeLimits())
    records()


ENDS = {
    "died": "raise ValueError('Verschlusssache 4711')",
    "unheard": "import threading; threading.Thread(target=int, args=('Verschlusssache 4711',)).start()",
    "task-failed": """
import asyncio
async def main():
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(observe.loop_exception)
    loop.call_soon(int, 'Verschlusssache 4711')
    await asyncio.sleep(0.01)
asyncio.run(main())
""",
}


@pytest.mark.slow
@pytest.mark.parametrize("event", ENDS)
def test_exceptions_that_nobody_catches_say_nothing_of_the_content(event: str) -> None:
    program = f"from confluence_xpress.service import observe\nobserve.start_logging()\n{ENDS[event]}"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)
    assert ended.stderr == ""
    record = json.loads(ended.stdout)
    assert record["event"] == event and record["error"] == "ValueError" and WORD not in ended.stdout


def test_request_ids() -> None:
    assert observe.request_id("abc.DEF-1_2") == observe.request_id(b"abc.DEF-1_2") == "abc.DEF-1_2"
    for given_id in [
        None,
        "",
        "short",
        65 * "x",
        "with space",
        "abcdefgh\n",
        "größerer",
        b"\xff\xff\xff\xff\xff\xff\xff\xff",
    ]:
        made = observe.request_id(given_id)
        assert len(made) == 32 and made != observe.request_id(given_id) and int(made, 16)


# Metrics.


def samples(metrics: Metrics) -> dict[tuple[str, ...], float]:
    """By name and labels, in the order of their names."""
    body, media_type = metrics.exposition()
    assert media_type.startswith("text/plain")
    families = text_string_to_metric_families(body.decode())
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for each in families
        for sample in each.samples
    }


def test_metrics_count() -> None:
    metrics = Metrics()
    metrics.routes(frozenset(("/v1/render", "/health")))
    metrics.build("1.2", "0.15.2")
    for code in ("", "", "too-large"):
        status = 413 if code else 200
        metrics.answered(
            route="/v1/render", method="POST", status=status, code=code, seconds=0.03, bytes_in=1_000, bytes_out=10
        )
    metrics.refused("request-unreadable")
    metrics.queued("small", 0.001)
    metrics.rendered("small", 0.02, 12)
    metrics.restarted("memory")
    metrics.watch_lane("small", lambda: 2, lambda: 3)
    metrics.watch_memory(lambda: 5_000)
    metrics.watch_budget(lambda: 70, 100)
    metrics.watch_connections(lambda: 9)
    found = samples(metrics)
    assert found["xpress_requests_total", "ok", "POST", "/v1/render", "200"] == 2
    assert found["xpress_requests_total", "too-large", "POST", "/v1/render", "413"] == 1
    assert found["xpress_request_seconds_count", "/v1/render"] == 3
    assert found["xpress_request_seconds_bucket", "0.02", "/v1/render"] == 0
    assert found["xpress_request_seconds_bucket", "0.035", "/v1/render"] == 3
    assert found["xpress_received_bytes_total", "/v1/render"] == 3_000
    assert found["xpress_sent_bytes_total", "/v1/render"] == 30
    assert found["xpress_refused_total", "request-unreadable"] == 1
    assert found["xpress_queue_seconds_count", "small"] == found["xpress_render_seconds_count", "small"] == 1
    assert found["xpress_pdf_pages_total",] == 12
    assert found["xpress_worker_restarts_total", "memory"] == 1
    assert (found["xpress_running", "small"], found["xpress_waiting", "small"]) == (2, 3)
    assert found["xpress_memory_bytes", "workers"] == 5_000 < found["xpress_memory_bytes", "host"]
    assert (found["xpress_budget_held_bytes",], found["xpress_budget_limit_bytes",]) == (70, 100)
    assert found["xpress_connections",] == 9
    assert found["xpress_build_info", ".".join(map(str, sys.version_info[:3])), "0.15.2", "1.2"] == 1


def test_labels_are_words_that_are_known() -> None:
    metrics = Metrics()
    metrics.routes(frozenset(("/health",)))
    for word in (WORD, SECRET, "/v1/" + WORD, "x" * 99, "PUT", "\n"):
        metrics.answered(route=word, method=word, status=200, code=word, seconds=1, bytes_in=0, bytes_out=0)
        metrics.refused(word)
    metrics.restarted(SECRET)
    body, _ = metrics.exposition()
    assert WORD.encode() not in body
    found = samples(metrics)
    assert found["xpress_requests_total", "other", "other", "other", "200"] == 5
    assert found["xpress_requests_total", "other", "PUT", "other", "200"] == 1
    assert found["xpress_worker_restarts_total", "other"] == 1


def test_the_process_has_metrics_of_its_own() -> None:
    body, _ = observe.exposition()
    assert b"xpress_memory_bytes" in body and b"python_gc" not in body
