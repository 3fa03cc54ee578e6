"""Problems: what a caller is told when a request can't be met (RFC 9457), each with a stable code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem: its HTTP status, what it is, and what to do about it."""

    status: int
    title: str
    hint: str


PROBLEMS: dict[str, Kind] = {
    "request-unreadable": Kind(400, "The request can't be read", "See the description of the API: /openapi.json."),
    "unauthorized": Kind(401, "The caller is not known", "Send a valid token or key as “Authorization: Bearer …”."),
    "host-unknown": Kind(403, "The service was called by another name", "Call it by the address it listens on."),
    "not-found": Kind(404, "There is no such address", "See the description of the API: /openapi.json."),
    "method-not-allowed": Kind(405, "This address has no such method", "See the header Allow."),
    "not-acceptable": Kind(406, "The answer has no such form", "See the header Accept in the description of the API."),
    "too-slow": Kind(408, "The request took too long to arrive", "Send it again, over a better connection."),
    "length-required": Kind(411, "The request does not say how long it is", "Send Content-Length, or chunks."),
    "too-large": Kind(413, "The request is too large", "Send fewer pages at once: /v1/parts and /v1/assemble."),
    "media-type-unsupported": Kind(
        415, "The request has no such form", "Send application/json, multipart/form-data or application/zip."
    ),
    "request-invalid": Kind(422, "The request says something impossible", "Correct what “detail” names."),
    "part-unusable": Kind(
        422, "A part can't be used", "Make it again with /v1/parts, with the same options and version."
    ),
    "too-expensive": Kind(422, "The document takes more than it may", "Send fewer pages at once, or smaller images."),
    "too-many-requests": Kind(429, "This caller sends too much", "Wait for as long as Retry-After says."),
    "headers-too-large": Kind(431, "The headers are too large", "Send shorter ones."),
    "internal": Kind(500, "The service failed", "This is a defect. Report it with the request id."),
    "crashed": Kind(500, "What rendered the document died", "Try once more; then report it with the request id."),
    "busy": Kind(503, "The service is busy", "Wait for as long as Retry-After says."),
    "draining": Kind(503, "The service is about to stop", "Send the request again; another instance takes it."),
    "keys-unavailable": Kind(503, "Tokens can't be checked just now", "Wait for as long as Retry-After says."),
}


class Problem(Exception):  # noqa: N818 - the term of RFC 9457
    """A request that can't be met. `detail` is for the caller and never holds content; `retry_after` in seconds."""

    def __init__(
        self,
        code: str,
        detail: str = "",
        *,
        hint: str = "",
        retry_after: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail
        self.hint = hint or PROBLEMS[code].hint
        self.headers = dict(headers or {})
        if retry_after is not None:
            self.headers["Retry-After"] = str(retry_after)

    @property
    def status(self) -> int:
        """The HTTP status."""
        return PROBLEMS[self.code].status

    def document(self, request_id: str) -> dict[str, object]:
        """The problem as JSON says it."""
        kind = PROBLEMS[self.code]
        return {
            "type": f"urn:xpress:problem:{self.code}",
            "title": kind.title,
            "status": kind.status,
            "detail": self.detail or kind.title + ".",
            "code": self.code,
            "hint": self.hint,
            "request_id": request_id,
        }
