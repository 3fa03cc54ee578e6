"""The test site as Data Center."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from testsite import Content, Page, Site, Space
from testsite.links import from_tiny, tiny
from testsite.openapi import ABSENT, api, present
from testsite.sample import ANN, BOB, everything

pytestmark = pytest.mark.slow  # each starts a site


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with Site(everything(), "datacenter") as site:
        yield site


@pytest.fixture(scope="module")
def client(site: Site) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {site.pat}", "Accept": "application/json"}
    with httpx.Client(base_url=site.url, headers=headers) as client:
        yield client


def ids(client: httpx.Client, path: str) -> list[str]:
    """The ids of a whole list, by the links to the next answer."""
    found: list[str] = []
    link: str | None = path
    while link:
        value: Any = client.get(link).json()
        found += [item["id"] for item in value["results"]]
        link = value["_links"].get("next")
    return found


def test_a_page_with_all_that_is_asked_for(site: Site, client: httpx.Client) -> None:
    expand = "body.storage,body.export_view,version,space.homepage,ancestors,metadata.labels,history,children.page"
    page = client.get(f"/rest/api/content/110?expand={expand}").json()
    assert page["body"]["storage"]["value"].endswith("</ac:structured-macro>")
    assert "atlas_doc_format" not in page["body"]
    assert page["body"]["export_view"]["value"].startswith("<p>The guides</p>")
    assert page["version"]["by"]["username"] == BOB.username and "accountId" not in page["version"]["by"]
    assert [above["id"] for above in page["ancestors"]] == ["100"]
    assert [child["id"] for child in page["children"]["page"]["results"]] == ["112", "111"]
    assert page["extensions"]["position"] == 20
    assert client.get("/rest/api/content/111").json()["extensions"]["position"] == "none"
    assert page["space"]["homepage"]["id"] == "100"
    assert (page["_links"]["base"], page["_links"]["context"]) == (site.url, "/confluence")


def test_people_have_keys(client: httpx.Client) -> None:
    body = client.get("/rest/api/content/100?expand=body.storage").json()["body"]["storage"]["value"]
    assert f'ri:userkey="{ANN.key}"' in body and "account-id" not in body
    assert client.get(f"/rest/api/user?key={ANN.key}").json()["displayName"] == ANN.name
    assert client.get(f"/rest/api/user?username={BOB.username}").json()["userKey"] == BOB.key
    assert client.get("/rest/api/user?key=nobody").status_code == 404
    assert client.get("/rest/api/user/current").json()["username"] == "rreader"


def test_lists_are_cut_before_what_may_not_be_seen_is_left_out(client: httpx.Client) -> None:
    path = "/rest/api/space/DEV/content/page?limit=4"
    second = client.get(client.get(path).json()["_links"]["next"]).json()
    assert second["size"] == 2 and second["limit"] == 4 and second["_links"]["next"].startswith("/rest/api/space/DEV/")
    assert ids(client, path) == "100 110 111 112 131 141 195".split()


def test_lists(client: httpx.Client) -> None:
    pages = "100 110 111 112 131 141 195".split()
    assert ids(client, "/rest/api/content/scan?spaceKey=DEV&type=page&limit=2") == pages
    assert ids(client, "/rest/api/content?spaceKey=DEV&limit=3") == pages
    assert ids(client, "/rest/api/content?spaceKey=DEV&title=All%20guides") == ["110"]
    assert ids(client, "/rest/api/content?spaceKey=DEV&type=blogpost&postingDay=2026-03-05") == ["200"]
    assert ids(client, "/rest/api/content?spaceKey=DEV&status=archived") == ["170"]
    assert ids(client, "/rest/api/space/DEV/content/page?depth=root") == ["100"]
    assert ids(client, "/rest/api/content/100/child/page") == ["110", "195"]
    assert ids(client, "/rest/api/content/100/descendant/page?limit=1") == "110 111 112 195".split()
    assert ids(client, "/rest/api/content/search?cql=label=guide&limit=2") == "110 111 112".split()
    spaces = client.get("/rest/api/space?limit=1").json()
    assert [space["key"] for space in spaces["results"]] == ["DEV"] and "next" in spaces["_links"]


def test_search_results(client: httpx.Client) -> None:
    value = client.get("/rest/api/search?cql=type=page order by title&limit=2").json()
    assert value["totalSize"] == 9 and value["results"][0]["content"]["title"] == "All guides"
    assert "start=2" in value["_links"]["next"]
    assert client.get("/rest/api/search?cql=nonsense").status_code == 400


def test_bodies_lower_the_limit(client: httpx.Client) -> None:
    def limit(expand: str) -> int:
        return int(client.get(f"/rest/api/content?limit=1000&expand={expand}").json()["limit"])

    assert (limit("version"), limit("body.storage"), limit("body.view")) == (200, 100, 50)


def test_older_versions(client: httpx.Client) -> None:
    old = client.get("/rest/api/content/110?status=historical&version=1&expand=body.storage,version").json()
    assert (old["title"], old["status"], old["body"]["storage"]["value"]) == (
        "Guides",
        "historical",
        "<p>As it began</p>",
    )
    for path in ("/rest/api/content/110/version", "/rest/experimental/content/110/version"):
        assert [version["number"] for version in client.get(path).json()["results"]] == [2, 1]
    one = client.get("/rest/api/content/110/version/1?expand=content.body.storage").json()
    assert one["content"]["body"]["storage"]["value"] == "<p>As it began</p>"
    assert client.get("/rest/api/content/110?version=1").status_code == 404
    assert client.get("/rest/api/content/110?status=historical&version=9").status_code == 404
    assert client.get("/rest/api/content/195?status=draft").json()["status"] == "draft"


@pytest.mark.parametrize("page_id", ["120", "121", "170", "181", "190", "999"])
def test_what_may_not_be_seen_is_not_found(client: httpx.Client, page_id: str) -> None:
    answer = client.get(f"/rest/api/content/{page_id}")
    assert answer.status_code == 404 and f"ContentId{{id={page_id}}}" in answer.json()["message"]


def test_files_come_at_once(site: Site, client: httpx.Client) -> None:
    listed = client.get("/rest/api/content/110/child/attachment?expand=version").json()["results"]
    for found, file in zip(listed, site.content.page("110").files, strict=True):
        got = client.get(found["_links"]["download"])
        assert got.status_code == 200 and got.content == file.versions()[-1].read()
        assert found["extensions"]["fileSize"] == len(got.content)
        assert got.headers["content-type"] == found["extensions"]["mediaType"]
    assert client.get("/download/attachments/110/diagram.png?version=1").content == b"\x89PNG first"
    assert client.get("/download/attachments/110/nothing.png").status_code == 404
    named = client.get("/rest/api/content/110/child/attachment?filename=diagram.png").json()["results"]
    assert [found["title"] for found in named] == ["diagram.png"]


def test_macros_and_conversions(client: httpx.Client) -> None:
    macro = client.get("/rest/api/content/110/history/2/macro/id/m-1").json()
    assert (macro["name"], macro["parameters"]) == ("diagram", {"name": "flow"})
    posted = {"value": "<p>x</p>", "representation": "storage"}
    made = client.post("/rest/api/contentbody/convert/export_view?pageIdContext=110", json=posted).json()
    assert (made["value"], made["representation"]) == ("<p>x</p>", "export_view")
    hidden = client.post("/rest/api/contentbody/convert/export_view?pageIdContext=120", json=posted)
    assert hidden.status_code == 404


def test_labels_comments_properties_restrictions(client: httpx.Client) -> None:
    assert [label["name"] for label in client.get("/rest/api/content/110/label").json()["results"]] == [
        "guide",
        "start",
    ]
    comments = client.get("/rest/api/content/110/child/comment").json()["results"]
    assert [comment["extensions"]["location"] for comment in comments] == ["footer", "inline"]
    assert client.get("/rest/api/content/110/property/editor").json()["value"] == "v2"
    restriction = client.get("/rest/api/content/110/restriction/byOperation/read?expand=restrictions.user").json()
    assert restriction["restrictions"]["user"]["results"] == []


def test_what_only_cloud_has_is_not_there(client: httpx.Client) -> None:
    for page_id in ("130", "140", "150", "160"):
        assert client.get(f"/rest/api/content/{page_id}").status_code == 404
    below = client.get("/rest/api/content/141?expand=ancestors").json()
    assert [above["id"] for above in below["ancestors"]] == ["100"]
    assert ids(client, "/rest/api/content/search?cql=type in (folder, whiteboard, database, embed)") == []


def test_what_everybody_may_know(site: Site) -> None:
    found = httpx.get(f"{site.url}/rest/applinks/1.0/manifest")
    assert "<typeId>confluence</typeId>" in found.text and f"<version>{site.state.version}</version>" in found.text


def test_addresses_for_people(site: Site, client: httpx.Client) -> None:
    for path in ("/pages/viewpage.action?pageId=110", f"/x/{tiny('110')}"):
        assert client.get(path).headers["location"] == f"{site.url}/display/DEV/All+guides"
    assert '<meta name="ajs-page-id" content="110">' in client.get("/display/DEV/All+guides").text
    odd = client.get("/rest/api/content/310").json()["_links"]["webui"]
    assert odd == "/pages/viewpage.action?pageId=310" and 'content="310"' in client.get(odd).text
    assert 'content="100"' in client.get("/display/DEV").text
    login = httpx.get(f"{site.url}/display/DEV/All+guides")
    assert login.status_code == 302 and "/login.action" in login.headers["location"]
    assert client.get("/display/DEV/Nothing").status_code == 404


@pytest.mark.parametrize("number", [1, 110, 255, 256, 65_535, 131_073, 98_765_432, 2**31, 2**40 + 62])
def test_tiny_links_lead_back(number: int) -> None:
    assert from_tiny(tiny(str(number))) == str(number)


def test_tiny_links_are_those_of_confluence() -> None:
    assert tiny("98765") == "zYEB"  # the bytes CD 81 01


@pytest.mark.skipif(not present(), reason=ABSENT)
def test_shapes_are_those_of_cloud_v1(site: Site, client: httpx.Client) -> None:
    expand = "body.storage,body.view,version,space,ancestors,metadata.labels,history,children.page,children.attachment"
    for name, path in (
        ("Content", f"/rest/api/content/110?expand={expand}"),
        ("ContentArray", f"/rest/api/content?expand={expand}"),
        ("ContentArray", "/rest/api/content/110/child/attachment?expand=version,container"),
        ("ContentArray", f"/rest/api/content/search?cql=type=page&expand={expand}"),
        ("Space", "/rest/api/space/DEV?expand=description.plain,homepage,icon"),
        ("VersionArray", "/rest/api/content/110/version"),
        ("LabelArray", "/rest/api/content/110/label"),
        ("User", "/rest/api/user/current"),
        ("ContentRestriction", "/rest/api/content/110/restriction/byOperation/read?expand=restrictions.user"),
    ):
        answer = client.get(path)
        assert answer.status_code == 200
        assert api("v1").mismatches(name, answer.json()) == [], path


def test_an_empty_context_path() -> None:
    content = Content([Page("1", "Home", "<p/>")], spaces=[Space("DEV", homepage="1")])
    with Site(content, "datacenter", context="") as site:
        assert site.url == site.origin
        found = httpx.get(f"{site.url}/rest/api/content/1", headers={"Authorization": f"Bearer {site.pat}"}).json()
        assert found["_links"]["base"] == site.origin and found["_links"]["context"] == ""
