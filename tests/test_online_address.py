"""Addresses as people paste them."""

from __future__ import annotations

import pytest

from confluence_xpress.errors import InputError
from confluence_xpress.sources.online.address import Target, as_url, target

CLOUD = "https://acme.atlassian.net/wiki"
GATEWAY = "https://api.atlassian.com/ex/confluence/1b2c/wiki"
SERVER = "https://wiki.acme.com/confluence"

CASES = [
    (f"{CLOUD}/spaces/ENG/pages/98765/Runbook", Target("page", "98765", "ENG")),
    (f"{CLOUD}/spaces/ENG/pages/98765/2024#Heading-Two", Target("page", "98765", "ENG")),
    (f"{CLOUD}/spaces/ENG/pages/edit-v2/98765?draftShareId=0b2f", Target("page", "98765", "ENG")),
    (f"{CLOUD}/spaces/ENG/pages/98765/Runbook?focusedCommentId=3001#comment-3001", Target("page", "98765", "ENG")),
    (f"{CLOUD}/spaces/~712020aa/pages/98765", Target("page", "98765", "~712020aa")),
    (f"{CLOUD}/spaces/ENG/blog/2026/03/01/98766/News", Target("page", "98766", "ENG")),
    (f"{CLOUD}/spaces/ENG/folder/777?atlOrigin=x", Target("page", "777", "ENG")),
    (f"{CLOUD}/spaces/ENG/whiteboard/778", Target("page", "778", "ENG")),
    (f"{CLOUD}/spaces/ENG/database/779", Target("page", "779", "ENG")),
    (f"{CLOUD}/spaces/ENG/overview", Target("space", space="ENG")),
    (f"{CLOUD}/spaces/ENG/overview?homepageId=98701", Target("space", space="ENG")),
    (f"{CLOUD}/spaces/ENG", Target("space", space="ENG")),
    (f"{CLOUD}/spaces/ENG/pages", Target("space", space="ENG")),
    (f"{CLOUD}/ENG", Target("space", space="ENG")),
    (f"{CLOUD}/x/jQEB", Target("page", "65933")),
    (f"{CLOUD}/pages/viewpage.action?pageId=98765&pageVersion=3", Target("page", "98765", version=3)),
    (f"{CLOUD}/api/v2/pages/98765?body-format=storage", Target("page", "98765")),
    (f"{CLOUD}/pages/resumedraft.action?draftId=98765", Target("page", "98765")),
    (CLOUD, Target("site")),
    (f"{CLOUD}/", Target("site")),
    ("https://acme.atlassian.net/wiki/home", Target("site")),
    (f"{GATEWAY}/spaces/ENG/pages/98765/Runbook", Target("page", "98765", "ENG")),
    (f"{SERVER}/display/ENG/Team+Handbook", Target("page", space="ENG", title="Team Handbook")),
    (f"{SERVER}/display/ENG/C%2B%2B+%26+Co#C-Top", Target("page", space="ENG", title="C++ & Co")),
    (f"{SERVER}/display/ENG/2026/03/01/News", Target("page", space="ENG", title="News", day="2026-03-01")),
    (f"{SERVER}/display/ENG", Target("space", space="ENG")),
    (f"{SERVER}/display/~jdoe", Target("space", space="~jdoe")),
    (f"{SERVER}/pages/viewpage.action?pageId=98765#Top", Target("page", "98765")),
    (f"{SERVER}/pages/viewpage.action?spaceKey=ENG&title=Runbook", Target("page", space="ENG", title="Runbook")),
    (f"{SERVER}/pages/viewpageattachments.action?pageId=98765", Target("page", "98765")),
    (f"{SERVER}/pages/viewpreviousversions.action?pageId=98765", Target("page", "98765")),
    (f"{SERVER}/spaces/viewspace.action?key=ENG", Target("space", space="ENG")),
    (f"{SERVER}/collector/pages.action?key=ENG", Target("space", space="ENG")),
    (f"{SERVER}/rest/api/content/98765", Target("page", "98765")),
    (f"{SERVER}/x/jQEB", Target("page", "65933")),
]


@pytest.mark.parametrize(("url", "expected"), CASES, ids=[url.partition("//")[2] for url, _ in CASES])
def test_what_an_address_names(url: str, expected: Target) -> None:
    site = SERVER if url.startswith(SERVER) else CLOUD
    assert target(url, site, GATEWAY if url.startswith(GATEWAY) else site) == expected


@pytest.mark.parametrize("path", ["/pages/createpage.action", "/admin/users/list.action", "/x/!!", "/labels/x/y/z"])
def test_what_names_no_page_is_said_so(path: str) -> None:
    with pytest.raises(InputError, match="not the address of a page or a space"):
        target(CLOUD + path, CLOUD)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://acme.atlassian.net/wiki", "https://acme.atlassian.net/wiki"),
        ("HTTP://localhost:8090/x/abc", "HTTP://localhost:8090/x/abc"),
        ("acme.atlassian.net/wiki/spaces/ENG", "https://acme.atlassian.net/wiki/spaces/ENG"),
        ("localhost:8090/display/ENG", "https://localhost:8090/display/ENG"),
        ("export.zip", ""),
        ("page.storage.xml", ""),
        ("folder/with.dot", ""),
        ("98765", ""),
        ("./acme.atlassian.net", ""),
    ],
)
def test_what_counts_as_an_address(text: str, url: str) -> None:
    assert as_url(text) == url
