"""Addresses: safe, absolute, and read as places in Confluence."""

from __future__ import annotations

from base64 import b64encode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from confluence_xpress.model import PageRef, SpaceRef
from confluence_xpress.transforms.urls import (
    SAFE_SCHEMES,
    Spot,
    absolute,
    base_of,
    is_safe,
    origin,
    scheme,
    spot,
    tidy,
    tiny_id,
)
from tests.sites import BASE

UNSAFE = [
    "javascript:alert(1)",
    " JavaScript:alert(1)",
    "java\nscript:alert(1)",
    "java\tscript\x00:alert(1)",
    "\x01javascript:alert(1)",
    "j a v a s c r i p t:alert(1)",
    "java\u200bscript:alert(1)",
    "\u202ejavascript:alert(1)",
    "vbscript:x",
    "data:text/html,<script>",
    "file:///etc/passwd",
    "FILE://server/share",
    "blob:https://example.org/1",
    "view-source:https://example.org",
    "ms-word:ofe|u|https://example.org",
    "C:\\Users\\x",
    "unknown:thing",
]


@pytest.mark.parametrize("href", UNSAFE)
def test_unsafe_addresses(href: str) -> None:
    assert not is_safe(tidy(href))
    assert absolute(tidy(href), BASE) is None


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("https://example.org/a?b=c#d", "https://example.org/a?b=c#d"),
        ("HTTPS://example.org", "https://example.org"),
        ("https://example.org/a b/ü", "https://example.org/a%20b/%C3%BC"),
        ("https://example.org/a%20b", "https://example.org/a%20b"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
        ("https://[2001:db8::1]:8080/x", "https://[2001:db8::1]:8080/x"),
        ('https://example.org/<">{}|^`', "https://example.org/%3C%22%3E%7B%7D%7C%5E%60"),
        ("mailto:a@example.org?subject=x y", "mailto:a@example.org?subject=x%20y"),
        ("tel:+49123", "tel:+49123"),
        ("ftp://example.org/f", "ftp://example.org/f"),
        ("www.example.org/x", "https://www.example.org/x"),
        ("//cdn.example.org/x", "https://cdn.example.org/x"),
        ("/wiki/x/AbC", f"{BASE}/x/AbC"),
        ("/display/DOC/Home", f"{BASE}/display/DOC/Home"),
        ("/browse/ABC-1", "https://example.atlassian.net/browse/ABC-1"),
        ("page.html", f"{BASE}/pages/page.html"),
        ("http://[::1", None),
        ("http://example.org:99999999/", None),
        ("http://", None),
        ("http:///path", None),
        ("https:example", None),
        ("mailto:", None),
        ("\\\\server\\share", None),
    ],
)
def test_absolute(href: str, expected: str | None) -> None:
    assert absolute(href, BASE) == expected


def test_relative_addresses_need_a_site() -> None:
    assert absolute("/display/DOC/Home", "") is None
    assert absolute("other.html", "") is None
    assert absolute("other.html", "", "https://example.org/a/b") == "https://example.org/a/other.html"


ATTACKS = st.tuples(
    st.sampled_from(["", " ", "\x00", "\u200b", "\t", "//", "/", "\\"]),
    st.sampled_from(["javascript", "JAVASCRIPT", "data", "vbscript", "file", "http", "mailto", "x"]),
    st.sampled_from([":", " :", "\n:", "&colon;", "%3a", "://", ":%0a"]),
    st.text(max_size=20),
).map("".join)


@given(st.one_of(st.text(), ATTACKS), st.sampled_from(["", BASE, "https://wiki.example.org"]), st.text(max_size=20))
@example("http://[", BASE, "")
@example("https://\ud800/\ud800", BASE, "")
@example("//[", BASE, "http://[")
def test_nothing_raises_and_nothing_unsafe_comes_out(href: str, base: str, page_url: str) -> None:
    found = absolute(tidy(href), base, page_url)
    assert found is None or (
        found.isascii() and found.isprintable() and " " not in found and found.partition(":")[0] in SAFE_SCHEMES
    )
    scheme(href)
    origin(href)
    base_of(href)
    for path in (href, f"/x/{href}", f"/display/{href}", f"/pages/viewpage.action{href}"):
        spot(path, href, href)


@pytest.mark.parametrize(
    ("path", "query", "expected"),
    [
        ("/spaces/DOC/pages/123/Some+Title", "", PageRef(id="123", space="DOC")),
        ("/spaces/DOC/pages/123", "", PageRef(id="123", space="DOC")),
        ("/spaces/~5fab/pages/edit-v2/123", "", PageRef(id="123", space="~5fab")),
        ("/spaces/DOC/blog/2024/01/31/77/News", "", PageRef(id="77", space="DOC")),
        ("/spaces/DOC/overview", "", SpaceRef("DOC")),
        ("/spaces/DOC", "", SpaceRef("DOC")),
        ("/display/DOC", "", SpaceRef("DOC")),
        ("/display/DOC/Some+Title%21", "", PageRef(title="Some Title!", space="DOC")),
        ("/display/DOC/2024/1/31/News", "", PageRef(title="News", space="DOC", day="2024-01-31")),
        ("/pages/viewpage.action", "pageId=123&x=1", PageRef(id="123")),
        ("/pages/viewpage.action", "spaceKey=DOC&title=Some+Title", PageRef(title="Some Title", space="DOC")),
        ("/pages/viewpage.action", "", None),
        ("/pages/viewpageattachments.action", "pageId=123", None),
        ("/x/zYEB", "", PageRef(id="98765")),
        ("/download/attachments/1/a.png", "", None),
        ("/browse/ABC-1", "", None),
    ],
)
def test_places_in_confluence(path: str, query: str, expected: PageRef | SpaceRef | None) -> None:
    found = spot(path, query, "An%20anchor")
    assert found == (Spot(expected, "An anchor") if expected else None)


@given(st.integers(1, 2**63 - 1), st.sampled_from([4, 8]))
def test_tiny_links(number: int, size: int) -> None:
    number %= 2 ** (8 * size - 1)
    tiny = b64encode(number.to_bytes(size, "little")).decode().rstrip("=").rstrip("A")
    tiny = tiny.replace("/", "-").replace("+", "_")
    assert tiny_id(tiny) == str(number)


def test_bases() -> None:
    assert base_of(f"{BASE}/spaces/DOC/pages/1") == BASE
    assert base_of("https://wiki.example.org/display/DOC/Home") == "https://wiki.example.org"
    assert base_of("https://example.org/other") == ""
    assert base_of("/spaces/DOC/pages/1") == ""
