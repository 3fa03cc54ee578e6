"""What is at an address: Cloud or Data Center, and where a token is good."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from confluence_xpress.errors import InputError
from confluence_xpress.sources.online.http import calls
from confluence_xpress.sources.online.http.connection import Connection, silent
from confluence_xpress.sources.online.http.credentials import Credentials
from confluence_xpress.sources.online.http.deployment import GATEWAY, Deployment, Kind, root_of
from confluence_xpress.sources.online.http.failures import (
    AddressError,
    GoneError,
    OnlineError,
    RefusedError,
    SignInError,
    SiteError,
    UnreachableError,
)
from confluence_xpress.sources.online.http.origins import checked_site, is_loopback
from confluence_xpress.sources.online.http.person import who
from confluence_xpress.sources.online.http.refusals import LACKS_SCOPE, Asker
from confluence_xpress.sources.online.http.settings import Settings

_PATIENCE = 30.0
"""Seconds; a person waits."""
_DEFAULTS = Settings()
_GATEWAY = re.compile(r"(?P<api>.*/ex/confluence/(?P<id>[^/]+))(?:/.*)?")
_TAIL = re.compile(r"/(?:display|spaces|pages|x|rest|plugins|download|label|users|people|[^/]*\.action)(?:/.*)?$")
"""What comes behind the base of Data Center in addresses that people copy."""
_DEEPEST = 4
"""Parts of a path below which no Confluence is looked for."""
_NONE = (GoneError, RefusedError, SignInError, SiteError)
"""What else than Confluence may answer."""


def find_deployment(
    site: str,
    credentials: Credentials | None = None,
    settings: Settings = _DEFAULTS,
    *,
    gateway: str = "",
    tell: Callable[[str], None] = silent,
) -> Deployment:
    """The Confluence at an address, which may also be that of one of its pages; the credentials are checked.

    `gateway`: where Cloud's is; it is Atlassian's, except for servers on this machine, which have one of their own.
    AddressError if there is none, SignInError if the credentials aren't good, InputError for what is no address.
    """
    url = checked_site(site, settings)
    found = _Probe(credentials, settings, tell)
    if match := _GATEWAY.fullmatch(url):
        return found.behind_gateway(f"{match['api']}/wiki", match["id"])
    if cloud_id := found.cloud_id(url):
        root = root_of(url)
        beside = root if is_loopback(urlsplit(url).hostname or "") else GATEWAY
        return found.cloud(f"{root}/wiki", cloud_id, (gateway or beside).rstrip("/"))
    return found.datacenter(url)


def kind_of(site: str, settings: Settings = _DEFAULTS, *, tell: Callable[[str], None] = silent) -> Kind:
    """What is at an address, to know which credentials to ask for. Errors as of `find_deployment`."""
    url = checked_site(site, settings)
    probe = _Probe(None, settings, tell)
    if _GATEWAY.fullmatch(url) or probe.cloud_id(url):
        return "cloud"
    try:
        return probe.datacenter(url).kind
    except (SignInError, RefusedError):
        return "datacenter"  # only it is closed to strangers so thoroughly


class _Probe:
    """Asks, with the credentials or as nobody."""

    def __init__(self, credentials: Credentials | None, settings: Settings, tell: Callable[[str], None]) -> None:
        self._credentials = credentials
        self._settings = replace(settings, patience=min(settings.patience, _PATIENCE), attempts=2)
        self._tell = tell

    def cloud_id(self, url: str) -> str:
        """The id of the site, if it is one of Cloud. Asked without the token: nobody knows yet who it is."""
        host = urlsplit(url).hostname or ""
        ours = host.endswith((".atlassian.net", ".jira.com"))
        try:
            answer = self._json(Deployment("datacenter", url, url), calls.TENANT_INFO)
        except UnreachableError:
            raise
        except _NONE as error:
            if ours:
                raise AddressError(f"there is no site {host}", "Look at the address again.") from error
            return ""
        found = answer.get("cloudId") if isinstance(answer, dict) else None
        return found if isinstance(found, str) and re.fullmatch(r"[\w-]{1,100}", found) else ""

    def cloud(self, site: str, cloud_id: str, gateway: str) -> Deployment:
        """A site of Cloud. Tokens with scopes, and those of apps, are good at the gateway only."""
        direct = Deployment("cloud", site, site, cloud_id)
        through = replace(direct, api=f"{gateway}/ex/confluence/{cloud_id}/wiki")
        if not self._credentials:
            return direct
        if self._credentials.email:
            with suppress(SignInError):
                self._check(direct)
                return direct
        try:
            self._check(through)
        except (AddressError, GoneError, UnreachableError) as error:
            if isinstance(error, UnreachableError) and not self._credentials.email:
                raise
            raise Asker(direct, self._credentials).unknown() from error
        return through

    def behind_gateway(self, api: str, cloud_id: str) -> Deployment:
        """The site that a gateway's address means."""
        deployment = Deployment("cloud", api, api, cloud_id)
        self._check(deployment)
        try:
            answer = self._json(deployment, calls.SPACES, self._credentials)
            return replace(deployment, site=checked_site(str(answer["_links"]["base"]), self._settings))
        except (RefusedError, InputError, LookupError, TypeError):
            return deployment  # links in documents will lead there, which is better than nowhere

    def datacenter(self, url: str) -> Deployment:
        """A Data Center at an address, or above it: what comes behind its base may be the key of a space."""
        parts = _TAIL.sub("", urlsplit(url).path).strip("/").split("/")
        errors: list[OnlineError] = []
        for count in range(min(len(parts), _DEEPEST), -1, -1):
            site = "/".join((root_of(url), *parts[:count])).rstrip("/")
            deployment = Deployment("datacenter", site, site)
            try:
                if self._is_confluence(deployment):
                    if self._credentials:
                        self._check(deployment)
                    return deployment
            except UnreachableError:
                raise
            except _NONE as error:
                errors.append(error)
        for closed in errors:
            if isinstance(closed, SignInError | RefusedError):
                raise closed
        raise AddressError(
            f"there is no Confluence at {url}",
            f"Copy the address from a browser. ({errors[0].message}.)" if errors else "Copy it from a browser.",
            "there is no Confluence",
        )

    def _is_confluence(self, deployment: Deployment) -> bool:
        """By what it says about itself to everybody, or else to the token's owner."""
        try:
            manifest = self._json(deployment, calls.DC_MANIFEST)
        except UnreachableError:
            raise
        except _NONE:
            answer = self._json(deployment, calls.DC_CURRENT_USER, self._credentials)
            return isinstance(answer, dict) and "type" in answer
        kind = str(manifest.get("typeId", "")) if isinstance(manifest, dict) else ""
        if kind in ("jira", "bamboo", "fecru", "stash", "crowd"):
            raise AddressError(f"{deployment.site} is {kind.capitalize()}, not Confluence", "Copy the right address.")
        return kind == "confluence"

    def _check(self, deployment: Deployment) -> None:
        """Raises SignInError if the credentials aren't good there, AddressError if it isn't there."""
        try:
            with self._connection(deployment, self._credentials) as connection:
                person = who(connection)
        except RefusedError as error:
            if error.reason == LACKS_SCOPE:
                return  # so it is known
            raise
        except GoneError as error:
            if deployment.kind == "datacenter":
                return  # before 6.6
            hint = "Look at the address again: does the site have Confluence, and may you use it?"
            raise AddressError(f"there is no Confluence at {deployment.host}", hint) from error
        if self._credentials and not person.known:
            raise Asker(deployment, self._credentials).unknown()

    def _json(self, deployment: Deployment, call: calls.Call, credentials: Credentials | None = None) -> Any:
        with self._connection(deployment, credentials) as connection:
            return connection.json(call)

    def _connection(self, deployment: Deployment, credentials: Credentials | None) -> Connection:
        return Connection(deployment, credentials, self._settings, self._tell)
