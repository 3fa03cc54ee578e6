"""How a site may be asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from confluence_xpress.errors import InputError

ALLOW_HTTP = "XPRESS_ALLOW_HTTP"
AUTHORITY = "XPRESS_CA"
"""Names of environment variables."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Limits of a connection."""

    connections: int = 8
    """Calls at the same time."""
    budget: int | None = None
    """Points that may be used, as Atlassian counts them: 1 a call, 1 for each object, 2 for each person; None: any."""
    patience: float = 300
    """Seconds for which one call is tried again while the site is busy or can't be reached."""
    first_contact: float = 10
    """The same for a site that has not answered yet: its address may be wrong."""
    attempts: int = 5
    """How often a call is made at most that fails in a way that may well stay: 500, wrong JSON, cut answers."""
    allow_http: bool = False
    """Whether a site on another machine may be spoken to without encryption."""
    authority: Path | None = None
    """Who signs the site's certificate (PEM), instead of those that everybody trusts."""


def settings_from(environ: Mapping[str, str], *, budget: int | None = None, connections: int = 8) -> Settings:
    """The settings, with what the environment says: XPRESS_ALLOW_HTTP, XPRESS_CA. InputError."""
    authority = environ.get(AUTHORITY, "")
    if authority and not Path(authority).is_file():
        raise InputError(f"{AUTHORITY}: there is no file {authority}", "Name a file of certificates (PEM).")
    return Settings(
        connections=connections,
        budget=budget,
        allow_http=environ.get(ALLOW_HTTP, "").strip() == "1",
        authority=Path(authority) if authority else None,
    )
