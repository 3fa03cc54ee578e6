"""What tests of sites share: a small handbook on a site, and how it is opened and exported."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from confluence_xpress.bundle import Bundle
from confluence_xpress.collect import collect, outline
from confluence_xpress.render import Options
from confluence_xpress.render.core import needs
from confluence_xpress.sources.online.address import Target, target
from confluence_xpress.sources.online.http.connection import Connection
from confluence_xpress.sources.online.http.credentials import Credentials
from confluence_xpress.sources.online.http.deployment import Deployment
from confluence_xpress.sources.online.http.settings import Settings
from confluence_xpress.sources.online.opening import open_site
from confluence_xpress.sources.online.scope import Wish
from confluence_xpress.sources.online.source import OnlineSource
from confluence_xpress.sources.selection import Selection
from confluence_xpress.templates import load_template
from testsite import Content, File, Page, Site, Space, User, Version

Kind = Literal["cloud", "datacenter"]
KINDS: tuple[Kind, ...] = ("cloud", "datacenter")

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000002000000020802000000fdd49a73"
    "0000001649444154789c63f8cfc0c0f09f818181e13f0303030029f203fd6d3b8e7a0000000049454e44ae426082"
)
ANN = User("712020:ann", "Ann Author", "ann@example.com", "aauthor", "8a7f01")
BEN = User("712020:ben", "Ben Boss", "ben@example.com", "bboss", "8a7f02")


def handbook(**more: Any) -> Content:
    """Two spaces. DEV: 100 Home > 101 Guide > (102 Setup, 103 Usage > 104 Tips), 105 Secret (Ben's) > 106, and the blog
    post 107 News. OPS: 200 Desk > 201 Duties.
    """
    mention = '<ac:link><ri:user ri:account-id="712020:ann" ri:userkey="8a7f01"/></ac:link>'
    image = '<ac:image><ri:attachment ri:filename="plan.png"/></ac:image>'
    pages = [
        Page("100", "Home", f"<p>Welcome, says {mention}.</p>", space="DEV", author=ANN.account_id),
        Page("101", "Guide", f"<p>Read on.</p>{image}", "100", "DEV", position=1, files=(File("plan.png", PNG),)),
        Page("102", "Setup", "<p>Install it.</p>", "101", "DEV", position=2, labels=("howto",)),
        Page("103", "Usage", "<p>Use it.</p>", "101", "DEV", position=1, labels=("howto", "draft-text")),
        Page("104", "Tips", "<p>Use it well.</p>", "103", "DEV", labels=("howto",)),
        Page("105", "Secret", "<p>The plan is CLASSIFIED.</p>", "100", "DEV", readers=frozenset({BEN.account_id})),
        Page("106", "Below the secret", "<p>CLASSIFIED too.</p>", "105", "DEV"),
        Page("107", "News", "<p>It runs.</p>", None, "DEV", kind="blogpost", created="2026-03-01T10:00:00.000Z"),
        Page("200", "Desk", "<p>Ask here.</p>", space="OPS"),
        Page("201", "Duties", "<p>Answer there.</p>", "200", "OPS"),
    ]
    spaces = [Space("DEV", "Development", homepage="100"), Space("OPS", "Operations", homepage="200")]
    return Content(pages, spaces=spaces, users=[ANN, BEN], **more)


def numbered(count: int, **fields: Any) -> Content:
    """A space NUM of so many pages below one home page."""
    pages = [Page("1000", "Home", "<p>Home</p>", space="NUM")]
    pages += [
        Page(str(1000 + n), f"Page {n}", f"<p>Text of page {n}.</p>", "1000", "NUM", position=n, **fields)
        for n in range(1, count)
    ]
    return Content(pages, spaces=[Space("NUM", "Numbers", homepage="1000")])


def connect(site: Site, settings: Settings | None = None) -> Connection:
    """A connection with the rights of the site's reader."""
    cloud = site.kind == "cloud"
    deployment = Deployment(site.kind, site.url, site.url, site.cloud_id if cloud else "")
    credentials = Credentials(site.token, site.email) if cloud else Credentials(site.pat)
    return Connection(deployment, credentials, settings or Settings(patience=20))


def at(site: Site, *places: str) -> tuple[Target, ...]:
    """Targets: page ids, or paths below the site."""
    return tuple(Target("page", p) if p.isdecimal() else target(site.url + p, site.url) for p in places)


@contextmanager
def opened(site: Site, wish: Wish, settings: Settings | None = None) -> Iterator[tuple[OnlineSource, Selection]]:
    """A source and its selection, closed at the end."""
    source, selection = open_site(connect(site, settings), wish)
    try:
        yield source, selection
    finally:
        source.close()


def chosen(site: Site, *places: str, selection: Selection | None = None, **wish: Any) -> Bundle:
    """The outline of what is wanted."""
    asked = Wish(targets=at(site, *places), selection=selection or Selection(), **wish)
    with opened(site, asked) as (source, picked):
        return outline(source, picked)


def fetched(site: Site, *places: str, selection: Selection | None = None, **wish: Any) -> Bundle:
    """The same with all that it needs."""
    options = Options(load_template("default"), {}, (), 0)
    asked = Wish(targets=at(site, *places), selection=selection or Selection(), **wish)
    with opened(site, asked) as (source, picked):
        return collect(source, picked, needs=lambda bundle: needs(bundle, options))


def titles(bundle: Bundle) -> list[str]:
    """The titles of the pages, two blanks for each level."""
    level: dict[str | None, int] = {None: -1}
    for page in bundle.pages:
        level[page.id] = level.get(page.parent, -1) + 1
    return ["  " * level[page.id] + page.title for page in bundle.pages]


def old(number: int, title: str, body: str, when: str) -> Version:
    """A former version."""
    return Version(number, title, body, created=when)
