"""Which of the sites that one is signed in to an address is one of."""

from __future__ import annotations

import pytest

from confluence_xpress.cli.sites import credentials_in, matching
from confluence_xpress.errors import InputError
from confluence_xpress.sources.online.http.credentials import Credentials
from confluence_xpress.sources.online.http.settings import Settings

ACME = "https://acme.atlassian.net/wiki"
ONE, TWO = "https://wiki.acme.com/one", "https://wiki.acme.com/two"
ROOT = "https://docs.acme.com"
DEEP = "https://docs.acme.com/deep"


@pytest.mark.parametrize(
    ("url", "site"),
    [
        ("https://acme.atlassian.net", ACME),
        ("https://ACME.atlassian.net:443/wiki/spaces/ENG/pages/1", ACME),
        ("https://acme.atlassian.net/x/abc", ACME),
        ("https://other.atlassian.net/wiki", ""),
        ("https://acme.atlassian.net.evil.example/wiki", ""),
        ("http://acme.atlassian.net/wiki", ""),
        ("https://acme.atlassian.net:8443/wiki", ""),
        ("https://wiki.acme.com/one/display/ENG", ONE),
        ("https://wiki.acme.com/two", TWO),
        ("https://wiki.acme.com/oneself", ""),
        ("https://wiki.acme.com", ""),
        ("https://docs.acme.com/display/ENG", ROOT),
        ("https://docs.acme.com/deep/display/ENG", DEEP),
        ("https://docs.acme.com/deeper", ROOT),
    ],
)
def test_an_address_is_of_the_closest_site(url: str, site: str) -> None:
    assert matching(url, [ACME, ONE, TWO, ROOT, DEEP]) == site


def test_the_only_site_of_a_machine_needs_no_path() -> None:
    assert matching("https://wiki.acme.com", [ONE]) == ONE
    assert matching("https://wiki.acme.com/other", [ONE]) == ""


@pytest.mark.parametrize(
    ("environ", "credentials"),
    [
        ({}, None),
        ({"XPRESS_TOKEN": "t"}, Credentials("t")),
        ({"XPRESS_TOKEN": " t\n", "XPRESS_EMAIL": "me@x.y"}, Credentials("t", "me@x.y")),
        ({"XPRESS_TOKEN": "t", "XPRESS_SITE": "acme.atlassian.net"}, Credentials("t")),
        ({"XPRESS_TOKEN": "t", "XPRESS_SITE": ACME}, Credentials("t")),
        ({"XPRESS_TOKEN": "t", "XPRESS_SITE": "https://other.atlassian.net"}, None),
    ],
)
def test_what_the_environment_holds_for_a_site(environ: dict[str, str], credentials: Credentials | None) -> None:
    assert credentials_in(environ, f"{ACME}/spaces/ENG", Settings()) == credentials


def test_a_token_of_the_environment_that_can_be_none_is_said() -> None:
    with pytest.raises(InputError) as raised:
        credentials_in({"XPRESS_TOKEN": "two words"}, ACME, Settings())
    assert "two words" not in raised.value.message + raised.value.hint
