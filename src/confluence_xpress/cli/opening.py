"""From what the user names to the source of it: a folder, a file, an export, or a site."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING

from confluence_xpress.cli.console import Advance, Stage
from confluence_xpress.errors import InputError
from confluence_xpress.sources.open import open_source
from confluence_xpress.sources.selection import Selection
from confluence_xpress.sources.source import Source

if TYPE_CHECKING:
    from confluence_xpress.sources.online.address import Target
    from confluence_xpress.sources.online.http.connection import Connection
    from confluence_xpress.sources.online.http.deployment import Deployment

_MOST_LISTED = 100_000


@dataclass(frozen=True, slots=True)
class Scope:
    """What to export, as the user says it. Only sites know of all of it."""

    names: tuple[str, ...]
    """Paths, or addresses of pages and spaces."""
    selection: Selection = field(default_factory=Selection)
    below: bool = False
    """Each page with all that is below it."""
    listed: str = ""
    """A file with more addresses; `-` for standard input."""
    cql: str = ""
    archived: bool = False
    drafts: bool = False
    as_of: str = ""
    version: int | None = None
    budget: int | None = None
    connections: int = 8
    bare: bool = False
    """Labels and files of pages are of no interest."""

    @property
    def online(self) -> bool:
        """Whether a site is meant, and not something on disk."""
        return any(map(_url, self.names)) or not self.names

    @property
    def label(self) -> str:
        """What is read, in words."""
        more = f" and {len(self.names) - 1} more" if len(self.names) > 1 else ""
        return f"{self.names[0]}{more}" if self.names else f"the pages of {self.listed}"


@dataclass(frozen=True, slots=True)
class Opened:
    """A source and what to select of it. `connection`: to the site, if it is one."""

    source: Source
    selection: Selection
    connection: Connection | None = None


def reading(scope: Scope) -> dict[str, str | Stage]:
    """What opening is called on a progress display."""
    label = f"Reading {scope.label}"
    if not scope.online:
        return {"reading": label}
    details = {} if scope.bare else {"details": Stage("Looking up labels and files", "Looking up", "pages")}
    return {"reading": Stage(label, "Reading", "pages"), **details}


def open_scope(scope: Scope, tell: Callable[[str], None], progress: Advance) -> Opened:
    """The source of what is wanted. `tell` gets a line about each long wait. InputError, XPressError."""
    names = (*scope.names, *_listed(scope.listed))
    if not names:
        raise InputError("Nothing to export is named.", "Name a folder, a file, or the address of a page or space.")
    urls = [_url(name) for name in names]
    if any(urls) or (scope.listed and not scope.names):
        return _open_site(replace(scope, names=names), tell, progress)
    _check_offline(scope, names)
    return Opened(open_source(Path(names[0])), scope.selection)


def _check_offline(scope: Scope, names: Sequence[str]) -> None:
    """InputError for what only a site can give."""
    wishes = {
        "--cql": scope.cql,
        "--tree": scope.below,
        "--archived": scope.archived,
        "--drafts": scope.drafts,
        "--as-of": scope.as_of,
        "--page-version": scope.version is not None,
        "--list": scope.listed,
    }
    if asked := [name for name, wanted in wishes.items() if wanted]:
        hint = (
            "Use --root ID for a page with those below it." if asked[0] == "--tree" else "Name the address of a site."
        )
        raise InputError(f"{asked[0]} is for sites, and {names[0]} is on disk.", hint)
    if len(names) > 1:
        raise InputError(
            f"Several sources on disk were named: {', '.join(names[:3])}.",
            "Name one, and choose pages of it with --pages.",
        )


def _open_site(scope: Scope, tell: Callable[[str], None], progress: Advance) -> Opened:
    # Late: whoever reads from disk needs none of it.
    from confluence_xpress.cli.sites import credentials_for, hush_retries
    from confluence_xpress.sources.online.api import Extent
    from confluence_xpress.sources.online.http.connection import Connection
    from confluence_xpress.sources.online.http.settings import settings_from
    from confluence_xpress.sources.online.opening import open_site
    from confluence_xpress.sources.online.scope import Wish

    first = next((url for url in map(_url, scope.names) if url), "")
    if not first:
        raise InputError("No site is named.", "Name its address, or write whole addresses into the list.")
    hush_retries()
    settings = settings_from(os.environ, budget=scope.budget, connections=scope.connections)
    deployment, credentials = credentials_for(first, os.environ, settings)
    targets, below = _targets(scope, deployment)
    wish = Wish(
        targets=targets,
        cql=scope.cql,
        below=scope.below or below,
        selection=replace(scope.selection, pages=(), root=None),
        extent=Extent(scope.archived, scope.drafts, scope.selection.blogposts),
        moment=_moment(scope.as_of),
        version=scope.version if scope.version is not None else _version(targets),
        details=not scope.bare,
    )
    connection = Connection(deployment, credentials, settings, tell)
    source, selection = open_site(connection, wish, progress)
    return Opened(source, selection, connection)


def _targets(scope: Scope, deployment: Deployment) -> tuple[tuple[Target, ...], bool]:
    """What is named, in its order, and whether --root asks for all below it."""

    named = [_target(name, deployment) for name in scope.names]
    places = [target for target in named if target.kind != "site"]
    root, pages = scope.selection.root, scope.selection.pages
    if root and (pages or scope.cql):
        raise InputError("A page tree and a list of pages were both asked for.", "Choose one of them.")
    if scope.cql:
        if places or pages:
            raise InputError(
                "A query and pages were both asked for.",
                f"Name only the site, {deployment.site}, and say the rest in the query.",
            )
        return (), False
    if root:
        return (_target(root, deployment),), True
    if pages:
        # Spaces that are named beside pages only say which site it is.
        own = [target for target in places if target.kind == "page"]
        return (*own, *(_target(page, deployment) for page in pages)), False
    if not places:
        raise InputError(
            f"{deployment.site} is a whole site.",
            "Name the address of a page or a space, such as SITE/KEY, or give a query with --cql.",
        )
    return tuple(dict.fromkeys(places)), False


def _target(name: str, deployment: Deployment) -> Target:
    from confluence_xpress.sources.online.address import Target, target
    from confluence_xpress.sources.online.http.deployment import root_of

    if name.isascii() and name.isdecimal():
        return Target("page", name)
    url = _url(name)
    if not url:
        raise InputError(f"“{name}” is neither an address nor the id of a page.", "Copy it from the browser.")
    if root_of(url).casefold() not in (root_of(deployment.site).casefold(), root_of(deployment.api).casefold()):
        raise InputError(
            f"{url} is on another site than {deployment.site}.", "Export each site by itself: a token is for one site."
        )
    return target(url, deployment.site, deployment.api)


def _url(name: str) -> str:
    from confluence_xpress.sources.online.address import as_url

    # What is on disk is meant rather than a host of the same name.
    if "://" not in name and Path(name).exists():
        return ""
    return as_url(name)


def _listed(path: str) -> tuple[str, ...]:
    """The entries of a list: one a line, without what is behind a space, and comments that begin with #."""
    if not path:
        return ()
    try:
        text = sys.stdin.read() if path == "-" else Path(path).read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        what = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise InputError(f"--list {path} can't be read: {what}.", "Write one address or id a line.") from error
    names = tuple(line.split()[0] for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#"))
    if not names:
        raise InputError(f"--list {path} is empty.", "Write one address or id a line.")
    if len(names) > _MOST_LISTED:
        raise InputError(f"--list {path} has {len(names):,} entries.", f"{_MOST_LISTED:,} are possible.")
    return names


def _moment(text: str) -> str:
    """A date or time as ISO 8601 in UTC; a date means its end. Empty for nothing."""
    if not text.strip():
        return ""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise InputError(f"--as-of {text}: this is no date.", "Write 2026-03-31 or 2026-03-31T12:00:00Z.") from error
    if len(text.strip()) <= 10:
        found = datetime.combine(found.date(), time(23, 59, 59))
    # A time without a zone is that of this machine, as people mean it.
    return found.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _version(targets: Sequence[Target]) -> int | None:
    """The version that the address itself asks for."""
    return targets[0].version if len(targets) == 1 else None
