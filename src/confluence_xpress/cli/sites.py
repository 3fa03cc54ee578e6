"""Where one is signed in, and with what a site is asked."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from confluence_xpress.cli import keys
from confluence_xpress.errors import InputError, XPressError
from confluence_xpress.sources.online.http.credentials import Credentials
from confluence_xpress.sources.online.http.deployment import Deployment
from confluence_xpress.sources.online.http.origins import checked_site, origin_of
from confluence_xpress.sources.online.http.probing import find_deployment
from confluence_xpress.sources.online.http.settings import Settings, settings_from

TOKEN = "XPRESS_TOKEN"  # noqa: S105 - its name
EMAIL = "XPRESS_EMAIL"
SITE = "XPRESS_SITE"
"""Names of environment variables."""
_EXAMPLE = "https://example.atlassian.net"


class KnownSite(msgspec.Struct, frozen=True):
    """Where one has signed in: what people see, and where calls go. No secret, and nobody's name."""

    site: str
    api: str


class _File(msgspec.Struct, frozen=True):
    """All of them."""

    sites: tuple[KnownSite, ...] = ()


def credentials_for(
    site: str, environ: Mapping[str, str], settings: Settings | None = None
) -> tuple[Deployment, Credentials | None]:
    """The site at an address, which may be that of a page, and with what to ask it; None: as everybody.

    What the environment holds comes first, then the keyring. InputError if there is no Confluence, or if what is there
    can't be used.
    """
    settings = settings or settings_from(environ)
    url = checked_site(site, settings)
    if given := credentials_in(environ, url, settings):
        return find_deployment(url, given, settings), given
    if known := signed_in_to(url):
        return keys.load(known)
    return find_deployment(url, None, settings), None


def credentials_in(environ: Mapping[str, str], url: str, settings: Settings) -> Credentials | None:
    """What the environment holds for a site; None if nothing. InputError for half of it."""
    token, email = environ.get(TOKEN, "").strip(), environ.get(EMAIL, "").strip()
    if not token:
        if email:
            raise InputError(f"{EMAIL} is set, but {TOKEN} is not", f"Set both, or run: xpress login {_EXAMPLE}")
        return None
    only = environ.get(SITE, "").strip()
    if only and not matching(url, [checked_site(only, settings)]):
        return None
    return Credentials(token, email)


def signed_in_to(url: str) -> str:
    """Which of the sites where one has signed in an address is one of, also that of the gateway; empty if none."""
    known = known_sites()
    for each in known:
        if each.api != each.site and matching(url, [each.api.removesuffix("/wiki")]):
            return each.site
    return matching(url, [each.site for each in known])


def matching(url: str, sites: Iterable[str]) -> str:
    """Which of some sites an address is one of; empty if none. Of several at one machine the closest."""
    machine, path = origin_of(url), urlsplit(url).path.rstrip("/")
    there = [site for site in sites if origin_of(site) == machine]
    within = [site for site in there if f"{path}/".startswith(f"{urlsplit(site).path.rstrip('/')}/")]
    if within:
        return max(within, key=len)
    # Cloud is at /wiki, which people leave out; and a machine's name alone means the one site there.
    loose = [site for site in there if not path or urlsplit(site).path == "/wiki"]
    return loose[0] if len(loose) == 1 else ""


def known_sites() -> tuple[KnownSite, ...]:
    """Where one has signed in. XPressError if the file can't be read."""
    path = sites_file()
    try:
        return msgspec.json.decode(path.read_bytes(), type=_File).sites
    except FileNotFoundError:
        return ()
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        hint = "Delete it, and sign in again."
        raise XPressError(f"the list of sites, {path}, can't be read: {error}", hint) from error


def remember(site: str, api: str) -> None:
    """Adds a site to those where one has signed in."""
    _write([*(known for known in known_sites() if known.site != site), KnownSite(site, api)])


def drop(site: str) -> None:
    """Takes a site off."""
    _write([known for known in known_sites() if known.site != site])


def sites_file() -> Path:
    """Where the list is."""
    import platformdirs

    return platformdirs.user_config_path("xpress", appauthor=False) / "sites.json"


def hush_retries() -> None:
    """Where structlog is installed, stamina would tell of them on standard output, which may be the PDF's."""
    from stamina.instrumentation import set_on_retry_hooks

    set_on_retry_hooks(())


def _write(sites: Iterable[KnownSite]) -> None:
    """All of it or nothing, and for nobody else to read."""
    path = sites_file()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(msgspec.json.format(msgspec.json.encode(_File(tuple(sites)))) + b"\n")
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
