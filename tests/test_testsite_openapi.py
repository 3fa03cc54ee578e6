"""Every kind of answer of the Cloud test site fits Atlassian's OpenAPI files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from testsite import Content, Page, Site
from testsite.cloud_routes import v2_routes
from testsite.cloud_v1 import v1_routes
from testsite.openapi import ABSENT, api, present, problems
from testsite.sample import everything

DEMO = Path(__file__).parents[1] / "demo" / "space"
pytestmark = [pytest.mark.slow, pytest.mark.skipif(not present(), reason=ABSENT)]

Called = tuple[str, int, Any]


def content_of(name: str) -> Content:
    return Content.from_path(DEMO) if name == "demo" else everything()


@pytest.fixture(scope="module", params=["demo", "everything"])
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    with Site(content_of(request.param)) as site:
        yield site


@pytest.fixture(scope="module")
def client(site: Site) -> Iterator[httpx.Client]:
    with httpx.Client(auth=(site.email, site.token)) as client:
        yield client


def check(site: Site, client: httpx.Client, path: str, **options: Any) -> Any:
    """The JSON at a path below `/wiki`, which fits the file."""
    method = "POST" if "json" in options else "GET"
    answer = client.request(method, site.url + path, **options)
    value = answer.json()
    assert problems(method, path.partition("?")[0], answer.status_code, value) == [], path
    assert answer.status_code == 200, (path, answer.text)
    return value


def shown(site: Site, *kinds: str) -> list[Page]:
    """What the reader may see."""
    hidden = {"120", "121", "180", "181", "190"}
    return [page for page in site.content.pages() if page.kind in kinds and page.id not in hidden]


def test_lists(site: Site, client: httpx.Client) -> None:
    for path in ("/api/v2/spaces?description-format=plain&include-icon=true", "/api/v2/pages", "/api/v2/blogposts"):
        assert check(site, client, path)["results"] or path.endswith("blogposts")
    for space in site.content.spaces.values():
        if space.readers is None:
            for rest in ("", "/pages?depth=root&body-format=storage", "/blogposts", "/labels", "/content/labels"):
                check(site, client, f"/api/v2/spaces/{space.id}{rest}")
    for sort in ("id", "-modified-date", "title"):
        for body in ("storage", "atlas_doc_format"):
            check(site, client, f"/api/v2/pages?limit=250&sort={sort}&body-format={body}")


@pytest.mark.slow
def test_pages(site: Site, client: httpx.Client) -> None:
    rests = "labels attachments versions?body-format=storage properties operations footer-comments inline-comments"
    for page in shown(site, "page", "blogpost"):
        base = f"/api/v2/{page.kind}s/{page.id}"
        extra = "&".join(f"include-{name}=true" for name in ("labels", "properties", "operations", "versions", "likes"))
        for body in ("storage", "atlas_doc_format", "view", "export_view"):
            value = check(site, client, f"{base}?body-format={body}&{extra}")
            assert value["body"][body]["representation"] == body
        for rest in rests.split():
            check(site, client, f"{base}/{rest}")
        for version in page.versions():
            check(site, client, f"{base}?version={version.number}&body-format=storage")
            check(site, client, f"{base}/versions/{version.number}")


def test_tree(site: Site, client: httpx.Client) -> None:
    for page in shown(site, "page", "folder", "whiteboard", "database", "embed"):
        base = f"/api/v2/{page.kind}s/{page.id}"
        for rest in ("", "/direct-children", "/descendants?depth=10", "/ancestors", "/properties", "/operations"):
            check(site, client, base + rest)
    for page in shown(site, "page"):
        check(site, client, f"/api/v2/pages/{page.id}/children")


def test_files(site: Site, client: httpx.Client) -> None:
    files = [file for page in shown(site, "page", "blogpost") for file in page.files]
    assert files
    for file in files:
        check(site, client, f"/api/v2/attachments/{file.id}?include-labels=true&include-versions=true")
        check(site, client, f"/api/v2/attachments/{file.id}/versions")


def test_people_and_kinds(site: Site, client: httpx.Client) -> None:
    names = [*site.content.users, "712020:nobody"]
    found = check(site, client, "/api/v2/users-bulk", json={"accountIds": names})["results"]
    assert [user["accountId"] for user in found] == names[:-1]
    ids = [page.id for page in site.content.pages()]
    kinds = check(site, client, "/api/v2/content/convert-ids-to-types", json={"contentIds": [*ids, "1", 2]})["results"]
    assert set(kinds) == {*ids, "1", "2"} and kinds["1"] is None


def test_labels(site: Site, client: httpx.Client) -> None:
    for label in {label for page in shown(site, "page") for label in page.labels}:
        number = site.content.label_id(label)
        assert check(site, client, f"/api/v2/labels/{number}/pages?body-format=storage")["results"]
        check(site, client, f"/api/v2/labels/{number}/blogposts")


def test_search(site: Site, client: httpx.Client) -> None:
    expand = "metadata.labels,version,history.lastUpdated,space.homepage,container,extensions,ancestors,body.storage"
    for cql in ("type = page order by title desc", "type in (attachment, blogpost, folder)", 'title ~ "the"'):
        found = check(site, client, f"/rest/api/content/search?cql={cql}&expand={expand}&limit=5")
        inner = ",".join(f"content.{name}" for name in expand.split(","))
        again = check(site, client, f"/rest/api/search?cql={cql}&expand={inner}&limit=5")
        assert [hit["id"] for hit in found["results"]] == [hit["content"]["id"] for hit in again["results"]]
    check(site, client, "/rest/api/content/search?cql=type=page&expand=children.page,children.attachment,childTypes")
    check(site, client, "/rest/api/content/search?cql=type=page&expand=body.view,body.export_view,restrictions.read")


def test_other_reads_of_v1(site: Site, client: httpx.Client) -> None:
    check(site, client, "/rest/api/user/current")
    check(site, client, "/rest/api/user/current?expand=operations")
    for space in check(site, client, "/api/v2/spaces")["results"]:
        check(site, client, f"/api/v2/spaces/{space['id']}?include-operations=true")
    check(site, client, f"/rest/api/user/bulk?accountId={next(iter(site.content.users))}")
    for page in shown(site, "page"):
        check(site, client, f"/rest/api/content/{page.id}/state")
        expand = "restrictions.user,restrictions.group"
        check(site, client, f"/rest/api/content/{page.id}/restriction/byOperation/read?expand={expand}")
        check(site, client, f"/rest/api/content/{page.id}/restriction/byOperation?expand={expand}")


def test_macros_and_conversions(site: Site, client: httpx.Client) -> None:
    macros = [
        (page, found) for page in shown(site, "page") for found in re.findall(r'ac:macro-id="([^"]+)"', page.body)
    ]
    assert macros
    for page, macro in macros:
        base = f"/rest/api/content/{page.id}/history/{page.version}/macro/id/{macro}"
        assert check(site, client, base)["name"]
        assert check(site, client, f"{base}/convert/view")["value"]
        task = check(site, client, f"{base}/convert/async/export_view")["asyncId"]
        first, second = (check(site, client, f"/rest/api/contentbody/convert/async/{task}") for _ in range(2))
        assert (first["status"], second["status"]) == ("WORKING", "COMPLETED")
    task = check(
        site,
        client,
        "/rest/api/contentbody/convert/async/export_view",
        json={"value": "<p>x<ac:emoticon ac:emoji-fallback='!' /></p>", "representation": "storage"},
    )["asyncId"]
    check(site, client, f"/rest/api/contentbody/convert/async/{task}")
    assert check(site, client, f"/rest/api/contentbody/convert/async/{task}")["value"] == "<p>x!</p>"


@pytest.mark.parametrize(
    ("name", "path", "optional"),
    [
        ("PageBulk", "/api/v2/pages?body-format=storage", ""),
        ("SpaceBulk", "/api/v2/spaces?description-format=plain&include-icon=true&keys=DEV", ""),
        ("AttachmentBulk", "/api/v2/pages/110/attachments", "blogPostId customContentId"),
        ("ChildrenResponse", "/api/v2/pages/100/direct-children", ""),
        ("DescendantsResponse", "/api/v2/pages/100/descendants", ""),
        ("Label", "/api/v2/pages/110/labels", ""),
        ("PageVersion", "/api/v2/pages/110/versions", ""),
        ("PageInlineCommentModel", "/api/v2/pages/110/inline-comments", ""),
        ("Ancestor", "/api/v2/pages/111/ancestors", ""),
        ("BlogPostBulk", "/api/v2/blogposts", ""),
    ],
)
def test_objects_have_all_that_the_file_names(name: str, path: str, optional: str) -> None:
    with Site(everything()) as site:
        answer = httpx.get(site.url + path, auth=(site.email, site.token)).json()
    for found in answer["results"]:
        assert set(found) == api("v2").properties(name) - set(optional.split())


def test_scopes_are_those_of_the_files() -> None:
    for route in v2_routes():
        path = route.path.removeprefix("/api/v2")
        assert set(route.scopes) == api("v2").scopes(route.method, path), route.path
    for route in v1_routes():
        if not route.classic_only:
            assert set(route.scopes) == api("v1").scopes(route.method, route.path), route.path


def test_classic_reads_are_not_in_the_file() -> None:
    gone = [route for route in v1_routes() if route.classic_only]
    assert [route.path for route in gone if api("v1").template(route.method, route.path)] == []


def test_a_wrong_answer_is_noticed() -> None:
    page = {"id": 5, "status": "current", "wrong": True}
    found = problems("GET", "/api/v2/pages/5", 200, page)
    assert any("5 is not of type" in text for text in found) and any("'wrong' was unexpected" in text for text in found)
    assert problems("GET", "/api/v2/sheets", 200, {}) == ["GET /sheets is not in the file"]
