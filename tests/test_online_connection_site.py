"""Connections to a whole Confluence: each of its faults, its limits and its ways to sign in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from confluence_xpress.sources.online.http import calls
from confluence_xpress.sources.online.http.connection import Connection
from confluence_xpress.sources.online.http.credentials import Credentials
from confluence_xpress.sources.online.http.failures import (
    BusyError,
    ExpiredCursorError,
    OnlineError,
    SignInError,
    SiteError,
)
from confluence_xpress.sources.online.http.person import Person, who
from confluence_xpress.sources.online.http.probing import find_deployment
from confluence_xpress.sources.online.http.settings import Settings
from tests.connections import Clock
from testsite import Burst, Content, Fault, File, Limits, Page, Points, Site, Space, Token
from testsite.site import READER

IDS = [str(number) for number in range(101, 161)]
BYTES = b"\x89PNG and so on"
PNG = File("a b.png", BYTES)


def content() -> Content:
    pages = [Page("100", "Home", "<p>Home</p>", files=(PNG,))]
    pages += [Page(page, f"Page {page}", "<p>x</p>", parent="100") for page in IDS]
    return Content(pages, spaces=[Space("DEV", "Development", homepage="100")])


def credentials(site: Site, way: str = "token") -> Credentials:
    """How to sign in: with the site's token of that name."""
    secret: str = getattr(site, way)
    return Credentials(secret, site.email if way in ("token", "scoped_token") else "")


def connection(site: Site, way: str = "token", clock: Clock | None = None, **settings: Any) -> Connection:
    known = credentials(site, "pat" if site.kind == "datacenter" else way)
    found = find_deployment(site.url, known, gateway=site.state.gateway)
    site.forget()
    return Connection(found, known, Settings(**settings), clock=clock or Clock())


@pytest.fixture
def site() -> Iterator[Site]:
    with Site(content()) as running:
        yield running


def titles(site: Connection) -> list[str]:
    """The titles of all pages, each asked for alone."""
    return [answer["title"] for answer in site.map(lambda page: site.json(calls.PAGE, id=page), IDS)]


def listed(site: Connection) -> list[str]:
    """The ids of all pages of the list, in its order."""
    parts = site.listed(calls.PAGES, [("limit", 7), ("sort", "id")])
    return [page["id"] for part in parts for page in part["results"]]


# --- Signing in ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("way", "gateway"), [("token", False), ("scoped_token", True), ("oauth_token", True)])
def test_each_token_of_cloud_is_good_somewhere(site: Site, way: str, gateway: bool) -> None:
    with connection(site, way) as found:
        assert found.deployment.gateway == gateway
        assert who(found) == Person("Rita Reader", "person")
        assert listed(found) == ["100", *IDS]
        file = found.json(calls.PAGE_ATTACHMENTS, id=100)["results"][0]
        media = found.download(calls.ATTACHMENT_DOWNLOAD, most=100, id=100, attachment=file["id"])
        assert media.data == BYTES and media.media_type == "image/png"
    assert {record.role for record in site.requests} == {"gateway" if gateway else "site", "media"}
    assert not [record for record in site.requests if record.role == "media" and "authorization" in record.headers]


def test_a_token_that_lacks_scopes_says_which(site: Site) -> None:
    site.add_token(Token("few", READER.account_id, "scoped", frozenset({"read:space:confluence"})))
    known = Credentials("few", site.email)
    found = find_deployment(site.url, known, gateway=site.state.gateway)
    with Connection(found, known, clock=Clock()) as asked:
        assert asked.json(calls.SPACES)["results"][0]["key"] == "DEV"
        with pytest.raises(OnlineError) as raised:
            asked.json(calls.PAGE, id=100)
    assert "read:page:confluence" in raised.value.hint


def test_a_token_that_has_expired_is_said(site: Site) -> None:
    site.add_token(Token("old", READER.account_id, "classic", expired=True))
    with pytest.raises(SignInError) as raised:
        find_deployment(site.url, Credentials("old", site.email), gateway=site.state.gateway)
    assert "expired" in raised.value.hint


@pytest.mark.parametrize("bad_token", ["401", "login"])
@pytest.mark.parametrize("anonymous", [True, False])
@pytest.mark.parametrize("context", ["/confluence", ""])
def test_data_center_is_found_and_knows_its_tokens(bad_token: Any, anonymous: bool, context: str) -> None:
    with Site(content(), "datacenter", bad_token=bad_token, anonymous=anonymous, context=context) as site:
        with connection(site) as found:
            assert (found.deployment.kind, found.deployment.site) == ("datacenter", site.url)
            assert who(found).known
            parts = found.listed(calls.DC_SPACE_CONTENT, [("limit", 7)], key="DEV", type="page")
            assert len([page for part in parts for page in part["results"]]) == 61
            (file,) = found.json(calls.DC_ATTACHMENTS, id=100)["results"]
            assert file["title"] == PNG.title
            assert found.download(calls.DC_DOWNLOAD, most=100, id=100, name=PNG.title).data == BYTES
        with pytest.raises(SignInError) as raised:
            find_deployment(site.url, Credentials("made-up"))
        assert "made-up" not in raised.value.message + raised.value.hint


# --- Faults ----------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    "fault",
    [
        # Four times where a call is made five times at most, as all of them may hit the same one.
        Fault("status", status=429, retry_after=1, every=9, times=12),
        Fault("status", status=429, retry_after=2, retry_date=True, times=3),
        Fault("status", status=500, every=7, times=4),
        Fault("status", status=502, every=5, times=12),
        Fault("gateway-page", status=503, every=5, times=12),
        Fault("cut", every=6, times=10),
        Fault("cut-body", every=6, times=4),
        Fault("truncated", every=6, times=4),
        Fault("gzip-garbage", every=6, times=4),
        Fault("slow", every=30, times=2),
        Fault("late", every=10, times=5),
    ],
    ids=lambda fault: f"{fault.kind}-{fault.status}",
)
def test_a_fault_that_passes_costs_no_page(site: Site, fault: Fault) -> None:
    with connection(site) as found:
        site.faults.add(fault)
        assert titles(found) == [f"Page {page}" for page in IDS]
        assert listed(found) == ["100", *IDS]
    assert fault.done >= 2


@pytest.mark.parametrize(
    ("kind", "failure"),
    [
        ("login-page", SignInError),
        ("login-redirect", SignInError),
        ("gateway-page", SiteError),
        ("elsewhere", SiteError),
        ("huge", SiteError),
    ],
)
def test_a_fault_that_stays_is_said(site: Site, kind: Any, failure: type[OnlineError]) -> None:
    with connection(site, patience=20) as found:
        site.faults.add(Fault(kind, "/api/v2/pages", times=None, status=502, size=70_000_000))
        with pytest.raises(failure):
            found.json(calls.PAGE, id=100)
        site.faults.clear()
        assert found.json(calls.PAGE, id=100)["title"] == "Home"
    assert not [record for record in site.requests if record.role == "elsewhere"]


def test_a_cursor_that_expires_is_told_apart(site: Site) -> None:
    with connection(site) as found:
        parts = found.listed(calls.PAGES, [("limit", 7)])
        next(parts)
        site.expire_cursors()
        with pytest.raises(ExpiredCursorError):
            next(parts)


@pytest.mark.slow
def test_a_storm_is_not_hammered(site: Site) -> None:
    """For real, with the time that it takes: nobody calls before the site is ready, and no page is lost."""
    known = credentials(site)
    with Connection(find_deployment(site.url, known), known) as asked:
        site.faults.storm(times=16, retry_after=1)
        assert titles(asked) == [f"Page {page}" for page in IDS]
        assert asked.usage.waited >= 1
    assert site.early == []


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["cloud", "datacenter"])
def test_a_bucket_that_is_empty_is_waited_for(kind: Any) -> None:
    with Site(content(), kind, limits=Limits(burst=Burst(20, 20))) as site:
        known = credentials(site, "pat" if kind == "datacenter" else "token")
        with Connection(find_deployment(site.url, known), known) as asked:
            call = calls.DC_CONTENT if kind == "datacenter" else calls.PAGE
            found = asked.map(lambda page: asked.json(call, id=page), IDS[:45])
        assert len(found) == 45 and site.early == []


def test_a_quota_of_points_that_is_used_up_ends_it() -> None:
    with Site(content(), limits=Limits(points=Points(60, 10**8))) as site:
        with connection(site) as found, pytest.raises(BusyError) as raised:
            titles(found)
        assert "quota is used up" not in raised.value.message and "until" in raised.value.message
        refused = [record for record in site.requests if record.status == 429]
        assert len(refused) <= 8 and site.early == []


@pytest.mark.slow
def test_points_are_counted_as_the_site_does(site: Site) -> None:
    with connection(site) as found:
        listed(found)
        titles(found)
        found.json(calls.USERS_BULK, data={"accountIds": [READER.account_id]})
        usage = found.usage
    people = 1
    assert usage.calls == len(site.requests)
    assert usage.points == len(site.requests) + sum(record.results for record in site.requests) + people
