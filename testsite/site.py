"""A running Confluence."""

from __future__ import annotations

import ssl
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from testsite.answers import Answers, accessible_resources, tenant_info
from testsite.cloud_lists import listed
from testsite.cloud_routes import v2_routes
from testsite.cloud_v1 import v1_routes
from testsite.content import Content
from testsite.datacenter import datacenter_routes
from testsite.exchange import Log, Record, Role
from testsite.faults import Faults
from testsite.jira import jira_routes
from testsite.limits import Limiter, Limits
from testsite.media import Media
from testsite.model import User
from testsite.routes import Route, Routes
from testsite.server import Server
from testsite.state import CLOUD_ID, State
from testsite.tokens import Token
from testsite.visibility import visible
from testsite.web import cloud_pages

READER = User("712020:5f0c7a52-0000-4000-8000-00000000beef", "Rita Reader", "rita@example.com", "rreader")
"""Who signs in, if a test names nobody else. No restriction names her unless a test does."""


class Site:
    """A Confluence on this machine: `with Site(content) as site`. It starts when entered and ends when left.

    `latency` is in seconds, for each call, or a function of the call. `anonymous`: whoever doesn't sign in may read
    what is not restricted. `context` is Data Center's context path, which may be empty. `bad_token` is what Data Center
    does with a wrong bearer where nobody may read without signing in. `ports`: those wanted, else any.
    """

    email = READER.email
    username = READER.username
    token = "classic-token-of-rita"
    scoped_token = "scoped-token-of-rita"
    oauth_token = "oauth-token-of-rita"
    pat = "personal-access-token-of-rita"
    password = "password-of-rita"
    cloud_id = CLOUD_ID

    def __init__(
        self,
        content: Content,
        kind: Literal["cloud", "datacenter"] = "cloud",
        *,
        tls: bool = False,
        latency: float | Callable[[Record], float] = 0.0,
        context: str = "/confluence",
        anonymous: bool = False,
        limits: Limits | None = None,
        tokens: Iterable[Token] = (),
        bad_token: Literal["401", "login"] = "401",
        media_seconds: float = 60,
        ports: dict[Role, int] | None = None,
    ) -> None:
        self.content = content
        self.kind = kind
        self.faults = Faults()
        self._log = Log()
        if READER.account_id not in content.users:
            content.add_user(READER)
        self.state = State(
            kind=kind,
            content=content,
            tokens=[*tokens, *self._own_tokens()],
            context="/wiki" if kind == "cloud" else context,
            anonymous=anonymous,
            media=Media(media_seconds),
        )
        self.limiter = Limiter(limits or Limits(), kind)
        self._tls = tls
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._ports: dict[Role, int] = {"site": 0, "gateway": 0, "media": 0, "elsewhere": 0, **(ports or {})}
        self._latency = latency if callable(latency) else lambda _: latency
        self._answers = Answers(
            self.state,
            self.limiter,
            Routes([*v2_routes(), *v1_routes(), *cloud_pages()] if kind == "cloud" else datacenter_routes()),
            Routes(jira_routes() if kind == "cloud" else []),
            Routes(_origin_routes() if kind == "cloud" else []),
            bad_token,
        )
        self._server: Server | None = None
        self.authority: Path | None = None
        """With TLS: the certificate (PEM) that clients must trust."""

    @property
    def url(self) -> str:
        """The site's base: `http://127.0.0.1:PORT/wiki`, or with Data Center's context path."""
        return self.state.base

    @property
    def origin(self) -> str:
        """The site's address without a path."""
        return self.state.origin

    @property
    def gateway(self) -> str:
        """Cloud's API gateway, with the cloud id; `/wiki/…` comes after it."""
        return f"{self.state.gateway}/ex/confluence/{CLOUD_ID}"

    @property
    def jira_gateway(self) -> str:
        """The same for Jira; `/rest/api/3/…` comes after it."""
        return f"{self.state.gateway}/ex/jira/{CLOUD_ID}"

    @property
    def elsewhere(self) -> str:
        """Another host, which is none of Atlassian's."""
        return self.state.elsewhere

    @property
    def requests(self) -> list[Record]:
        """All calls so far."""
        return self._log.all()

    @property
    def writes(self) -> list[Record]:
        """Calls that would have changed something: none is answered, but they tell what a client tried."""
        return self._log.all(lambda record: record.status == 405)

    @property
    def early(self) -> list[Record]:
        """Calls that came before the end of a Retry-After."""
        return self._log.all(lambda record: record.early)

    def forget(self) -> None:
        """Empty the list of calls."""
        self._log.clear()

    def add_token(self, token: Token) -> Token:
        """Another token."""
        self.state.tokens.insert(0, token)
        return token

    def expire_cursors(self) -> None:
        """Cursors given so far are no good any more."""
        self.state.cursors.expire()

    def warm(self) -> None:
        """Make what lists of pages hold before anybody asks, so that the first answers are as fast as all others."""
        visible(self.content, READER.account_id)
        if self.kind == "cloud":
            for page in self.content.pages():
                for wanted in ("", "storage"):
                    listed(self.state, page, wanted)

    def trust(self) -> ssl.SSLContext:
        """For clients of a site with TLS."""
        return ssl.create_default_context(cafile=str(self.authority))

    def __enter__(self) -> Self:
        """Start."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End."""
        self.stop()

    def start(self) -> None:
        """Start to serve."""
        certificate = self._certificate() if self._tls else None
        self._server = Server(self._answers, self._log, self.faults, self._latency, certificate)
        sockets = self._server.listen(self._ports)
        scheme = "https" if self._tls else "http"
        addresses = {role: f"{scheme}://127.0.0.1:{port}" for role, port in self._server.ports.items()}
        self.state.origin, self.state.gateway = addresses["site"], addresses["gateway"]
        self.state.media.url, self.state.elsewhere = addresses["media"], addresses["elsewhere"]
        self._server.start(sockets)

    def stop(self) -> None:
        """End. Connections are cut."""
        if self._server:
            self._server.stop()
            self._server = None
        if self._folder:
            self._folder.cleanup()
            self._folder = None

    def _certificate(self) -> tuple[Path, Path]:
        from tests.certificates import make_certificates  # noqa: PLC0415 - needs cryptography

        self._folder = tempfile.TemporaryDirectory()
        made = make_certificates(Path(self._folder.name))
        self.authority = made.authority
        return made.certificate, made.key

    def _own_tokens(self) -> list[Token]:
        who = READER.account_id
        if self.kind == "datacenter":
            return [Token(self.pat, who, "pat"), Token(self.password, who, "password")]
        return [
            Token(self.token, who, "classic"),
            Token(self.scoped_token, who, "scoped"),
            Token(self.oauth_token, who, "oauth"),
        ]


def _origin_routes() -> list[Route]:
    return [
        Route("GET", "/_edge/tenant_info", tenant_info, open=True),
        Route("GET", "/gateway/oauth/token/accessible-resources", accessible_resources, open=True),
    ]
