"""Images at addresses of the site: which of them may be fetched, and what becomes of the others."""

from __future__ import annotations

import io

import pytest
from PIL import Image as Pillow

from confluence_xpress.bundle import Answer, Body, Media, Unavailable
from confluence_xpress.lookup import Site
from confluence_xpress.model import Asset, Document, Figure, Image, Missing, Url
from confluence_xpress.needs import AttachmentNeed, BodyNeed, ImageNeed, Need
from confluence_xpress.transforms.images import resolve_images
from confluence_xpress.transforms.site_images import site_image
from tests.sites import BASE, page, site

CLOUD = "https://acme.atlassian.net/wiki"
SERVER = "https://intra.example.com/confluence"
A = page("1", "Alpha", url=f"{BASE}/spaces/DOC/pages/1/Alpha")


@pytest.mark.parametrize(
    ("base", "href", "address"),
    [
        (CLOUD, "/wiki/download/temp/chart1.png?x=1&y=2", f"{CLOUD}/download/temp/chart1.png?x=1&y=2"),
        (CLOUD, "/download/temp/chart1.png", f"{CLOUD}/download/temp/chart1.png"),
        (CLOUD, f"{CLOUD}/plugins/servlet/chart?id=3#top", f"{CLOUD}/plugins/servlet/chart?id=3"),
        (CLOUD, "//acme.atlassian.net/wiki/a.png", f"{CLOUD}/a.png"),
        # Jira's icons are beside /wiki, on the same site.
        (CLOUD, "https://ACME.atlassian.net/secure/icon?id=1", "https://acme.atlassian.net/secure/icon?id=1"),
        # What signs in must not go over an open line.
        (CLOUD, "http://acme.atlassian.net/wiki/a.png", f"{CLOUD}/a.png"),
        (CLOUD, "https://acme.atlassian.net:443/wiki/a.png", f"{CLOUD}/a.png"),
        (
            CLOUD,
            "https://api.media.atlassian.com/file/1/image?token=t",
            "https://api.media.atlassian.com/file/1/image?token=t",
        ),
        (SERVER, "/confluence/rest/gliffy/1.0/image", f"{SERVER}/rest/gliffy/1.0/image"),
        (SERVER, f"{SERVER}/download/temp/a b.png", f"{SERVER}/download/temp/a%20b.png"),
        ("http://localhost:8090", "http://localhost:8090/plugins/servlet/x", "http://localhost:8090/plugins/servlet/x"),
    ],
)
def test_images_of_the_site_may_be_fetched(base: str, href: str, address: str) -> None:
    assert site_image(href, base) == address


@pytest.mark.parametrize(
    ("base", "href"),
    [
        ("", "/wiki/download/temp/a.png"),
        (CLOUD, ""),
        (CLOUD, "#top"),
        (CLOUD, "?pageId=1"),
        (CLOUD, "/"),
        (CLOUD, "https://evil.example/wiki/a.png"),
        (CLOUD, "https://acme.atlassian.net.evil.example/wiki/a.png"),
        (CLOUD, "https://evil.example\\@acme.atlassian.net/wiki/a.png"),
        (CLOUD, "https://acme.atlassian.net@evil.example/wiki/a.png"),
        (CLOUD, "https://me:secret@acme.atlassian.net/wiki/a.png"),
        (CLOUD, "https://acme.atlassian.net:8443/wiki/a.png"),
        (CLOUD, "https://other.atlassian.net/wiki/a.png"),
        (CLOUD, "https://media.atlassian.com.evil.example/a.png"),
        (CLOUD, "https://evilmedia.atlassian.com/a.png"),
        (CLOUD, "ftp://acme.atlassian.net/wiki/a.png"),
        (CLOUD, "file:///etc/passwd"),
        (CLOUD, "data:image/png;base64,AAAA"),
        (CLOUD, "blob:https://acme.atlassian.net/7"),
        (CLOUD, "https://acme.atlassian.net:x/wiki/a.png"),
        # What could be an action is no image.
        (CLOUD, "/wiki/pages/doremovepage.action?pageId=1"),
        # Another application on the same host must not get what signs in to Confluence.
        (SERVER, "https://intra.example.com/jira/secure/icon.png"),
        (SERVER, "/jira/secure/icon.png"),
        (SERVER, "https://intra.example.com/confluence/../jira/icon.png"),
        (SERVER, "https://intra.example.com/confluence/%2e%2e/jira/icon.png"),
        (SERVER, "https://intra.example.com/confluence2/icon.png"),
        (SERVER, "https://api.media.atlassian.com/file/1/image"),
        (SERVER, "http://intra.example.com:8080/confluence/icon.png"),
    ],
)
def test_all_others_may_not(base: str, href: str) -> None:
    assert site_image(href, base) == ""


def png() -> bytes:
    out = io.BytesIO()
    Pillow.new("RGB", (40, 20), "navy").save(out, "PNG")
    return out.getvalue()


def resolve(href: str, answers: dict[Need, Answer] | None = None) -> tuple[Image, list[str], Site]:
    where = site([A], {}, answers)
    document, found = resolve_images(Document((Figure(Image(Url(href), alt="alt")),)), where, A, {})
    (figure,) = document.content
    assert isinstance(figure, Figure)
    return figure.image, [each.code for each in found], where


DRAWN = "/wiki/download/temp/chart.png?contentId=1"
NEED = ImageNeed(f"{BASE}/download/temp/chart.png?contentId=1")


def test_an_image_that_a_macro_drew_is_asked_for_and_shown() -> None:
    image, codes, where = resolve(DRAWN)
    assert (image.source, codes, list(where.missing)) == (Url(DRAWN), [], [NEED])
    image, codes, _ = resolve(DRAWN, {NEED: Media(png())})
    assert isinstance(image.source, Asset)
    assert (image.source.width, image.source.name, image.link, codes) == (40, "chart.png", None, [])


def test_one_that_can_t_be_had_is_missing_with_its_reason() -> None:
    image, codes, _ = resolve(DRAWN, {NEED: Unavailable("it is gone")})
    assert (image.source, codes) == (Missing("chart.png", "it is gone"), ["image-missing"])
    image, codes, _ = resolve(DRAWN, {NEED: Body("view", "no image")})
    assert (image.source, codes) == (Missing("chart.png", "no image"), ["image-missing"])
    image, codes, _ = resolve(DRAWN, {NEED: Media(b"<html>Sign in</html>")})
    assert isinstance(image.source, Missing)
    assert codes == ["image-unreadable"]


def test_an_attachment_is_asked_for_as_such() -> None:
    _, _, where = resolve(f"{BASE}/download/attachments/1/plan.png?version=2")
    assert list(where.missing) == [AttachmentNeed("1", "plan.png")]


def test_keys_in_addresses_are_told_to_nobody() -> None:
    href = "https://api.media.atlassian.com/file/1/image?token=hush"
    where = site([A], {}, {ImageNeed(href): Unavailable("it expired")})
    document, found = resolve_images(Document((Figure(Image(Url(href), alt="alt")),)), where, A, {})
    assert "hush" not in repr((document, found))
    plain = site([A], {}, spaces=())
    document, found = resolve_images(Document((Figure(Image(Url(href), alt="alt")),)), plain, A, {})
    assert "hush" not in repr((document, found))
    assert [each.code for each in found] == ["image-external"]


def test_images_of_other_sites_are_not_asked_for() -> None:
    image, codes, where = resolve("https://example.org/a.png")
    assert (image.link, codes, dict(where.missing)) == (Url("https://example.org/a.png"), ["image-external"], {})
    assert BodyNeed("1") not in where.missing
