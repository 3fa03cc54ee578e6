"""From a site and a wish to the source that gives its pages."""

from __future__ import annotations

from confluence_xpress.sources.online.api import Tell
from confluence_xpress.sources.online.cloud import Cloud
from confluence_xpress.sources.online.datacenter import DataCenter
from confluence_xpress.sources.online.http.connection import Connection
from confluence_xpress.sources.online.outline import make_outline
from confluence_xpress.sources.online.scope import Wish
from confluence_xpress.sources.online.source import OnlineSource
from confluence_xpress.sources.selection import Selection


def untold(_stage: str, _done: int, _known: int) -> None:
    """Nobody wants to know."""


def open_site(connection: Connection, wish: Wish, tell: Tell = untold) -> tuple[OnlineSource, Selection]:
    """The source of what is wanted, and what to select of it. The source closes the connection when it is closed.

    `tell` is told how far it is.
    Raises InputError if nothing of it can be had, and what else `Connection` raises; then the connection is closed.
    """
    try:
        api = Cloud(connection, tell) if connection.deployment.kind == "cloud" else DataCenter(connection, tell)
        outline = make_outline(connection, api, wish)
    except BaseException:
        connection.close()
        raise
    return OnlineSource(connection, api, outline), outline.selection
