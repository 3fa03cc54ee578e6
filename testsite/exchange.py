"""A request and what answers it, before any HTTP."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec

from testsite.model import User
from testsite.tokens import Token

Role = Literal["site", "gateway", "media", "elsewhere"]


@dataclass(slots=True)
class Record:
    """One call as it arrived, and how it ended. `status` 0: the connection was cut before any answer."""

    role: Role
    method: str
    path: str
    query: list[tuple[str, str]]
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(default=b"", repr=False)
    started: float = field(default_factory=time.monotonic)
    status: int = 0
    seconds: float = 0.0
    account: str = ""
    """Who signed in; empty: nobody."""
    fault: str = ""
    """The fault that was put on, if any."""
    early: bool = False
    """It came before the end of a Retry-After that the same caller had been told."""
    results: int = 0
    """Objects in the answer, as they are charged for."""


@dataclass(slots=True)
class Request:
    """A call, and who makes it. `path` is below the site's base (Cloud: `/wiki`, Data Center: the context path)."""

    record: Record
    path: str
    token: Token | None = None
    user: User | None = None

    @property
    def account(self) -> str | None:
        """The account id of the caller, None: anonymous."""
        return self.user.account_id if self.user else None

    def values(self, name: str) -> list[str]:
        """All values of a parameter: repeated, or separated by commas."""
        return [part for key, text in self.record.query if key == name for part in text.split(",") if part]

    def value(self, name: str, default: str = "") -> str:
        """The first value of a parameter."""
        return next((text for key, text in self.record.query if key == name), default)

    def flag(self, name: str) -> bool:
        """Whether a parameter is true."""
        return self.value(name).lower() == "true"

    def number(self, name: str, default: int, least: int = 0, most: int | None = None) -> int:
        """A number within its limits; else 400."""
        text = self.value(name)
        if not text:
            return default
        try:
            number = int(text)
        except ValueError:
            raise Refusal(400, f"Invalid value for parameter '{name}'.") from None
        if number < least or (most is not None and number > most):
            raise Refusal(400, f"The provided value {number} for '{name}' is outside {least} to {most}.")
        return number

    def choice(self, name: str, allowed: Sequence[str], default: str = "") -> str:
        """One of several values; else 400."""
        text = self.value(name) or default
        if text and text not in allowed:
            raise Refusal(400, f"Invalid value for parameter '{name}'. Must be one of: {', '.join(allowed)}.")
        return text

    def choices(self, name: str, allowed: Sequence[str], default: Sequence[str]) -> list[str]:
        """Some of several values; else 400."""
        found = self.values(name) or list(default)
        if wrong := [text for text in found if text not in allowed]:
            raise Refusal(400, f"Invalid value '{wrong[0]}' for parameter '{name}'.")
        return found

    def json(self) -> Any:
        """The body; 400 if it isn't JSON."""
        try:
            return msgspec.json.decode(self.record.body)
        except msgspec.DecodeError:
            raise Refusal(400, "The request body could not be parsed.") from None


@dataclass(slots=True)
class Reply:
    """An answer. `cost`: how many objects it holds, and how many users or groups, for the quota."""

    status: int = 200
    body: bytes = b""
    headers: list[tuple[str, str]] = field(default_factory=list)
    objects: int = 0
    identities: int = 0


class Refusal(Exception):  # noqa: N818 - not an error of the program: how a call is answered
    """A call that is refused, with what the answer says."""

    def __init__(
        self, status: int, message: str = "", headers: Sequence[tuple[str, str]] = (), body: Any = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = list(headers)
        self.body = body
        """What the answer says instead of the usual."""


_CODES = {
    400: ("INVALID_REQUEST_PARAMETER", "Bad Request"),
    401: ("UNAUTHORIZED", "Unauthorized"),
    403: ("FORBIDDEN", "Forbidden"),
    404: ("NOT_FOUND", "Not Found"),
    405: ("METHOD_NOT_ALLOWED", "Method Not Allowed"),
    410: ("GONE", "Gone"),
    429: ("RATE_LIMITED", "Too Many Requests"),
}


def json_reply(value: Any, status: int = 200, objects: int = 0, identities: int = 0) -> Reply:
    """JSON."""
    body = msgspec.json.encode(value)
    return Reply(status, body, [("content-type", "application/json")], objects, identities)


def refusal_reply(refusal: Refusal, path: str) -> Reply:
    """What a refusal looks like where it happened: v2, or v1 and Data Center."""
    if refusal.body is not None:
        reply = json_reply(refusal.body, refusal.status)
    elif "/api/v2/" in path:
        code, title = _CODES.get(refusal.status, ("ERROR", "Error"))
        errors = [
            {"status": refusal.status, "code": code, "title": refusal.message or title, "detail": None},
        ]
        reply = json_reply({"errors": errors}, refusal.status)
    else:
        data = {"authorized": refusal.status not in {401, 403}, "valid": True, "errors": [], "successful": True}
        if refusal.status == 400:
            data |= {"valid": False, "successful": False}
        message = refusal.message or _CODES.get(refusal.status, ("", "Error"))[1]
        reply = json_reply({"statusCode": refusal.status, "data": data, "message": message}, refusal.status)
    reply.headers += refusal.headers
    return reply


class Log:
    """The calls so far."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._records: list[Record] = []

    def add(self, record: Record) -> None:
        """A call has arrived."""
        with self._lock:
            self._records.append(record)

    def clear(self) -> None:
        """Forget them."""
        with self._lock:
            self._records.clear()

    def all(self, keep: Callable[[Record], bool] = lambda _: True) -> list[Record]:
        """Those that `keep` wants."""
        with self._lock:
            return [record for record in self._records if keep(record)]
