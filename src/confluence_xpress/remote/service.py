"""Which rendering service, and how it knows us."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from confluence_xpress.delivery import Delivery
from confluence_xpress.errors import InputError

KEY = "XPRESS_SERVICE_KEY"
CERTIFICATE = "XPRESS_SERVICE_CERT"
CERTIFICATE_KEY = "XPRESS_SERVICE_CERT_KEY"
AUTHORITY = "XPRESS_SERVICE_CA"
WAIT = "XPRESS_SERVICE_WAIT"
"""Names of environment variables."""
_PATIENCE = 300.0
_KEY = re.compile(r"[\x21-\x7e]{1,8000}")
_EXAMPLE = "Write for example https://render.example.com."


@dataclass(frozen=True, slots=True)
class Service:
    """A rendering service. `url` is without a slash at its end; `key`: what it knows us by, if it asks."""

    url: str
    key: str = field(default="", repr=False)
    certificate: Path | None = None
    """Ours, if the service wants one (PEM), perhaps with its key."""
    certificate_key: Path | None = None
    authority: Path | None = None
    """Who signs the service's certificate (PEM), instead of those that everybody trusts."""
    patience: float = _PATIENCE
    """Seconds for which a request is tried again when the service is busy or out of reach."""

    @property
    def host(self) -> str:
        """The name of its machine, for messages."""
        return urlsplit(self.url).netloc

    @property
    def encrypted(self) -> bool:
        """Whether it is spoken to over TLS."""
        return self.url.startswith("https:")


def service_at(url: str, environment: Mapping[str, str]) -> Service:
    """The service at an address, with what the environment says of it. InputError for what can't be meant."""
    key = environment.get(KEY, "").strip()
    if key and not _KEY.fullmatch(key):
        raise InputError(f"{KEY} can't be the key of a service", "Give the key as `xpress service-key` showed it.")
    certificate, certificate_key = _file(environment, CERTIFICATE), _file(environment, CERTIFICATE_KEY)
    if certificate_key and not certificate:
        raise InputError(f"{CERTIFICATE_KEY} is the key of no certificate", f"Set {CERTIFICATE} too.")
    return Service(
        _checked(url), key, certificate, certificate_key, _file(environment, AUTHORITY), _seconds(environment)
    )


def check_possible(delivery: Delivery) -> None:
    """Raises InputError if a service can't deliver a document so."""
    if delivery.signature:
        raise InputError(
            "a rendering service can't sign: the key must not leave this machine",
            "Leave out --service to sign, or leave out --sign.",
        )


def _checked(url: str) -> str:
    try:
        parts = urlsplit(url.strip())
        host, _port = parts.hostname or "", parts.port
    except ValueError as error:
        raise InputError(f"--service {url}: that is no address", _EXAMPLE) from error
    if parts.username is not None or parts.password is not None:
        # Without the address, as it holds a secret.
        raise InputError("--service: there is a name or password in the address", f"Set {KEY} instead.")
    if parts.scheme not in ("http", "https") or not host or any(c.isspace() or not c.isprintable() for c in url):
        raise InputError(f"--service {url}: that is no address of a service", _EXAMPLE)
    if parts.query or parts.fragment:
        raise InputError(f"--service {url}: the address says more than where the service is", _EXAMPLE)
    if parts.scheme == "http" and not _is_loopback(host):
        raise InputError(
            f"--service {url}: everybody on the way could read what is sent there",
            f"Use https://{parts.netloc}; http:// is for services on this machine only.",
        )
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def _is_loopback(host: str) -> bool:
    if host.casefold() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _file(environment: Mapping[str, str], name: str) -> Path | None:
    value = environment.get(name, "")
    if not value:
        return None
    if not Path(value).is_file():
        raise InputError(f"{name}: there is no file {value}", "Name a PEM file.")
    return Path(value)


def _seconds(environment: Mapping[str, str]) -> float:
    value = environment.get(WAIT, "").strip()
    if not value:
        return _PATIENCE
    if not re.fullmatch(r"\d{1,5}", value):
        raise InputError(f"{WAIT}: “{value}” is no number of seconds", f"Write for example {_PATIENCE:.0f}.")
    return float(value)
