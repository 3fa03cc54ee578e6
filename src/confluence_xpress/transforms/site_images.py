"""Images at addresses of the site itself: what may be fetched, though it is no attachment."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

from confluence_xpress.transforms.urls import absolute, scheme, tidy

_MEDIA = ".media.atlassian.com"
"""The end of the names of hosts that serve the files of Cloud sites; addresses there carry a key that soon expires."""


def site_image(href: str, base: str, page_url: str = "") -> str:
    """The absolute address of an image that lies on the site of this base URL; empty for all others.

    On Data Center, where other applications may be on the same host, it must be below the base URL. Nothing is taken
    for an image that could be an action.
    """
    href = tidy(href)
    if not base or not href or href[0] in "?#" or scheme(href) not in ("", "http", "https"):
        return ""
    address = absolute(href, base, page_url)
    if address is None:
        return ""
    try:
        found, own = urlsplit(address), urlsplit(base)
        ports = found.port, own.port
    except ValueError:
        return ""
    if found.username is not None or found.password is not None or not _is_plain(found.path):
        return ""
    cloud = own.path.rstrip("/") == "/wiki"
    if cloud and on_media_host(address):
        return found._replace(scheme="https", fragment="").geturl() if ports[0] in (None, 443) else ""
    if (found.hostname, _port(found.scheme, ports[0], own.scheme)) != (own.hostname, _port(own.scheme, ports[1], "")):
        return ""
    if not cloud and not found.path.startswith(f"{own.path.rstrip('/')}/"):
        return ""
    # Whoever wrote http: years ago means the same site; what signs in must not go over an open line.
    return found._replace(scheme=own.scheme, netloc=own.netloc, fragment="").geturl()


def on_media_host(href: str) -> bool:
    """Whether an address is on a host that serves the files of Cloud sites."""
    try:
        return (urlsplit(href).hostname or "").endswith(_MEDIA)
    except ValueError:
        return False


def _port(kind: str, port: int | None, wanted: str) -> int:
    """The port; that of another scheme than the wanted one counts as its own, if it is the usual one."""
    usual = {"http": 80, "https": 443}
    if wanted and port in (None, usual.get(kind)):
        kind, port = wanted, None
    return port or usual.get(kind, 0)


def _is_plain(path: str) -> bool:
    """Whether a path leads down from the site's base and to no action of it."""
    segments = unquote(path).replace("\\", "/").split("/")
    return not {".", ".."} & set(segments) and not path.casefold().endswith(".action") and path.strip("/") != ""
