"""What the operator of the service decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from confluence_xpress.errors import InputError

PORT = 8040
_LOCAL_NAMES = ("localhost",)


@dataclass(frozen=True, slots=True)
class Settings:
    """All options of `xpress render-service`. Sizes in bytes, times in seconds; 0 workers or memory: what fits."""

    host: str = "127.0.0.1"
    port: int = PORT
    workers: int = 0
    memory: int = 0
    """Of each worker process."""
    queue: int = 64
    """Requests that wait, for each of the two lanes."""
    caller_requests: int = 0
    """Of one caller at once; 0: as many as there is room for."""
    caller_rate: float = 0
    """Requests a second of one caller; 0: no limit."""
    request_size: int = 256_000_000
    held: int = 0
    """Bytes of all requests and answers in memory; 0: as fits."""
    pages: int = 2_000
    templates: Path | None = None
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    client_ca: Path | None = None
    client_names: Sequence[str] = ()
    forge_apps: Sequence[str] = ()
    forge_keys: Path | None = None
    keys: Path | None = None
    anyone: bool = False
    """Anybody who reaches the port may call."""
    origins: Sequence[str] = ()
    grace: float = 30
    keep_alive: int = 5
    """How long a connection stays open without a request."""

    @property
    def web_origins(self) -> Sequence[str]:
        """Origins of web pages that may call. Forge apps run in those of any site, and prove themselves by tokens."""
        return ("*",) if self.forge_apps else self.origins

    def check(self) -> None:
        """Raises InputError for what doesn't go together."""
        known = bool(self.forge_apps or self.keys or self.client_ca)
        if not (known or self.anyone or is_loopback(self.host)):
            raise InputError(
                f"nothing says who may call, so the service can't listen on {self.host}",
                "Give --keys, --forge-app or --client-ca; or --allow-anyone where nobody else reaches the port.",
            )
        if known and self.anyone:
            raise InputError("--allow-anyone contradicts keys, apps and certificates", "Leave one of them out.")
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise InputError("a certificate needs its key, and the key its certificate", "Give both, or neither.")
        if self.client_ca and not self.tls_certificate:
            raise InputError("client certificates need TLS", "Give --tls-cert and --tls-key too.")


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches a host of this name."""
    name = host.strip("[]").casefold()
    if name in _LOCAL_NAMES:
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False
