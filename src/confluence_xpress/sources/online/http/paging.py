"""Where the next part of a list is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from confluence_xpress.sources.online.http.calls import Call
from confluence_xpress.sources.online.http.deployment import Deployment
from confluence_xpress.sources.online.http.failures import SiteError
from confluence_xpress.sources.online.http.origins import origin_of

Params = Sequence[tuple[str, str | int]]


def base_of(call: Call, deployment: Deployment) -> str:
    """What a call's path is below."""
    return {"api": deployment.api, "jira": deployment.jira, "origin": deployment.origin}[call.base]


def address(base: str, path: str, params: Params) -> str:
    """The address of a call."""
    query = urlencode([(name, str(value)) for name, value in params])
    return f"{base}{path}?{query}" if query else f"{base}{path}"


def next_address(call: Call, path: str, params: Params, answer: Any, link: str, deployment: Deployment) -> str:
    """The address of the part behind an answer; empty if that was the last one.

    `path`: of the call, below its base; `link`: of the header Link, if there is one. SiteError if it leads elsewhere.

    Links are relative to the root of the site (v2), to its base (v1, Data Center), or absolute with the address that
    people see; through the gateway each of them means a place below the gateway's base.
    """
    own = answer.get("_links") if isinstance(answer, dict) else None
    found = str((own.get("next") if isinstance(own, dict) else None) or link)
    if not found:
        return _by_token(call, path, params, answer, deployment)
    base = base_of(call, deployment)
    try:
        parts = urlsplit(found)
        query = parse_qsl(parts.query, keep_blank_values=True)
        near = not parts.scheme or origin_of(found) in (origin_of(base), origin_of(deployment.site))
    except ValueError as error:
        raise _astray(deployment) from error
    if (
        not near
        or (parts.netloc and not parts.scheme)
        or unquote(_below(parts.path, base, deployment.site)) != unquote(path)
    ):
        raise _astray(deployment)
    # A link may leave out what was asked, such as the format of bodies.
    named = {name for name, _ in query}
    rest = [(name, value) for name, value in params if name not in named]
    return address(base, path, [*query, *rest])


def _by_token(call: Call, path: str, params: Params, answer: Any, deployment: Deployment) -> str:
    """Jira has no links but a token."""
    token = answer.get("nextPageToken") if isinstance(answer, dict) and call.base == "jira" else None
    if not token or answer.get("isLast"):
        return ""
    kept = [(name, value) for name, value in params if name != "nextPageToken"]
    return address(base_of(call, deployment), path, [*kept, ("nextPageToken", str(token))])


def _below(path: str, base: str, site: str) -> str:
    """A path without that of the base it is below."""
    for url in (base, site):
        root = urlsplit(url).path
        if root and path.startswith(f"{root}/"):
            return path[len(root) :]
    return path


def _astray(deployment: Deployment) -> SiteError:
    return SiteError(
        f"a list of {deployment.host} goes on at another place than it began",
        "Check the address of the site. Perhaps something between here and there meddles, such as a proxy.",
    )
