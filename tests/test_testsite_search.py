"""The CQL of the test site."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from testsite import Site
from testsite.sample import ANN, BOB, everything

pytestmark = pytest.mark.slow  # each starts a site

PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For calls without TLS: it reads no certificates, which takes longer than the call."""


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with Site(everything()) as site:
        yield site


def search(site: Site, cql: str, **query: str) -> Any:
    params = {"cql": cql, "limit": "100", **query}
    return httpx.get(
        f"{site.url}/rest/api/content/search", params=params, auth=(site.email, site.token), verify=PLAIN
    ).json()


@pytest.mark.parametrize(
    ("cql", "found"),
    [
        ("type = page and space = OTH", "300 310"),
        ("space.key = 'oth'", "300 310"),
        ("id in (110, 300, 999)", "110 300"),
        ("label = guide", "110 111 112"),
        ("label = guide and label != long", "110 111"),
        ("label in (long, start) order by title", "110 112"),
        ("label not in (guide) and type = page and parent = 110", ""),
        ('title = "all guides"', "110"),
        ('title ~ "guide*" and type=page', "110 111 112"),
        ("text ~ welcome", "100"),
        ("ancestor = 110", "111 112"),
        ("ancestor = 130 and type in (page, whiteboard)", "131 140 141"),
        ("parent = 100 and type = page", "110 195"),
        ("type = folder or type=database or type = embed", "130 150 160"),
        ("type = blogpost", "200"),
        ("type = attachment and container = 110", "att5000001 att5000002"),
        ("container = 110 and title ~ diagram", "att5000001"),
        (f'creator = "{BOB.account_id}" and type = page', "111"),
        (f'contributor = "{BOB.account_id}" and type = page', "110 111"),
        ('created > "2026-03-01"', "200 att5000001 att5000003"),
        ('created <= "2026/01/05 09:00" and type = page and space = OTH', "300 310"),
        ('lastmodified >= "2026-02-01" and type = page', "110"),
        ('lastmodified = "2026-02-01"', "110"),
        ('created > now("-1d")', ""),
        ("type = page and not (space = DEV)", "300 310"),
        ("not label = guide and not space = OTH and type = page and title ~ in", "131"),
        ("type = page and (parent = 110 or parent = 300) order by title desc", "310 111 112"),
        ("type = page and space in (DEV, OTH) order by space desc, id desc", "310 300 195 141 131 112 111 110 100"),
        ("label = guide order by lastmodified desc, title asc", "110 112 111"),
        ("space = currentSpace() and type = page", "300 310"),
        ("parent = currentContent()", "310"),
        ("creator = currentUser()", ""),
        ("id = 120 or id = 121 or id = 180 or id = 190 or id = 170", ""),
    ],
)
def test_queries(site: Site, cql: str, found: str) -> None:
    value = search(site, cql, cqlcontext=json.dumps({"spaceKey": "OTH", "contentId": "300"}))
    assert [hit["id"] for hit in value["results"]] == found.split()


@pytest.mark.parametrize(
    "cql",
    [
        "",
        "type",
        "type =",
        "type = page and",
        "type = page or or label = x",
        "(type = page",
        "type = page)",
        "colour = red",
        'user.fullname ~ "Ann"',
        "title < 5",
        "label ~ x",
        "created ~ yesterday",
        "created > someday",
        "id in 5",
        "id in (5",
        "type = page order title",
        "type = page order by colour",
        'title = "open',
        "space = nowhere()",
        'created > now("-1x")',
        "parent = currentContent()",
    ],
)
def test_anything_else_is_refused(site: Site, cql: str) -> None:
    value = search(site, cql)
    assert value["statusCode"] == 400 and value["data"]["successful"] is False
    assert f"Could not parse cql : {cql}" in value["message"]


def test_archived_pages_are_found_when_asked_for(site: Site) -> None:
    found = search(site, "parent = 100 and type = page", cqlcontext='{"contentStatuses": ["archived"]}')
    assert [hit["id"] for hit in found["results"]] == ["170"]


def test_the_way_to_the_next_answer_is_below_the_context(site: Site) -> None:
    value = search(site, "type = page", limit="4", expand="space,version")
    assert value["_links"]["base"] == site.url and value["_links"]["context"] == "/wiki"
    link = value["_links"]["next"]
    assert link.startswith("/rest/api/content/search?next=true&cursor=") and "start=" not in link
    more = httpx.get(site.url + link, auth=(site.email, site.token)).json()
    first, second = ([hit["id"] for hit in answer["results"]] for answer in (value, more))
    assert len(first) == 4 and second and not set(first) & set(second)
    assert more["results"][0]["space"]["key"] == "DEV"


def test_rendered_bodies_lower_the_limit(site: Site) -> None:
    assert search(site, "type = page", expand="body.export_view")["limit"] == 25
    assert search(site, "type = page", expand="body.storage")["limit"] == 100
    assert search(site, "type = page", limit="500")["limit"] == 200


def test_expansions(site: Site) -> None:
    expand = "metadata.labels,version,history.lastUpdated,space,ancestors,children.attachment"
    page = search(site, "id = 110", expand=expand)["results"][0]
    assert [label["name"] for label in page["metadata"]["labels"]["results"]] == ["guide", "start"]
    assert (page["version"]["number"], page["version"]["by"]["displayName"]) == (2, BOB.name)
    assert page["history"]["createdBy"]["accountId"] == ANN.account_id
    assert [above["id"] for above in page["ancestors"]] == ["100"]
    assert len(page["children"]["attachment"]["results"]) == 2
    assert "body" not in page and "body" in page["_expandable"]
    file = search(site, "id = att5000001", expand="container,version,extensions")["results"][0]
    assert (file["container"]["id"], file["version"]["number"]) == ("110", 2)
    assert file["extensions"]["fileSize"] == len(b"\x89PNG second")
    assert search(site, "id = 110", expand="a.b.c.d.e.f")["statusCode"] == 400
