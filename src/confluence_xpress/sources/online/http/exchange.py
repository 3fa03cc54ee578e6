"""One request and its answer: what goes along, and to whom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from urllib.parse import urlsplit

import httpx
import msgspec

from confluence_xpress.sources.online.http import content
from confluence_xpress.sources.online.http.calls import Call
from confluence_xpress.sources.online.http.credentials import Credentials
from confluence_xpress.sources.online.http.deployment import Deployment
from confluence_xpress.sources.online.http.origins import origin_of, own_origins, refused
from confluence_xpress.sources.online.http.pacing import stopped
from confluence_xpress.sources.online.http.settings import Settings
from confluence_xpress.sources.online.http.transport import Sockets, broken, client_for

_BRIEF = 65_536
"""Bytes of an error's answer that are looked at."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came. `next`: the link to the next part in the header Link, if there is one."""

    status: int
    headers: httpx.Headers
    body: bytes
    next: str = ""

    @property
    def good(self) -> bool:
        """Whether it is what was asked for."""
        return 200 <= self.status < 300

    @property
    def media_type(self) -> str:
        """As the site says, without parameters."""
        return str(self.headers.get("content-type", "")).partition(";")[0].strip()

    @property
    def redirect(self) -> str:
        """Where it leads instead; empty if nowhere."""
        return str(self.headers.get("location", "")) if 300 <= self.status < 400 else ""


class Exchange:
    """Sends requests, and the token only to whom it belongs. `received` is told of bytes as they come."""

    def __init__(
        self,
        deployment: Deployment,
        credentials: Credentials | None,
        settings: Settings,
        received: Callable[[int], None],
    ) -> None:
        self.met = False
        """Whether anybody has answered yet."""
        self._closed = False
        self._authorization = credentials.header() if credentials else ""
        self._own = own_origins(deployment)
        self._received = received
        self._sockets = Sockets()
        self._http = client_for(deployment, settings)
        self._http.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    def shut(self) -> None:
        """Breaks off all that is under way, with ClosedError."""
        self._closed = True
        self._sockets.shut()

    def close(self) -> None:
        """Closes all connections, when nothing is under way any more."""
        self._http.close()

    def is_own(self, call: Call | None, address: str) -> bool:
        """Whether credentials go along, if there are some."""
        return call is not None and call.base != "origin" and origin_of(address) in self._own

    def ask(self, call: Call | None, address: str, most: int, data: object = None, accept: str = "*/*") -> Answer:
        """The answer, read: at most `most` bytes of a good one. `call`: what it is asked for, None for strangers.

        Raises AgainError, and OnlineErrors for what won't change.
        """
        headers = {"Accept": accept}
        if accept == "*/*":
            headers["Accept-Encoding"] = "identity"  # most files are packed already
        if self._authorization and self.is_own(call, address):
            headers["Authorization"] = self._authorization
        body = None
        if data is not None:
            body = msgspec.json.encode(data)
            headers |= {"Content-Type": "application/json", "X-Atlassian-Token": "no-check"}
        trace = {"trace": self._sockets.trace}
        method = call.method if call else "GET"
        try:
            request = self._http.build_request(method, address, headers=headers, content=body, extensions=trace)
        except httpx.InvalidURL as error:
            raise refused("no web address") from error
        begun = False
        try:
            response = self._http.send(request, stream=True)
            begun = self.met = True
            return self._read(response, most)
        except httpx.TransportError as error:
            if self._closed:
                raise stopped() from error
            raise broken(error, urlsplit(address).netloc, met=self.met, begun=begun) from error
        except (RuntimeError, OSError, ValueError) as error:  # what connections say that are ended while they read
            if self._closed:
                raise stopped() from error
            raise

    def _read(self, response: httpx.Response, most: int) -> Answer:
        try:
            if 200 <= response.status_code < 300:
                body = content.read(response, most, self._received)
            else:
                body = content.beginning(response, _BRIEF, self._received)
            following = response.links.get("next", {}).get("url", "")
            return Answer(response.status_code, response.headers, body, following)
        finally:
            response.close()
