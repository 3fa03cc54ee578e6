"""What a service says instead of doing what it was asked, as our exceptions."""

from __future__ import annotations

import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

import msgspec

from confluence_xpress.errors import InputError, XPressError
from confluence_xpress.remote.service import CERTIFICATE, KEY

PROBLEM = "application/problem+json"
"""The media type of problems (RFC 9457)."""
EXPENSIVE = "too-expensive"
CRASHED = "crashed"
"""Codes of problems."""
_UNUSABLE = "part-unusable"
_LONGEST = 600
_LEAST_WAIT = 0.2
_NOT_NOW = frozenset({429, 502, 503, 504})


class AgainError(XPressError):
    """It may work later. `after`: seconds until then, if that is known; `reached`: whether anybody answered."""

    def __init__(self, message: str, hint: str, after: float | None = None, *, reached: bool = True) -> None:
        super().__init__(message, hint)
        self.after = after
        self.reached = reached


class ExpensiveError(XPressError):
    """It takes more than the service allows, or its worker died of it. `code` says which: that of the problem."""

    def __init__(self, message: str, hint: str, code: str) -> None:
        super().__init__(message, hint)
        self.code = code


class _Form(msgspec.Struct):
    """A problem."""

    title: str = ""
    status: int = 0
    detail: str = ""
    code: str = ""
    hint: str = ""
    request_id: str = ""


def refusal(status: int, headers: Mapping[str, str], body: bytes, host: str) -> XPressError:
    """The exception for an answer that is none. Header names of `headers` in any case."""
    if headers.get("content-type", "").partition(";")[0].strip().lower() == PROBLEM:
        return problem(body, host, status, waiting(headers.get("retry-after", "")))
    return _unknown(status, headers, host)


def problem(body: bytes, host: str, status: int = 0, after: float | None = None) -> XPressError:
    """The exception for a problem. `status`: of the answer, if that has one of its own."""
    try:
        said = msgspec.json.decode(body, type=_Form)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return XPressError(f"the rendering service {host} failed, and doesn't say why", "Ask who runs it.")
    status = status or said.status
    detail = _clean(said.detail or said.title or said.code).rstrip(".")
    hint = f"{_clean(said.hint)} {_request(said.request_id)}".strip()
    if said.code in (EXPENSIVE, CRASHED):
        return ExpensiveError(f"the rendering service {host} could not do it: {detail}", hint, said.code)
    if status in _NOT_NOW:
        return AgainError(f"the rendering service {host} can't take it now: {detail}", hint, after)
    if said.code == _UNUSABLE:
        hint = f"Export again: the service may have been updated meanwhile. {_request(said.request_id)}"
        return XPressError(f"the rendering service {host} can't use its own parts: {detail}", hint.strip())
    if status == 401:
        hint = f"Set {KEY} to a key that it knows, or {CERTIFICATE} to a certificate. {_request(said.request_id)}"
        return InputError(f"the rendering service {host} doesn't let us in: {detail}", hint.strip())
    if 400 <= status < 500:
        return InputError(f"the rendering service {host} refused: {detail}", hint)
    return XPressError(f"the rendering service {host} failed: {detail}", hint)


def waiting(retry_after: str) -> float | None:
    """Seconds to wait, by the header Retry-After (RFC 9110, section 10.2.3); None if it isn't there."""
    value = retry_after.strip()
    if value.isascii() and value.isdigit() and len(value) < 10:
        return max(_LEAST_WAIT, float(value))
    try:
        return max(_LEAST_WAIT, parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, OverflowError):
        return None


def unexpected(what: str, host: str) -> XPressError:
    """The exception for what no service says."""
    return XPressError(f"{host} gave {what}", "Is it a rendering service of XPress, and nothing between that meddles?")


def _unknown(status: int, headers: Mapping[str, str], host: str) -> XPressError:
    """An answer that no service of ours gives: of a proxy, or of another program."""
    kind = _clean(headers.get("content-type", "")) or "no type"
    message = f"{host} answered with status {status} ({kind}), which is no answer of a rendering service"
    if 300 <= status < 400:
        there = _clean(headers.get("location", ""))
        return InputError(f"{host} wants us to go elsewhere: {there or 'nowhere'}", "Give the address as it is now.")
    if status in _NOT_NOW:
        return AgainError(message, "Is the service up?", waiting(headers.get("retry-after", "")))
    if status == 413:
        return InputError(message, "Something between here and there refuses what is large: a proxy, perhaps.")
    hint = "Check the address given with --service, and proxies on the way."
    return InputError(message, hint) if status < 500 else XPressError(message, hint)


def _request(request_id: str) -> str:
    return f"(Request {_clean(request_id)}.)" if request_id else ""


def _clean(text: str) -> str:
    """What others say, as one line that can't steer a terminal."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"
