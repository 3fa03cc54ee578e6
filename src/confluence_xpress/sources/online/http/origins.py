"""Addresses: whose they are, and which may be asked."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urljoin, urlsplit

from confluence_xpress.errors import InputError
from confluence_xpress.sources.online.http.deployment import Deployment
from confluence_xpress.sources.online.http.failures import RefusedError
from confluence_xpress.sources.online.http.settings import ALLOW_HTTP, Settings

Origin = tuple[str, str, int]
_PORTS = {"http": 80, "https": 443}
_ELSEWHERE = "its address leads to where XPress doesn't go"


def origin_of(url: str) -> Origin:
    """Scheme, host and port. ValueError if the address has none of http and https."""
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ValueError(url)
    return parts.scheme, parts.hostname.rstrip("."), parts.port or _PORTS[parts.scheme]


def own_origins(deployment: Deployment) -> frozenset[Origin]:
    """Where credentials for a deployment may be sent."""
    bases = (deployment.site, deployment.api, deployment.jira)
    return frozenset(origin_of(base) for base in bases if base)


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, by its name or number."""
    if host.casefold().rstrip(".").rpartition(".")[2] == "localhost":
        return True
    number = _number(host)
    return number is not None and number.is_loopback


def _is_near(host: str) -> bool:
    """Whether a host is this machine, or a number within a private network."""
    if is_loopback(host):
        return True
    number = _number(host)
    return number is not None and not number.is_global


def _number(host: str) -> IPv4Address | IPv6Address | None:
    """The address that a host is, also in the forms that only systems understand, such as 127.1 and 0x7f000001."""
    try:
        number = ip_address(host.partition("%")[0])
    except ValueError:
        try:
            return IPv4Address(socket.inet_aton(host))
        except (OSError, UnicodeError):
            return None
    if isinstance(number, IPv6Address):
        return number.ipv4_mapped or number.sixtofour or number
    return number


def checked_site(url: str, settings: Settings) -> str:
    """The address of a site as a person wrote it, without what comes behind its path; https:// if it has no scheme.

    InputError for what can't be meant; a message never repeats a password.
    """
    text = url.strip()
    if "://" not in text:
        text = f"https://{text}"
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise InputError("that is no address of a site", _example()) from error
    if parts.username is not None or parts.password is not None or "@" in parts.netloc:
        # Without the address, as it holds a secret.
        raise InputError("there is a name or password in the address", "Leave it out: xpress login asks for it.")
    if parts.scheme not in _PORTS or not host or any(c.isspace() or not c.isprintable() for c in text):
        raise InputError(f"{url} is no address of a site", _example())
    if parts.scheme == "http" and not (settings.allow_http or is_loopback(host)):
        raise InputError(
            f"{url}: everybody on the way could read what is sent there, the token too",
            f"Use https://. In a network that you trust, set {ALLOW_HTTP}=1.",
        )
    name = f"[{host}]" if ":" in host else host
    netloc = name if port in (None, _PORTS[parts.scheme]) else f"{name}:{port}"
    return f"{parts.scheme}://{netloc}{parts.path.rstrip('/')}"


def _example() -> str:
    return "Write for example https://example.atlassian.net."


def followed(url: str, location: str, deployment: Deployment, settings: Settings) -> str:
    """Where an answer from `url` leads with `location`. RefusedError if we don't go there."""
    try:
        target = urljoin(url, location)
    except ValueError as error:
        raise refused("no web address") from error
    check_target(target, deployment, settings)
    if url.startswith("https:") and not target.startswith("https:"):
        raise refused("without encryption")
    return target


def check_target(url: str, deployment: Deployment, settings: Settings) -> None:
    """Raises RefusedError if a file must not be fetched from an address that we did not make up ourselves.

    Pages and redirects could otherwise have us read what only this machine may reach.
    """
    try:
        parts = urlsplit(url)
        origin = origin_of(url)
    except ValueError as error:
        raise refused("no web address") from error
    if parts.username is not None or parts.password is not None:
        raise refused("a name or password in it")
    if origin in own_origins(deployment):
        return
    site = origin_of(deployment.site)[1]
    if _is_near(origin[1]) and not is_loopback(site):
        raise refused("this machine or a private network")
    if origin[0] == "http" and not (settings.allow_http or is_loopback(origin[1])):
        raise refused("without encryption")


def refused(what: str) -> RefusedError:
    """The failure for an address that we don't follow."""
    return RefusedError(
        f"a file of the site is at an address that XPress doesn't go to: {what}",
        "Ask who wrote the page, or who runs the site.",
        _ELSEWHERE,
    )
