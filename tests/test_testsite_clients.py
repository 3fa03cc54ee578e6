"""Clients that others wrote read a whole space from the test site."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from testsite import Content, File, Page, Site, Space
from testsite.model import User

DEMO = Path(__file__).parents[1] / "demo" / "space"

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::DeprecationWarning")]


@pytest.fixture(scope="module")
def content() -> Content:
    return Content.from_path(DEMO)


@pytest.fixture(scope="module")
def cloud(content: Content) -> Iterator[Site]:
    with Site(content) as site:
        yield site


@pytest.fixture(scope="module")
def datacenter(content: Content) -> Iterator[Site]:
    with Site(content, "datacenter") as site:
        yield site


def bodies(content: Content) -> dict[str, str]:
    """The storage format of each page, by title."""
    return {page.title: page.body for page in content.pages() if page.kind == "page"}


@pytest.mark.parametrize("way", ["site", "gateway"])
def test_atlassian_python_api_reads_a_space_of_cloud(cloud: Site, content: Content, way: str) -> None:
    library = pytest.importorskip("atlassian.confluence_v2")
    url, secret = (cloud.url, cloud.token) if way == "site" else (f"{cloud.gateway}/wiki", cloud.scoped_token)
    with library.ConfluenceV2(url, username=cloud.email, password=secret) as api:
        space = api.get_space_by_key("OPS")
        pages = api.get_pages(space_id=space["id"], body_format="storage", limit=4)
        assert {page["title"]: page["body"]["storage"]["value"] for page in pages} == bodies(content)
        home = content.page(space["homepageId"])
        below = [page.title for page in content.children(home.id)]
        assert [page["title"] for page in api.get_child_pages(home.id)] == below
        assert {label["name"] for label in api.get_page_labels(home.id)} == set(home.labels)
        assert [version["number"] for version in api.get_all_page_versions(home.id)] == [home.version]


@pytest.mark.parametrize("kind", ["cloud", "datacenter"])
def test_atlassian_python_api_reads_a_space_by_classic_calls(
    cloud: Site, datacenter: Site, content: Content, kind: str
) -> None:
    library = pytest.importorskip("atlassian.confluence")
    site = cloud if kind == "cloud" else datacenter
    secret = {"username": site.email, "password": site.token} if kind == "cloud" else {"token": site.pat}
    with library.ConfluenceServer(site.url, cloud=False, **secret) as api:
        pages = list(api.get_all_pages_from_space_as_generator("OPS", limit=4, expand="body.storage,ancestors"))
        found = {
            page["title"]: page["body"]["storage"]["value"].replace("ri:userkey", "ri:account-id") for page in pages
        }
        assert found == bodies(content)
        parents = {page["id"]: page["ancestors"][-1]["id"] for page in pages if page["ancestors"]}
        assert parents == {page.id: page.parent for page in content.pages() if page.parent}
        assert [space["key"] for space in api.get_all_spaces()["results"]] == ["OPS"]
        home = api.get_space("OPS", expand="homepage")["homepage"]["id"]
        children = list(api.get_child_pages(home))
        assert {page["id"] for page in children} == {page.id for page in content.children(home)}
        assert len(api.cql("space = OPS and type = page", limit=100)["results"]) == len(pages)


def test_atlassian_python_api_takes_files_from_data_center(datacenter: Site, content: Content) -> None:
    library = pytest.importorskip("atlassian.confluence")
    with library.ConfluenceServer(datacenter.url, cloud=False, token=datacenter.pat) as api:
        for page in content.pages():
            if page.files:
                got: dict[str, Any] = api.download_attachments_from_page(page.id, to_memory=True)
                assert {name: file.read() for name, file in got.items()} == {
                    file.title: file.versions()[-1].read() for file in page.files
                }


@pytest.fixture
def many_files() -> Content:
    """A page with more files than one answer lists, and another below it."""
    files = tuple(File(f"file {i}.txt", f"{i}".encode()) for i in range(120))
    return Content(
        [
            Page("100", "Home", "<p>Home</p>", labels=tuple(f"label{i}" for i in range(60)), files=files),
            Page("101", "Below", "<p>Below</p>", "100", properties={"cover": 7}, state=("Draft", "#ff0000")),
        ],
        spaces=[Space("DEV", homepage="100")],
        users=[User("712020:a", "Ann")],
    )


@pytest.mark.parametrize("way", ["site", "gateway"])
def test_md2conf_reads_pages_of_cloud(many_files: Content, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    api_v2 = pytest.importorskip("md2conf.api_v2")
    options = pytest.importorskip("md2conf.options_api").ConfluenceSessionOptions()
    requests = pytest.importorskip("requests")
    with Site(many_files, tls=True) as site:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(site.authority))
        session = requests.Session()
        session.auth = (site.email, site.token if way == "site" else site.scoped_token)
        url = f"{site.url}/" if way == "site" else f"{site.gateway}/wiki/"
        api = api_v2.ConfluenceSessionV2(
            session, options=options, api_url=url, domain=site.url.split("/")[2], base_path="/wiki/", space_key="DEV"
        )
        space = api.space_key_to_id("DEV")
        home = api.get_homepage_id(space)
        for page in many_files.pages():
            found = api.get_page(page.id)
            assert (found.title, found.body.storage.value, found.version.number) == (
                page.title,
                page.body,
                page.version,
            )
            assert api.get_page_properties_by_title(page.title, space_id=space).id == page.id
            state = api.get_content_state(page.id)
            assert (state.name if state else None) == (page.state[0] if page.state else None)
            properties = {p.key: p.value for p in api.get_content_properties_for_page(page.id)}
            assert properties == page.properties
            assert {label.name for label in api.get_labels(page.id)} == set(page.labels)
            assert {file.title: file.fileSize for file in api.get_attachments(page.id)} == {
                file.title: len(file.versions()[-1].read()) for file in page.files
            }
        assert home == "100"
        api.close()


def test_md2conf_reads_pages_of_data_center(many_files: Content, monkeypatch: pytest.MonkeyPatch) -> None:
    api_v1 = pytest.importorskip("md2conf.api_v1")
    options = pytest.importorskip("md2conf.options_api").ConfluenceSessionOptions()
    requests = pytest.importorskip("requests")
    with Site(many_files, "datacenter", tls=True) as site:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(site.authority))
        session = requests.Session()
        session.headers["Authorization"] = f"Bearer {site.pat}"
        domain = site.url.split("/")[2]
        api = api_v1.ConfluenceSessionV1(
            session, options=options, domain=domain, base_path="/confluence/", space_key="DEV"
        )
        assert api.get_homepage_id(api.space_key_to_id("DEV")) == "100"
        for page in many_files.pages():
            found = api.get_page(page.id)
            assert (found.title, found.body.storage.value, found.version.number) == (
                page.title,
                page.body,
                page.version,
            )
            assert {label.name for label in api.get_labels(page.id)} == set(page.labels)
            assert {file.title for file in api.get_attachments(page.id)} == {file.title for file in page.files}
        api.close()
