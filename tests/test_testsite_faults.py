"""What goes wrong on demand, and the limits of the test site."""

from __future__ import annotations

import datetime as dt
import re
import ssl
import threading
from collections.abc import Callable, Iterator
from email.utils import parsedate_to_datetime
from itertools import pairwise
from typing import cast

import httpx
import pytest

from testsite import Burst, Content, Fault, Limits, Page, Points, Site, Space
from testsite.exchange import Record
from testsite.faults import FaultKind
from testsite.sample import everything

pytestmark = pytest.mark.slow  # each starts a site

PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For calls without TLS: it reads no certificates, which takes longer than the call."""

PAGES = "/api/v2/pages"


@pytest.fixture
def site() -> Iterator[Site]:
    with Site(everything()) as site:
        yield site


def get(site: Site, path: str = PAGES, timeout: float = 5) -> httpx.Response:
    secret = ("rreader", site.password) if site.kind == "datacenter" else (site.email, site.token)
    return httpx.get(site.url + path, auth=secret, timeout=timeout, verify=PLAIN)


def test_a_fault_is_put_on_the_calls_that_it_names(site: Site) -> None:
    site.faults.add(Fault("status", "/pages/11", nth=2, every=2, times=2, status=502))
    paths = ["/api/v2/pages/110", "/api/v2/pages/100"]
    found = [get(site, path).status_code for _ in range(7) for path in paths]
    assert found[::2] == [200, 502, 200, 502, 200, 200, 200] and set(found[1::2]) == {200}
    assert [record.fault for record in site.requests].count("status") == 2
    site.faults.add(Fault("status", times=None, method="POST", role="gateway"))
    assert get(site).status_code == 200
    site.faults.add(Fault("status", times=None, when=lambda record: ("limit", "1") in record.query))
    assert [get(site, f"{PAGES}?limit={i}").status_code for i in (1, 2, 1)] == [500, 200, 500]
    site.faults.clear()
    assert get(site, f"{PAGES}?limit=1").status_code == 200
    with pytest.raises(ValueError, match="flood"):
        Fault(cast("FaultKind", "flood"))


def test_connections_are_cut(site: Site) -> None:
    site.faults.add(Fault("cut"), Fault("cut-body"))
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        get(site)
    assert site.requests[-1].status == 0
    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete"):
        get(site)
    assert get(site).status_code == 200


def test_slow_and_late_answers(site: Site) -> None:
    site.faults.add(Fault("slow", seconds=0.001, pieces=7), Fault("late", seconds=30))
    assert len(get(site).json()["results"]) == 10
    with pytest.raises(httpx.ReadTimeout):
        get(site, timeout=0.2)


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        ("wrong-json", lambda answer: isinstance(answer.json(), list)),
        ("truncated", lambda answer: not answer.text.endswith("}")),
        ("login-page", lambda answer: "<title>Log in - Confluence" in answer.text),
        ("content-type", lambda answer: answer.headers["content-type"].startswith("text/html") and answer.json()),
        ("login-redirect", lambda answer: answer.status_code == 302),
        ("elsewhere", lambda answer: answer.status_code == 302),
        ("gateway-page", lambda answer: "<center>nginx</center>" in answer.text),
    ],
)
def test_wrong_answers(site: Site, kind: FaultKind, wrong: Callable[[httpx.Response], object]) -> None:
    site.faults.add(Fault(kind, status=502))
    assert wrong(get(site))
    assert get(site).json()["results"]


def test_compressed_rubbish(site: Site) -> None:
    site.faults.add(Fault("gzip-garbage"))
    with pytest.raises(httpx.DecodingError):
        get(site)


def test_huge_answers(site: Site) -> None:
    site.faults.add(Fault("huge", size=3 << 20))
    answer = get(site)
    assert len(answer.content) > 3 << 20 and answer.json()["results"]
    site.faults.add(Fault("huge", size=1 << 33))
    with httpx.stream("GET", site.url + PAGES, auth=(site.email, site.token)) as stream:
        assert stream.headers["content-length"] > str(1 << 33)


def test_cursors_expire_on_demand(site: Site) -> None:
    site.faults.add(Fault("expired-cursor"))
    link = get(site, f"{PAGES}?limit=5").json()["_links"]["next"].removeprefix("/wiki")
    assert [get(site, link).status_code for _ in range(2)] == [400, 200]


def test_content_changes_between_two_calls(site: Site) -> None:
    site.faults.add(
        Fault("hook", "cursor=", hook=lambda _: site.content.remove("300")),
        Fault("hook", "/pages/110", nth=2, hook=lambda _: site.content.edit("110", body="<p>Later</p>")),
    )
    link = get(site, f"{PAGES}?limit=8").json()["_links"]["next"].removeprefix("/wiki")
    assert [page["id"] for page in get(site, link).json()["results"]] == ["310"]
    assert [get(site, "/api/v2/pages/110").json()["version"]["number"] for _ in range(3)] == [2, 3, 3]


def test_a_storm_of_refusals_and_who_does_not_wait(site: Site) -> None:
    site.faults.storm(3, retry_after=60)
    answers = [get(site) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {429}
    assert answers[0].headers["retry-after"] == "60" and "burst" in answers[0].headers["ratelimit-reason"]
    threading.Event().wait(0.2)
    assert get(site).status_code == 200
    assert len(site.early) == 1 and site.early[0].path == "/wiki/api/v2/pages"
    site.faults.add(Fault("status", status=503, retry_after=90, retry_date=True))
    wait = parsedate_to_datetime(get(site).headers["retry-after"]) - dt.datetime.now(dt.UTC)
    assert dt.timedelta(seconds=60) < wait <= dt.timedelta(seconds=92)


def test_bursts() -> None:
    with Site(everything(), limits=Limits(burst=Burst(3, 0.001))) as site:
        found = [get(site) for _ in range(5)]
        assert [answer.status_code for answer in found] == [200, 200, 200, 429, 429]
        assert found[3].headers["retry-after"] == "1000"
        assert found[3].headers["ratelimit-reason"] == "confluence-burst-based"
        other = httpx.get(f"{site.gateway}/wiki{PAGES}", headers={"Authorization": f"Bearer {site.oauth_token}"})
        assert other.status_code == 200


def test_points() -> None:
    with Site(everything(), limits=Limits(points=Points(15, seconds=86_400))) as site:
        first, second, third = (get(site) for _ in range(3))
        assert (first.status_code, second.status_code, third.status_code) == (200, 200, 429)
        assert [answer.headers["x-ratelimit-remaining"] for answer in (first, second, third)] == ["15", "4", "0"]
        assert re.fullmatch(r'"tenant-quota";r=4;t=\d+', second.headers["ratelimit"])
        assert second.headers["ratelimit-policy"] == '"tenant-quota";q=15;w=86400'
        assert third.headers["ratelimit-reason"] == "confluence-quota-tenant-based"
        assert third.headers["x-ratelimit-nearlimit"] == "true"
        assert 0 < int(third.headers["retry-after"]) <= 86_400
        assert dt.datetime.fromisoformat(third.headers["x-ratelimit-reset"]) > dt.datetime.now(dt.UTC)
    with Site(everything(), limits=Limits(points=Points(1), enforced=False)) as site:
        assert [get(site).status_code for _ in range(2)] == [200, 200]
        assert get(site).headers["beta-x-ratelimit-remaining"] == "0"


def test_limits_of_data_center() -> None:
    with Site(everything(), "datacenter", limits=Limits(burst=Burst(2, 0.1))) as site:
        path = "/rest/api/content/110"
        found = [get(site, path) for _ in range(3)]
        assert [answer.status_code for answer in found] == [200, 200, 429]
        assert {
            name: found[2].headers[f"x-ratelimit-{name}"] for name in ("limit", "interval-seconds", "fillrate")
        } == {
            "limit": "2",
            "interval-seconds": "10",
            "fillrate": "1",
        }
        assert found[2].headers["retry-after"] == "10"


def test_latency_is_for_each_call_and_calls_overlap() -> None:
    waited: list[str] = []

    def latency(record: Record) -> float:
        waited.append(record.path)
        return 0.2

    pages = [Page(str(i), f"Page {i}") for i in range(1, 20)]
    with Site(Content(pages, spaces=[Space("DEV")]), latency=latency) as site:
        threads = [threading.Thread(target=get, args=(site, f"/api/v2/pages/{i}")) for i in range(1, 9)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        # A timer may go off a tick early.
        assert len(waited) == 8 and all(record.seconds > 0.1 for record in site.requests)
        spans = sorted((record.started, record.started + record.seconds) for record in site.requests)
        assert any(later[0] < earlier[1] for earlier, later in pairwise(spans))


def test_search_lags_behind_on_demand(site: Site) -> None:
    search = "/rest/api/content/search?cql=label=guide"
    assert [hit["id"] for hit in get(site, search).json()["results"]] == ["110", "111", "112"]
    site.content.unindexed.add("111")
    assert [hit["id"] for hit in get(site, search).json()["results"]] == ["110", "112"]
    assert get(site, "/api/v2/pages/111").status_code == 200
