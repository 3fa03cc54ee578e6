"""What the Cloud test site tells, to whom, and in what portions."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from testsite import Content, Page, Site, Space
from testsite.sample import ANN, everything
from testsite.site import READER

pytestmark = pytest.mark.slow  # each starts a site

PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For calls without TLS: it reads no certificates, which takes longer than the call."""


@pytest.fixture
def site() -> Iterator[Site]:
    with Site(everything()) as site:
        yield site


class Caller:
    """Calls as the reader."""

    def __init__(self, site: Site) -> None:
        self.site = site

    def answer(self, path: str, **options: Any) -> httpx.Response:
        url = self.site.origin + path if path.startswith("/wiki/") else self.site.url + path
        return httpx.get(url, auth=(self.site.email, self.site.token), verify=PLAIN, **options)

    def json(self, path: str) -> Any:
        answer = self.answer(path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def ids(self, path: str) -> list[str]:
        """The ids of a whole list, by the links to the next answer."""
        found: list[str] = []
        link: str | None = path
        while link:
            value = self.json(link)
            found += [item["id"] for item in value["results"]]
            link = value["_links"].get("next")
        return found


@pytest.fixture
def caller(site: Site) -> Caller:
    return Caller(site)


def test_lists_leave_out_what_the_caller_may_not_see(caller: Caller) -> None:
    assert caller.ids("/api/v2/pages") == "100 110 111 112 131 141 170 195 300 310".split()
    assert caller.ids("/api/v2/pages?status=current") == "100 110 111 112 131 141 195 300 310".split()
    assert caller.ids("/api/v2/pages?status=trashed") == ["190"]
    assert [space["key"] for space in caller.json("/api/v2/spaces")["results"]] == ["DEV", "OTH"]
    assert caller.ids("/api/v2/pages/100/direct-children") == "110 130 150 160 170 195".split()


@pytest.mark.parametrize("page_id", ["120", "121", "181", "190", "999"])
def test_what_may_not_be_seen_is_not_found(caller: Caller, page_id: str) -> None:
    answer = caller.answer(f"/api/v2/pages/{page_id}")
    assert answer.status_code == 404
    assert answer.json()["errors"][0] == {"status": 404, "code": "NOT_FOUND", "title": "Not Found", "detail": None}


def test_a_page_is_seen_again_when_its_restriction_is_lifted(site: Site, caller: Caller) -> None:
    site.content.change("120", readers=None)
    assert {"120", "121"} <= set(caller.ids("/api/v2/pages/100/descendants?depth=10"))


@pytest.mark.parametrize("limit", [1, 2, 3, 250])
@pytest.mark.parametrize(
    "path",
    [
        "/api/v2/pages?sort=-title",
        "/api/v2/pages?body-format=storage",
        "/api/v2/spaces/32769/pages?depth=root",
        "/api/v2/pages/100/descendants?depth=10",
        "/api/v2/pages/100/direct-children?sort=-child-position",
        "/api/v2/pages/110/attachments",
        "/rest/api/content/search?cql=type=page order by space desc, title",
    ],
)
def test_portions_of_any_size_give_the_same_list(caller: Caller, path: str, limit: int) -> None:
    mark = "&" if "?" in path else "?"
    link: str | None = f"{path}{mark}limit={limit}"
    found = []
    while link:
        value = caller.json(link)
        assert len(value["results"]) <= limit
        found += [item["id"] for item in value["results"]]
        link = value["_links"].get("next")
    assert found == caller.ids(path) and len(set(found)) == len(found) > 0


def test_the_next_answer_is_in_the_header_too(site: Site, caller: Caller) -> None:
    answer = caller.answer("/api/v2/pages?limit=2")
    links = answer.json()["_links"]
    assert links["base"] == site.url
    assert answer.headers["link"] == f'<{links["next"]}>; rel="next", <{site.url}>; rel="base"'
    assert links["next"].startswith("/wiki/api/v2/pages?limit=2&cursor=")
    last = caller.answer("/api/v2/pages?limit=250")
    assert "next" not in last.json()["_links"] and 'rel="next"' not in last.headers["link"]


@pytest.mark.parametrize(
    "path",
    [
        "/api/v2/pages?limit=251",
        "/api/v2/pages?limit=0",
        "/api/v2/pages?limit=many",
        "/api/v2/pages?body-format=view",
        "/api/v2/pages?status=draft",
        "/api/v2/pages?sort=position",
        "/api/v2/pages?id=abc",
        "/api/v2/pages?cursor=abc",
        "/api/v2/pages/100/descendants?depth=11",
        "/api/v2/pages/abc",
        "/api/v2/pages?" + "&".join(f"id={i}" for i in range(251)),
    ],
)
def test_wrong_parameters_are_refused(caller: Caller, path: str) -> None:
    answer = caller.answer(path)
    assert answer.status_code == 400 and answer.json()["errors"][0]["status"] == 400


def test_a_cursor_belongs_to_its_query_and_may_expire(site: Site, caller: Caller) -> None:
    link = caller.json("/api/v2/pages?limit=2")["_links"]["next"]
    assert caller.answer(link.replace("?limit=2", "?limit=3")).status_code == 200
    assert caller.answer(link + "&sort=title").status_code == 400
    site.expire_cursors()
    assert caller.answer(link).status_code == 400


def test_pages_that_vanish_or_appear_shift_nothing(site: Site, caller: Caller) -> None:
    first = caller.json("/api/v2/pages?limit=4")
    assert [page["id"] for page in first["results"]] == ["100", "110", "111", "112"]
    site.content.remove("112")
    site.content.remove("131")
    site.content.add(Page("99", "New", space="DEV"), Page("133", "New, too", space="DEV"))
    assert caller.ids(first["_links"]["next"]) == ["133", "141", "170", "195", "300", "310"]


def test_a_page_by_id_and_status(caller: Caller) -> None:
    assert caller.json("/api/v2/pages/110?version=1&body-format=storage")["body"]["storage"]["value"] == (
        "<p>As it began</p>"
    )
    old = caller.json("/api/v2/pages/110?version=1")
    assert (old["title"], old["version"]["number"], old["status"]) == ("Guides", 1, "historical")
    assert old["body"] == {}
    assert caller.answer("/api/v2/pages/110?version=3").status_code == 404
    assert caller.json("/api/v2/pages/190?status=trashed")["status"] == "trashed"
    assert caller.answer("/api/v2/pages/180").status_code == 404
    assert caller.json("/api/v2/pages/180?get-draft=true")["status"] == "draft"
    draft = caller.json("/api/v2/pages/195?get-draft=true&body-format=storage")
    assert (draft["status"], draft["body"]["storage"]["value"]) == ("draft", "<p>Unpublished</p>")
    assert caller.json("/api/v2/pages/195?body-format=storage")["body"]["storage"]["value"] == "<p>Published</p>"


def test_the_tree_is_in_its_order_level_by_level(caller: Caller) -> None:
    found = caller.json("/api/v2/pages/100/descendants?limit=250")["results"]
    assert [(item["id"], item["depth"], item["parentId"]) for item in found] == [
        ("110", 1, "100"),
        ("130", 1, "100"),
        ("150", 1, "100"),
        ("160", 1, "100"),
        ("170", 1, "100"),
        ("195", 1, "100"),
        ("112", 2, "110"),
        ("111", 2, "110"),
        ("140", 2, "130"),
        ("131", 2, "130"),
    ]
    above = caller.json("/api/v2/pages/141/ancestors")["results"]
    assert [(item["id"], item["type"]) for item in above] == [
        ("100", "page"),
        ("130", "folder"),
        ("140", "whiteboard"),
    ]
    nearest = caller.json("/api/v2/pages/141/ancestors?limit=1")["results"]
    assert nearest == [{"id": "140", "type": "whiteboard"}]
    assert caller.json("/api/v2/embeds/160")["embedUrl"] == "https://example.com/x"
    assert caller.answer("/api/v2/folders/100").status_code == 404


def test_bytes_of_files_come_from_the_media_host_without_sign_in(site: Site, caller: Caller) -> None:
    file = site.content.page("110").files[0]
    path = f"/rest/api/content/110/child/attachment/{file.id}/download"
    moved = caller.answer(path)
    assert moved.status_code == 302
    address = moved.headers["location"]
    assert httpx.URL(address).port != httpx.URL(site.url).port
    assert httpx.get(address).content == b"\x89PNG second"
    assert httpx.get(address, auth=(site.email, site.token)).status_code == 400
    assert httpx.get(address.replace("version=2", "version=1")).status_code == 403
    assert caller.answer(path + "?version=1", follow_redirects=True).content == b"\x89PNG first"
    site.state.media.expire()
    assert httpx.get(address).status_code == 403
    assert [record.role for record in site.requests].count("media") == 5


def test_who_administers_what(site: Site, caller: Caller) -> None:
    def administers() -> tuple[bool, bool]:
        space = caller.json("/api/v2/spaces?keys=ADM")["results"][0]["id"]
        of_space = caller.json(f"/api/v2/spaces/{space}?include-operations=true")["operations"]["results"]
        of_site = caller.json("/rest/api/user/current?expand=operations")["operations"]
        administer = [{"operation": "administer", "targetType": target} for target in ("application", "space")]
        return administer[0] in of_site, administer[1] in of_space

    site.content.add_space(Space("ADM"))
    assert administers() == (False, False)
    site.content.add_space(Space("ADM", admins=frozenset({READER.account_id})))
    assert administers() == (False, True)
    site.content.add_user(replace(READER, admin=True))
    assert administers() == (True, True)


def test_a_new_version_shows_at_once(site: Site, caller: Caller) -> None:
    site.content.edit("111", title="Guide two", body="<p>Anew</p>", when="2026-04-01T00:00:00Z", by=ANN.account_id)
    page = caller.json("/api/v2/pages/111?body-format=storage")
    assert (page["title"], page["body"]["storage"]["value"]) == ("Guide two", "<p>Anew</p>")
    assert page["version"]["number"] == 2 and page["version"]["createdAt"] == "2026-04-01T00:00:00.000Z"
    assert caller.json("/api/v2/pages/111?version=1")["title"] == "Guide 2"
    site.content.move("111", "300")
    assert caller.ids("/api/v2/pages/300/direct-children") == ["111", "310"]
    assert caller.json("/api/v2/pages/111")["spaceId"] == site.content.spaces["OTH"].id


def test_what_is_below_a_page_that_vanishes_moves_up(site: Site, caller: Caller) -> None:
    site.content.remove("110")
    assert {"111", "112"} <= set(caller.ids("/api/v2/pages/100/direct-children"))


def test_issues(site: Site) -> None:
    def get(**query: str) -> Any:
        address = f"{site.origin}/rest/api/3/search/jql"
        return httpx.get(address, params=query, auth=(site.email, site.token)).json()

    first = get(jql="project = DEV order by key desc", fields="summary,status", maxResults="1")
    assert [issue["key"] for issue in first["issues"]] == ["DEV-2"] and first["isLast"] is False
    status = first["issues"][0]["fields"]["status"]
    assert (status["name"], status["statusCategory"]["colorName"]) == ("In Progress", "yellow")
    last = get(jql="project = DEV order by key desc", maxResults="1", nextPageToken=first["nextPageToken"])
    assert (
        [issue["key"] for issue in last["issues"]] == ["DEV-1"] and last["isLast"] and "fields" not in last["issues"][0]
    )
    assert [issue["key"] for issue in get(jql='key in (OPS-7, "dev-1")', fields="summary")["issues"]] == [
        "DEV-1",
        "OPS-7",
    ]
    assert "does not exist" in get(jql="key = DEV-99")["errorMessages"][0]
    assert "JQL" in get(jql="summary ~ first")["errorMessages"][0]
    site.content.issues = None
    address = f"{site.origin}/rest/api/3/search/jql?jql=project=DEV"
    assert httpx.get(address, auth=(site.email, site.token)).status_code == 404


@pytest.mark.parametrize(
    ("path", "to"),
    [
        ("/x/bg", "/spaces/DEV/pages/110/All+guides"),
        ("/pages/viewpage.action?pageId=110", "/spaces/DEV/pages/110/All+guides"),
        ("/pages/viewpage.action?spaceKey=DEV&title=All+guides", "/spaces/DEV/pages/110/All+guides"),
        ("/display/DEV/All+guides", "/spaces/DEV/pages/110/All+guides"),
    ],
)
def test_addresses_for_people_lead_on(site: Site, caller: Caller, path: str, to: str) -> None:
    moved = caller.answer(path)
    assert (moved.status_code, moved.headers["location"]) == (302, site.url + to)
    shown = caller.answer(path, follow_redirects=True)
    assert '<meta name="ajs-page-id" content="110">' in shown.text


def test_tiny_links_are_in_the_answers(site: Site, caller: Caller) -> None:
    for page_id in ("110", "200", "300"):
        kind = "blogposts" if page_id == "200" else "pages"
        tiny = caller.json(f"/api/v2/{kind}/{page_id}")["_links"]["tinyui"]
        assert f"/{page_id}" in caller.answer(tiny).headers["location"]


def test_a_thousand_pages_come_in_four_answers() -> None:
    pages = [
        Page(str(1000 + i), f"Page {i}", f"<p>{i}</p>", str(1000 + (i - 1) // 5) if i else None) for i in range(1000)
    ]
    with Site(Content(pages, spaces=[Space("DEV", homepage="1000")])) as site:
        site.warm()
        assert len(Caller(site).ids("/api/v2/spaces/32769/pages?limit=250&body-format=storage")) == 1000
        assert [record.results for record in site.requests] == [250] * 4
