"""Lists that come in parts: v2, v1 and Data Center each link to the next one in a way of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from confluence_xpress.sources.online.http import calls
from confluence_xpress.sources.online.http.calls import Call
from confluence_xpress.sources.online.http.deployment import Deployment
from confluence_xpress.sources.online.http.failures import ExpiredCursorError, SiteError
from tests.connections import CLOUD_ID, PAT, PERSON, cloud, connected, datacenter, error, gateway
from tests.meddler import Call as Asked
from tests.meddler import Reply, as_json


def parts(*links: str, header: bool = False) -> Callable[[Asked], Reply]:
    """Answers to a list; each link leads from one to the next, `{origin}` in it is the server's."""

    def answer(call: Asked) -> Reply:
        origin = f"http://{call.headers['host']}"
        number = int(dict(parse_qsl(urlsplit(call.path).query)).get("cursor", 0))
        link = links[number].replace("{origin}", origin) if number < len(links) else ""
        body: dict[str, Any] = {"results": [number], "_links": {"base": f"{origin}/wiki"}}
        if link and header:
            return as_json(body, Link=f'<{link}>; rel="next", <{origin}/x>; rel="base"')
        if link:
            body["_links"]["next"] = link
        return as_json(body)

    return answer


@pytest.mark.parametrize("header", [False, True], ids=["_links", "Link"])
@pytest.mark.parametrize(
    ("deployment", "call", "link", "below"),
    [
        (cloud, calls.SPACE_PAGES, "/wiki/api/v2/spaces/1/pages?limit=2&cursor=1", "/wiki"),
        (gateway, calls.SPACE_PAGES, "/wiki/api/v2/spaces/1/pages?limit=2&cursor=1", f"/ex/confluence/{CLOUD_ID}/wiki"),
        (
            gateway,
            calls.SPACE_PAGES,
            f"/ex/confluence/{CLOUD_ID}/wiki/api/v2/spaces/1/pages?limit=2&cursor=1",
            f"/ex/confluence/{CLOUD_ID}/wiki",
        ),
        (
            gateway,
            calls.SPACE_PAGES,
            "https://acme.atlassian.net/wiki/api/v2/spaces/1/pages?limit=2&cursor=1",
            f"/ex/confluence/{CLOUD_ID}/wiki",
        ),
        (cloud, calls.CONTENT_SEARCH, "/rest/api/content/search?limit=2&cursor=1", "/wiki"),
        (gateway, calls.CONTENT_SEARCH, "/rest/api/content/search?limit=2&cursor=1", f"/ex/confluence/{CLOUD_ID}/wiki"),
        (cloud, calls.CONTENT_SEARCH, "{origin}/wiki/rest/api/content/search?limit=2&cursor=1", "/wiki"),
        (datacenter, calls.DC_CONTENTS, "/rest/api/content?limit=2&start=2&cursor=1", "/context"),
        (datacenter, calls.DC_CONTENTS, "/context/rest/api/content?limit=2&start=2&cursor=1", "/context"),
        (datacenter, calls.DC_CONTENTS, "{origin}/context/rest/api/content?limit=2&start=2&cursor=1", "/context"),
        (
            lambda url: datacenter(url, ""),
            calls.DC_CONTENTS,
            "/rest/api/content?limit=2&start=2&cursor=1",
            "",
        ),
    ],
)
def test_a_list_is_followed(
    deployment: Callable[[str], Deployment], call: Call, link: str, below: str, header: bool
) -> None:
    values: dict[str, str | int] = {"id": 1} if "{id}" in call.path else {}
    credentials = PAT if call.deployment == "datacenter" else PERSON
    with connected(parts(link, header=header), deployment, credentials) as site:
        found = list(site.connection.listed(call, [("limit", 2)], **values))
    assert [answer["results"] for answer in found] == [[0], [1]]
    first, second = site.paths()
    assert first == f"{below}{call.filled(values)}?limit=2"
    assert second.startswith(f"{below}{call.filled(values)}?") and "cursor=1" in second
    assert all(asked.headers.get("authorization") for asked in site.server.calls)


def test_what_a_link_leaves_out_is_asked_for_again() -> None:
    with connected(parts("/wiki/api/v2/pages?cursor=1")) as site:
        list(site.connection.listed(calls.PAGES, [("id", 1), ("id", 2), ("body-format", "storage")]))
    assert site.paths()[1] == "/wiki/api/v2/pages?cursor=1&id=1&id=2&body-format=storage"


def test_what_a_link_says_wins() -> None:
    with connected(parts("/wiki/api/v2/pages?cursor=1&limit=25")) as site:
        list(site.connection.listed(calls.PAGES, [("limit", 250)]))
    assert site.paths()[1] == "/wiki/api/v2/pages?cursor=1&limit=25"


def test_the_next_part_is_asked_for_when_it_is_needed() -> None:
    with connected(parts(*(f"/wiki/api/v2/pages?cursor={number}" for number in range(1, 9)))) as site:
        found = site.connection.listed(calls.PAGES)
        assert site.paths() == []
        assert next(found)["results"] == [0] and next(found)["results"] == [1]
        assert len(site.paths()) == 2


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/wiki/api/v2/pages?cursor=1",
        "//evil.example/wiki/api/v2/pages?cursor=1",
        "{origin}0/wiki/api/v2/pages?cursor=1",
        "http://user@127.0.0.1/wiki/api/v2/pages?cursor=1",
        "/wiki/api/v2/spaces?cursor=1",
        "/wiki/api/v2/pages/../spaces?cursor=1",
        "/wiki/api/v2/pages/1?cursor=1",
        "/login?cursor=1",
        "javascript:alert(1)",
        "http://[/wiki/api/v2/pages",
        "?cursor=1",
    ],
)
def test_a_link_that_leads_elsewhere_is_not_followed(link: str) -> None:
    with connected(parts(link)) as site:
        found = site.connection.listed(calls.PAGES)
        next(found)
        with pytest.raises(SiteError) as raised:
            next(found)
    assert len(site.paths()) == 1 and "another place" in raised.value.message


def test_a_list_that_goes_round_in_circles_ends() -> None:
    links = [f"/wiki/api/v2/pages?cursor={number}" for number in (1, 2, 1)]
    with connected(parts(*links)) as site, pytest.raises(SiteError) as raised:
        list(site.connection.listed(calls.PAGES))
    assert len(site.paths()) == 3 and "circles" in raised.value.message


def test_a_place_that_was_forgotten_is_told_apart() -> None:
    def answer(call: Asked) -> Reply:
        if "cursor=1" in call.path:
            return error(400, "Invalid cursor")
        return as_json({"results": [], "_links": {"next": "/wiki/api/v2/pages?cursor=1"}})

    with connected(answer) as site, pytest.raises(ExpiredCursorError):
        list(site.connection.listed(calls.PAGES))


def test_a_part_with_nothing_in_it_is_not_the_end() -> None:
    def answer(call: Asked) -> Reply:
        if "start=50" in call.path:
            return as_json({"results": [1], "size": 1, "limit": 25})
        start = 25 if "start=25" not in call.path else 50
        return as_json({"results": [], "size": 0, "limit": 25, "_links": {"next": f"/rest/api/content?start={start}"}})

    with connected(answer, datacenter, PAT) as site:
        assert [len(found["results"]) for found in site.connection.listed(calls.DC_CONTENTS)] == [0, 0, 1]


def test_jira_has_a_token_instead_of_a_link() -> None:
    def answer(call: Asked) -> Reply:
        if "nextPageToken=B" in call.path:
            return as_json({"issues": [3], "isLast": True, "nextPageToken": "C"})
        token = "B" if "nextPageToken=A" in call.path else "A"
        return as_json({"issues": [1], "isLast": False, "nextPageToken": token})

    with connected(answer) as site:
        assert len(list(site.connection.listed(calls.JIRA_SEARCH, [("jql", "project = X")]))) == 3
    assert site.paths()[2] == "/rest/api/3/search/jql?jql=project+%3D+X&nextPageToken=B"
