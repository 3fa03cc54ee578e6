"""What the service tells its operators: logs, one JSON object a line, and metrics. Neither ever holds content.

A record has an event, which is a fixed word, and fields that are numbers or short words of a plain alphabet. Exceptions
are told by type and place, never by text; records of libraries by logger and level.
"""

from __future__ import annotations

import json
import logging
import math
import re
import sys
import threading
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from traceback import walk_tb
from typing import IO, Any, Final, Literal, TypeAlias, TypedDict, Unpack

from confluence_xpress.service.metrics import METRICS, Metrics, exposition

__all__ = [
    "METRICS",
    "Fields",
    "JsonLines",
    "Metrics",
    "exposition",
    "failure",
    "log",
    "request_id",
    "start_logging",
    "told",
]

Level: TypeAlias = Literal["debug", "info", "warning", "error"]

_PACKAGE = Path(__file__).parent.parent
_LOGGER = logging.getLogger("confluence_xpress.service")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_PLAIN = re.compile(r"[A-Za-z0-9._~:/@+=,\[\]*-]{1,200}")
"""No spaces: what people write has some."""
_WORD = re.compile(r"[A-Za-z0-9_.-]{1,40}")
_NOTED_FRAME = re.compile(
    r'^ *File "[^"\n]{0,500}/confluence_xpress/([a-z_0-9/]{1,100}\.py)", line ([0-9]{1,6}), in ', re.MULTILINE
)
_FRAMES = 30
_CAUSES = 5


class Fields(TypedDict, total=False):
    """What a record may say, apart from its time, level and event. Sizes in bytes."""

    request_id: str
    caller: str
    method: str
    route: str
    status: int
    code: str
    bytes_in: int
    bytes_out: int
    pages: int
    parts: int
    files: int
    lane: str
    reason: str
    signal: str
    address: str
    version: str
    worker: int
    memory: int
    running: int
    waiting: int
    connections: int
    exit_code: int
    milliseconds: float
    queue_milliseconds: float
    render_milliseconds: float
    seconds: float


_FIELDS: Final = frozenset(Fields.__annotations__)


def request_id(header: str | bytes | None) -> str:
    """The id that a client gave its request, or a new one if that isn't 8 to 64 of A-Z, a-z, 0-9, “.”, “_” and “-”."""
    given = header.decode("latin-1") if isinstance(header, bytes) else header
    return given if given is not None and _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex


def start_logging(stream: IO[str] | None = None, level: Level = "info") -> None:
    """From now on, all records of this process go to a stream (standard output), as JSON, and without content."""
    handler = logging.StreamHandler(stream or sys.stdout)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in list(logging.root.manager.loggerDict):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
    for name in ("asyncio", "httpcore", "httpx", "uvicorn"):
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(True)
    logging.raiseExceptions = False  # a broken pipe would be told on standard error, with the record
    sys.excepthook = lambda _kind, error, _trace: failure("died", error)
    sys.unraisablehook = lambda seen: _unheard(seen.exc_value)
    threading.excepthook = lambda seen: _unheard(seen.exc_value)


def log(event: str, *, level: Level = "info", **fields: Unpack[Fields]) -> None:
    """Writes a record. `event`: a fixed word. What isn't a number or a plain short word is left out."""
    _LOGGER.log(_number(level), event, extra={"xpress": _plain(fields)})


def failure(event: str, error: BaseException, *, level: Level = "error", **fields: Unpack[Fields]) -> None:
    """Writes a record about an exception: its type, those of its causes, and where in our code it was."""
    _LOGGER.log(_number(level), event, extra={"xpress": {**_plain(fields), **told(error)}})


def told(error: BaseException) -> dict[str, object]:
    """What may be said about an exception: `error`, `causes` and `where`."""
    causes: list[BaseException] = []
    cause = error.__cause__ or error.__context__
    while cause is not None and len(causes) < _CAUSES:
        causes.append(cause)
        cause = cause.__cause__ or cause.__context__
    said: dict[str, object] = {"error": _name(error)}
    if causes:
        said["causes"] = [_name(cause) for cause in causes]
    if where := [frame for each in (*reversed(causes), error) for frame in _frames(each)][-_FRAMES:]:
        said["where"] = where
    return said


def loop_exception(_loop: object, context: dict[str, Any]) -> None:
    """For `asyncio`: what nobody waits for has failed."""
    error = context.get("exception")
    if isinstance(error, BaseException):
        failure("task-failed", error, level="warning" if isinstance(error, OSError) else "error")
    else:
        log("task-failed", level="error")


def _name(error: BaseException) -> str:
    name = type(error).__qualname__
    return name if _WORD.fullmatch(name) else "Exception"


def _frames(error: BaseException) -> Iterator[str]:
    """`file:line:function` of our own frames. Those of a worker are text in a note: of that, file and line."""
    for frame, line in walk_tb(error.__traceback__):
        code = frame.f_code
        path = Path(code.co_filename)
        if path.is_relative_to(_PACKAGE):
            yield f"{path.relative_to(_PACKAGE).as_posix()}:{line}:{code.co_name}"
    for note in getattr(error, "__notes__", ()):
        for file, line in _NOTED_FRAME.findall(note if isinstance(note, str) else ""):
            yield f"{file}:{line}"


def _plain(fields: Fields) -> dict[str, object]:
    return {name: value for name, value in fields.items() if name in _FIELDS and _is_plain(value)}


def _is_plain(value: object) -> bool:
    match value:
        case bool() | int():
            return True
        case float():
            return math.isfinite(value)
        case str():
            return _PLAIN.fullmatch(value) is not None
        case _:
            return False


def _number(level: Level) -> int:
    return logging.getLevelNamesMapping()[level.upper()]


def _unheard(error: BaseException | None) -> None:
    """An exception where nobody could catch it. Python would print its text, and lines of the source."""
    if error is not None:
        failure("unheard", error)


class JsonLines(logging.Formatter):
    """A record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        said: dict[str, object] = {"time": time.replace("+00:00", "Z"), "level": record.levelname.lower()}
        ours = getattr(record, "xpress", None)
        if isinstance(ours, dict):
            said |= {"event": record.msg, **ours}
        else:
            said |= {"event": "library", "logger": record.name if _WORD.fullmatch(record.name) else "other"}
            if record.exc_info and record.exc_info[1] is not None:
                said |= told(record.exc_info[1])
        return json.dumps(said, ensure_ascii=True)
